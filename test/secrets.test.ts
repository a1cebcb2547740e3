import { createPrivateKey } from "node:crypto";
import { inspect } from "node:util";
import { ClientBuilder, createClient, type AccountOptions } from "@sidetone/client-core";
import { DigestServer } from "@sidetone/dialog-core";
import type { Logger } from "@sidetone/infra-common";
import { createRegistrarServer, Users } from "@sidetone/registrar-core";
import { computeHa1 } from "@sidetone/sip-core";
import { createSipTransports } from "@sidetone/sip-transport";
import { issueCertificate, virtualEnvironment, WireLog, type VirtualEnvironment } from "@sidetone/testkit";
import { SipTrace } from "@sidetone/trace-core";
import { describe, expect, onTestFinished, test } from "vitest";

// Passwords are used in every way that there is, and looked for in everything that anybody gets to see.

const password = "correct-horse-9";
const wrong = "wrong-horse-7";
const prompted = "prompted-horse-5";
const realm = "example.com";
const passphrase = "phrase-horse-3";
const own = issueCertificate({ commonName: "alice", names: ["IP:10.0.0.1"] });
const users = { alice: password, bob: prompted };

/** All that must not be seen: passwords, hashes that stand for them, and the digests that went over the wire. */
function secretsOf(wire: WireLog): string[] {
  const algorithms = ["MD5", "SHA-256", "SHA-512-256"] as const;
  const hashes = Object.entries({ ...users, mallory: wrong }).flatMap(([username, secret]) =>
    algorithms.map((algorithm) => computeHa1({ username, password: secret, realm, algorithm })),
  );
  const digests = wire.entries.flatMap(({ data }) =>
    [...data.toString("latin1").matchAll(/response="([0-9a-f]{32,})"/g)].map(([, digest]) => digest!),
  );
  expect(digests.length).toBeGreaterThan(4);
  return [password, wrong, prompted, passphrase, ...own.key.split("\n").slice(1, -2), ...hashes, ...digests];
}

/** What people see of a value: in a console, and in JSON. */
const looks = (value: unknown): string => {
  const seen = new WeakSet<object>();
  const json = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== "object" || part === null) return typeof part === "bigint" ? String(part) : part;
    if (seen.has(part)) return undefined;
    seen.add(part);
    return part instanceof Error ? { ...part, message: part.message, stack: part.stack, cause: part.cause } : part;
  });
  return `${inspect(value, { depth: 12, showHidden: true })}\n${String(json)}\n${String(value)}`;
};

/** A registrar on 10.0.0.9, and machines beside it; everything that is logged, at every level, and traced. */
async function setUp() {
  const seen: string[] = [];
  const note = (fields: unknown, message: string): void => void seen.push(message, looks(fields));
  const logger: Logger = { trace: note, debug: note, info: note, warn: note, error: note };
  const server = virtualEnvironment({ host: "10.0.0.9", logger });
  const { clock } = server;
  server.virtualNetwork.setName(realm, "10.0.0.9");
  const wire = new WireLog(server.virtualNetwork);
  const trace = new SipTrace({ onEntry: (entry) => seen.push(looks(entry)) });
  const transports = createSipTransports(server);
  const list = new Users(realm);
  list.load(`alice:${password}\nbob:${prompted}`, "users");
  const authentication = new DigestServer(server, { realm, secrets: list });
  const registrar = createRegistrarServer(server, transports, { authentication, domains: [realm] });
  await transports.listen({ transport: "UDP", address: "10.0.0.9", port: 5060 });
  onTestFinished(async () => {
    trace.stop();
    await registrar.close();
    await transports.close();
  });
  const host = (address: string): VirtualEnvironment =>
    virtualEnvironment({ host: address, beside: server, logger, onListenerError: "collect" });
  const settle = <Value>(promise: Promise<Value>): Promise<Value> => clock.advanceUntil(promise);
  /** What the promise rejects with, as people see it. */
  const failure = async (promise: Promise<unknown>): Promise<void> => {
    const error: unknown = await settle(
      promise.then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    );
    expect(error).toBeInstanceOf(Error);
    for (let each = error; each instanceof Error; each = each.cause) seen.push(looks(each));
  };
  const see = (value: unknown): void => void seen.push(looks(value));
  const expectNoSecret = (): void => {
    seen.push(trace.ladder(), looks(list), looks(authentication), looks(registrar));
    const text = seen.join("\n");
    expect(text.length).toBeGreaterThan(10_000);
    expect(secretsOf(wire).filter((secret) => text.includes(secret))).toEqual([]);
  };
  return { clock, host, settle, failure, see, expectNoSecret };
}

const alice: AccountOptions = { uri: `sip:alice@${realm}`, registrar: `sip:${realm}`, password, realm };

describe("No secret is seen in logs, traces, events, errors or objects", () => {
  test("of the object API: registrations, calls, wrong passwords, prompts, and a policy with users", async () => {
    const { clock, host, settle, failure, see, expectNoSecret } = await setUp();
    const bob = await settle(
      createClient({
        environment: host("10.0.0.2"),
        listen: "10.0.0.2:5060",
        account: { uri: `sip:bob@${realm}`, registrar: `sip:${realm}`, realm, password: () => prompted, requireAuth: { users, realm } },
      }),
    );
    bob.onIncoming((incoming) => incoming.answer());
    bob.on("registrationChanged", see);
    const client = await settle(createClient({ environment: host("10.0.0.1"), listen: "10.0.0.1:5060", account: alice }));
    client.on("registrationChanged", see);
    client.on("callAdded", see);
    const call = await settle(client.call("sip:bob@10.0.0.2"));
    await clock.advance(1000);
    see([client, client.account, bob, bob.account, call, call.end, client.history, client.account.registration]);
    await settle(call.hangUp());
    await settle(client.account.register());
    see(await settle(client.account.fetchBindings()));

    await failure(createClient({ environment: host("10.0.0.3"), account: { ...alice, username: "mallory", password: wrong } }));
    const mallory = await settle(
      createClient({ environment: host("10.0.0.4"), account: { uri: "sip:mallory@x", realm, password: wrong } }),
    );
    await failure(mallory.call("sip:bob@10.0.0.2"));
    const failing = (): never => {
      throw new Error("the vault is closed");
    };
    await failure(createClient({ environment: host("10.0.0.5"), account: { ...alice, password: failing } }));
    await settle(Promise.all([client.close(), bob.close(), mallory.close()]));
    expectNoSecret();
  });

  test("of the command API: events, snapshots, statistics and errors", async () => {
    const { host, settle, failure, see, expectNoSecret } = await setUp();
    const builder = new ClientBuilder({ environment: host("10.0.0.1"), localSipAddress: "10.0.0.1:5060" }).account(alice);
    const manager = await builder.build();
    const events = (async () => {
      for await (const event of manager.subscribeToEvents()) see(event);
    })();
    await settle(manager.start());
    see([
      builder,
      manager,
      manager.getRegistration(),
      manager.getAllRegistrations(),
      manager.getClientStats(),
      manager.client.events.snapshot(),
    ]);
    await settle(manager.refreshRegistration());
    const bad = await new ClientBuilder({ environment: host("10.0.0.2") })
      .account({ ...alice, username: "mallory", password: wrong })
      .build();
    await failure(bad.start());
    const other = await new ClientBuilder({ environment: host("10.0.0.3") })
      .account({ ...alice, autoRegister: false, password: wrong })
      .build();
    await settle(other.start());
    await failure(other.register());
    await settle(Promise.all([manager.close(), bad.close(), other.close()]));
    await settle(events);
    expectNoSecret();
  });

  test("of TLS: a private key and its passphrase, right or wrong", async () => {
    const { host, settle, failure, see, expectNoSecret } = await setUp();
    const environment = host("10.0.0.1");
    const key = createPrivateKey(own.key).export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }) as string;
    for (const tls of [
      { cert: own.cert, key: own.key },
      { cert: own.cert, key, passphrase },
    ]) {
      const client = await settle(createClient({ environment, listen: "10.0.0.1:5060", account: alice, tls }));
      see([client, client.account, client.events.snapshot(), client.userAgent]);
      await settle(client.close());
      const transports = createSipTransports(environment, { tls });
      see([transports, await transports.listen({ transport: "TLS", address: "10.0.0.1", port: 5061 }), transports.listeningPoints]);
      await settle(transports.close());
    }
    for (const bad of ["wrong-horse-7", undefined]) {
      const tls = { cert: own.cert, key, ...(bad !== undefined && { passphrase: bad }) };
      await failure(createClient({ environment, account: alice, tls }));
    }
    await failure(createClient({ environment, account: alice, tls: { cert: own.key, key: own.cert } }));
    await failure(createClient({ environment, account: { ...alice, tls: { passphrase: [passphrase] } } as never }));
    await failure(createClient({ environment, account: alice, tls: { passphrase: [passphrase], key: 5 } as never }));
    // So that there is something to look for on the wire.
    await settle((await settle(createClient({ environment, account: alice }))).close());
    expectNoSecret();
  });

  test("of options that are refused: the field is named, not what stands in it", async () => {
    const { host, settle, failure, see, expectNoSecret } = await setUp();
    const environment = host("10.0.0.1");
    const refused: object[] = [
      { account: { ...alice, password: `${password}\n` } },
      { account: { ...alice, password: { text: password } } },
      { account: { ...alice, pasword: password } },
      { account: { ...alice, requireAuth: { users: { alice: password, bob: 5 } } } },
      { account: { ...alice, requireAuth: { users: [[password]] } } },
      { accounts: [alice, { ...alice, id: "two", password, uri: 5 }] },
    ];
    for (const options of refused) await failure(createClient({ environment, ...options }));
    // So that there is something to look for on the wire.
    for (let n = 0; n < 3; n++) {
      const client = await settle(createClient({ environment, account: alice }));
      see(client);
      await settle(client.close());
    }
    expectNoSecret();
  });
});
