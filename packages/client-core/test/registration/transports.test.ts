import { ClientBuilder, createClient, type AccountOptions, type Client, type ClientOptions } from "@sidetone/client-core";
import type { TransportName } from "@sidetone/sip-transport";
import { virtualEnvironment, WireLog } from "@sidetone/testkit";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { rejection } from "../support/scenario.ts";
import { portOf, TransportRegistrar, trusted } from "../support/transport-registrar.ts";

/** A registrar over every transport on 10.0.0.9; clients on 10.0.0.1 that trust its certificate. Afterwards nothing of them is left. */
async function setUp() {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock } = environment;
  const log = new WireLog(environment.virtualNetwork);
  log.printOnFailure(onTestFailed);
  const registrar = await new TransportRegistrar(virtualEnvironment({ host: "10.0.0.9", beside: environment })).listen();
  const clients: Client[] = [];
  /** TLS and HTTP work in tasks of their own: time passes in small steps meanwhile. */
  const settle = async <Value>(promise: Promise<Value>): Promise<Value> => {
    let isPending = true;
    const end = (): void => void (isPending = false);
    promise.then(end, end);
    while (isPending) await clock.advance(1);
    return promise;
  };
  onTestFinished(async () => {
    for (const client of clients) await settle(client.close());
    await settle(registrar.close());
    await clock.advance(70_000);
    expect(clock.pendingTimers, "timers left").toBe(0);
    expect(environment.network.openSockets, "sockets left").toBe(0);
  });
  const open = async (options: ClientOptions): Promise<Client> => {
    const client = await settle(createClient({ listen: "10.0.0.1:5060", environment, tls: trusted, ...options }));
    clients.push(client);
    return client;
  };
  const sentInClear = () => log.entries.filter(({ data }) => data.includes("SIP/2.0"));
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; !condition() && i < 500; i++) await clock.advance(1);
    expect(condition()).toBe(true);
  };
  return { registrar, open, settle, until, sentInClear, environment };
}

const account = (transport: TransportName, scheme = "sip"): AccountOptions => ({
  uri: `${scheme}:${transport.toLowerCase()}@example.com`,
  registrar: `${scheme}:10.0.0.9:${portOf[transport]}`,
  transport,
});

describe("an account", () => {
  test.each([
    ["UDP", /^sip:udp@10\.0\.0\.1:5060$/],
    ["TCP", /^sip:tcp@10\.0\.0\.1:5060;transport=tcp$/],
    ["TLS", /^sip:tls@10\.0\.0\.1:\d+;transport=tls$/],
    ["WS", /^sip:ws@[a-z0-9]{12}\.invalid;transport=ws$/],
    ["WSS", /^sip:wss@[a-z0-9]{12}\.invalid;transport=ws$/],
  ] as const)("registers over %s, and is called over that flow", async (transport, contact) => {
    const { registrar, open, until } = await setUp();
    const client = await open({ account: account(transport) });
    expect(client.account.registration).toMatchObject({ state: "Active", contact: expect.stringMatching(contact) as string });
    expect(registrar.ways("REGISTER")).toEqual([`${transport} sip:10.0.0.9:${portOf[transport]};transport=${transport.toLowerCase()}`]);
    client.onIncoming((incoming) => incoming.reject(603));
    const { request, flow } = registrar.requests[0]!;
    registrar.call(client.account.registration.contact!, request, flow);
    await until(() => registrar.responses.some(({ statusCode }) => statusCode === 603));
  });

  test.each([
    [account("TLS", "sips"), "TLS", /^sips:tls@10\.0\.0\.1:\d+$/],
    [{ ...account("TLS", "sips"), transport: "TCP" }, "TLS", /^sips:tls@10\.0\.0\.1:\d+$/],
    [{ uri: "sips:tls@example.com", registrar: `sips:10.0.0.9:${portOf.TLS}` }, "TLS", /^sips:tls@10\.0\.0\.1:\d+$/],
    [account("WSS", "sips"), "WSS", /^sips:wss@[a-z0-9]{12}\.invalid;transport=ws$/],
    [{ ...account("WSS", "sips"), transport: "WS" }, "WSS", /^sips:wss@[a-z0-9]{12}\.invalid;transport=ws$/],
  ] as const)("of sips registers over TLS alone: %j", async (sips, transport, contact) => {
    const { registrar, open, sentInClear, settle } = await setUp();
    const client = await open({ account: sips, listen: "10.0.0.1:5070" });
    expect(client.account.registration.contact).toMatch(contact);
    expect(registrar.requests[0]!.flow.transport).toBe(transport);
    expect(sentInClear()).toEqual([]);
    await settle(client.account.unregister());
    expect(sentInClear()).toEqual([]);
  });

  test("of sips with a port where nobody speaks TLS is not registered, and nothing is told there", async () => {
    const { open, sentInClear } = await setUp();
    const plain = open({ account: { uri: "sips:alice@example.com", registrar: "sips:10.0.0.9:5060", password: "secret" } });
    expect(await rejection(plain)).toMatchObject({ code: "SERVER_UNREACHABLE" });
    expect(sentInClear()).toEqual([]);
  });

  test("of sips is not sent on to where there is no TLS (RFC 3261 §8.1.3.4)", async () => {
    const { registrar, open, sentInClear } = await setUp();
    registrar.rule = () => [302, ["Contact", "<sip:10.0.0.9>;q=1, <sip:10.0.0.9:5060;transport=tcp>;q=0.5"]];
    expect(await rejection(open({ account: account("TLS", "sips") }))).toMatchObject({ code: "REGISTRATION_FAILED", statusCode: 302 });
    expect(registrar.requests).toHaveLength(1);
    expect(sentInClear()).toEqual([]);
  });

  test("whose server shows a certificate that is not to be trusted gets nothing, and says why", async () => {
    const { registrar, open } = await setUp();
    for (const transport of ["TLS", "WSS"] as const) {
      const error = await rejection(open({ account: account(transport), tls: {} }));
      expect(error).toMatchObject({ code: "CERTIFICATE_NOT_TRUSTED", userMessage: "The server could not prove that it is the right one." });
    }
    expect(registrar.requests).toEqual([]);
  });
});

describe("a built client", () => {
  test("has transports, trust and accounts as the builder says", async () => {
    const { registrar, settle, environment } = await setUp();
    const builder = new ClientBuilder().environment(environment).localAddress("10.0.0.1:5060").transports(["UDP"]).tls(trusted);
    for (const transport of ["TLS", "WSS"] as const) builder.account(account(transport));
    const client = await builder.webSocket({ path: "/sip", pingIntervalMs: 0 }).build();
    await settle(client.start());
    expect(client.getAllRegistrations().map(({ state }) => state)).toEqual(["Active", "Active"]);
    expect(
      registrar
        .ways("REGISTER")
        .map((way) => way.split(" ")[0])
        .sort(),
    ).toEqual(["TLS", "WSS"]);
    await settle(client.close());
  });

  test.each([
    [(builder: ClientBuilder) => builder.webSocket({ path: "sip" }), "webSocket.path"],
    [(builder: ClientBuilder) => builder.tls({ cert: "c" }), "tls.key"],
    [(builder: ClientBuilder) => builder.account({ uri: "sips:a@b", registrar: "sip:b" }), "account.registrar"],
  ])("refuses by name what cannot be: %s", async (change, field) => {
    await expect(change(new ClientBuilder()).build()).rejects.toThrow(field);
  });
});

describe("several accounts of one client, each over a transport of its own", () => {
  const names = ["UDP", "TCP", "TLS", "WS", "WSS"] as const;

  test("register, and their calls go the same ways", async () => {
    const { registrar, open, settle } = await setUp();
    const accounts = names.map((transport) => ({ ...account(transport), outboundProxy: `sip:10.0.0.9:${portOf[transport]}` }));
    const client = await open({ accounts, media: "external" });
    expect(
      registrar
        .ways("REGISTER")
        .map((way) => way.split(" ")[0])
        .sort(),
    ).toEqual([...names].sort());
    for (const from of client.accounts) await settle(rejection(client.call("bob", { from, sdp: "v=0\r\n" })));
    expect(registrar.ways("INVITE")).toEqual(names.map((transport) => `${transport} sip:bob@example.com`));
  });

  test("call directly over them, where there is no proxy", async () => {
    const { registrar, open, settle } = await setUp();
    const accounts = names.map((transport) => ({ uri: `sip:${transport.toLowerCase()}@example.com`, transport }));
    const client = await open({ accounts, media: "external" });
    for (const [i, from] of client.accounts.entries()) {
      const target = `sip:bob@10.0.0.9:${portOf[names[i]!]}`;
      expect(await settle(rejection(client.call(target, { from, sdp: "v=0\r\n" })))).toMatchObject({ code: "CALL_BUSY" });
    }
    expect(registrar.ways("INVITE").map((way) => way.split(" ")[0])).toEqual(names);
  });

  test("over UDP, a sips URI is called over TLS all the same", async () => {
    const { registrar, open, settle } = await setUp();
    const client = await open({ account: { uri: "sip:alice@example.com", transport: "UDP" }, media: "external" });
    await settle(rejection(client.call("sips:bob@10.0.0.9:5061", { sdp: "v=0\r\n" })));
    expect(registrar.ways("INVITE")).toEqual(["TLS sips:bob@10.0.0.9:5061"]);
  });
});
