import { createUserAgentCore, type Registration, type UserAgentUser } from "@sidetone/dialog-core";
import { createRegistrarServer } from "@sidetone/registrar-core";
import { createSipTransports, type TransportName } from "@sidetone/sip-transport";
import { issueCertificate, virtualEnvironment, WireLog, type VirtualClock } from "@sidetone/testkit";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";

const ca = issueCertificate({ commonName: "Test CA", isAuthority: true });
const server = issueCertificate({ commonName: "registrar", names: ["IP:10.0.0.1"], issuer: ca });
const ports = { UDP: 5060, TCP: 5060, TLS: 5061, WS: 80 } as const;
type Name = keyof typeof ports;
const streams = ["TCP", "TLS", "WS"] as const;

const user: UserAgentUser = { onInvite: (invite) => invite.reject(486), onRequest: (request) => request.respond(200), isBusy: () => false };

/** Our registrar on 10.0.0.1, and our user agent behind a NAT that forgets UDP after 30 s. */
async function setUp(transport: Name) {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock, virtualNetwork } = environment;
  new WireLog(virtualNetwork).printOnFailure(onTestFailed);
  const transports = createSipTransports(environment, { tls: { cert: server.cert, key: server.key }, webSocket: { pingIntervalMs: 0 } });
  const registrar = createRegistrarServer(environment, transports, { domains: ["10.0.0.1"], flowTimerSeconds: 120 });
  const nat = virtualNetwork.nat({ kind: "port-restricted", publicAddress: "203.0.113.7", mappingTimeoutMs: 30_000 });
  const phone = virtualEnvironment({ host: nat.host("192.168.1.10"), beside: environment });
  const phoneTransports = createSipTransports(phone, { tls: { ca: ca.cert }, webSocket: { pingIntervalMs: 0 } });
  const core = createUserAgentCore(phone, phoneTransports, { user });
  await until(clock, transports.listen({ transport, address: "10.0.0.1", port: ports[transport] }));
  if (transport === "UDP") await phoneTransports.listen({ transport, address: "192.168.1.10", port: 5060 });
  const changes: { status: string; code: string | undefined; atMs: number }[] = [];
  const registration = core.registration(
    {
      registrar: `sip:10.0.0.1:${ports[transport]};transport=${transport.toLowerCase()}`,
      addressOfRecord: "sip:alice@10.0.0.1",
      contactUser: "alice",
      instanceId: "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
      regId: 1,
      keepAlive: {},
    },
    {
      onRegistrationChanged: ({ status, error }: Registration) =>
        void changes.push({
          status,
          code: error && ((error.cause as { code?: string } | undefined)?.code ?? error.code),
          atMs: clock.now(),
        }),
    },
  );
  registration.register();
  await pass(clock, 60_000);
  expect(registration.status).toBe("Active");
  changes.length = 0;
  const { location } = registrar.registrar;
  onTestFinished(async () => {
    virtualNetwork.heal();
    registration.close();
    await core.close();
    await until(clock, phoneTransports.close());
    await until(clock, transports.close());
    await registrar.close();
    await pass(clock, 64_000);
    expect(clock.pendingTimers, "timers").toBe(0);
  });
  /** Lets time pass until the registration is Active again; how long that took from now on, in milliseconds. */
  const recovery = async (onFailed = (): void => {}): Promise<number> => {
    const fromMs = clock.now();
    let isTold = false;
    while (changes.at(-1)?.status !== "Active" && clock.now() - fromMs < 120_000) {
      await clock.advance(20);
      if (!isTold && changes.length > 0) onFailed();
      isTold = changes.length > 0;
    }
    return clock.now() - fromMs;
  };
  return { clock, virtualNetwork, nat, registration, changes, location, recovery };
}

/** TLS and HTTP work in tasks of their own: time passes in small steps meanwhile. */
async function until<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  let isPending = true;
  const settle = (): void => void (isPending = false);
  promise.then(settle, settle);
  while (isPending) await clock.advance(5);
  return promise;
}

async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 20) await clock.advance(20);
}

describe.each([...streams, "UDP"] as const)("our user agent at our registrar over %s, behind a NAT", (transport) => {
  test("stays registered, and keeps the flow that it is called over", async () => {
    const { clock, location, registration, changes } = await setUp(transport);
    const { flow } = location.lookup("alice@10.0.0.1")[0]!;
    await pass(clock, transport === "UDP" || transport === "TCP" ? 1_200_000 : 120_000);
    expect(changes).toEqual([]);
    expect(location.lookup("alice@10.0.0.1")).toHaveLength(1);
    expect(location.lookup("alice@10.0.0.1")[0]!.flow).toBe(flow);
    expect(flow?.isClosed).toBe(false);
    expect(registration.contact).toContain(transport === "WS" ? ".invalid" : "203.0.113.7");
  });

  test("is registered again within 30 s when the network has swallowed its packets in silence", async () => {
    const { virtualNetwork, location, recovery, changes } = await setUp(transport);
    virtualNetwork.partition("203.0.113.7");
    const recoveryMs = await recovery(() => virtualNetwork.heal());
    expect(recoveryMs).toBeLessThan(30_000);
    expect(changes.map(({ status, code }) => [status, code])).toEqual([
      ["Pending", "SIP_TRANSPORT_KEEP_ALIVE_FAILED"],
      ["Active", undefined],
    ]);
    const bindings = location.lookup("alice@10.0.0.1");
    expect(bindings).toHaveLength(1);
    expect(bindings[0]!.flow?.isClosed).toBe(false);
  });

  test("is registered again within 30 s when the NAT has rebooted, under its new address", async () => {
    const { nat, location, recovery, registration } = await setUp(transport);
    nat.reboot();
    expect(await recovery()).toBeLessThan(30_000);
    const bindings = location.lookup("alice@10.0.0.1");
    expect(bindings).toHaveLength(1);
    expect(bindings[0]!.flow?.remotePort).toBe(nat.mappings.at(-1)!.publicPort);
    if (transport === "UDP") expect(registration.contact).toBe(`sip:alice@203.0.113.7:${nat.mappings[0]!.publicPort}`);
  });
});
