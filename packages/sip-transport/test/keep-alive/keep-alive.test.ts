import type { DatagramSocket } from "@sidetone/infra-common";
import { viaFor, type Flow, type KeepAlive, type SipTransportError } from "@sidetone/sip-transport";
import { virtualEnvironment, WireLog } from "@sidetone/testkit";
import { afterEach, describe, expect, onTestFailed, test } from "vitest";
import { optionsRequest } from "../messages.ts";
import { party, type Party } from "../parties.ts";
import { testCertificates } from "../support/certificates.ts";
import { closeAll, settled } from "../support/settled.ts";

const { ca, good } = testCertificates();
const ports = { UDP: 5060, TCP: 5060, TLS: 5061, WS: 80 } as const;
type Name = keyof typeof ports;
const opened: Party[] = [];

/** Alice has a flow to bob, 10.0.0.2, and keeps it alive. */
async function setUp(transport: Name, { isAgreed = true, intervalMs }: { isAgreed?: boolean; intervalMs?: number } = {}) {
  const alice = party({ host: "10.0.0.1" }, { tls: { ca: ca.cert } });
  const bob = party(
    { host: "10.0.0.2", beside: alice.environment },
    { tls: { cert: good.cert, key: good.key }, webSocket: { pingIntervalMs: 0 } },
  );
  opened.push(alice, bob);
  const { clock, virtualNetwork } = alice.environment;
  const wire = new WireLog(virtualNetwork);
  wire.printOnFailure(onTestFailed);
  await settled(clock, bob.transports.listen({ transport, address: "10.0.0.2", port: ports[transport] }));
  if (transport === "UDP") await alice.transports.listen({ transport, address: "10.0.0.1", port: 5060 });
  const flow = await flowFrom(alice, transport);
  // A connection is expected to begin with a message.
  flow.send(optionsRequest(viaFor(flow, "z9hG4bK0")));
  const lost: { error: SipTransportError; atMs: number }[] = [];
  const user = { onFlowLost: (_: KeepAlive, error: SipTransportError) => void lost.push({ error, atMs: clock.now() }) };
  const options = { user, isAgreed, ...(intervalMs === undefined ? {} : { intervalMs }) };
  const keepAlive = alice.transports.keepAlive(flow, options);
  return { alice, bob, clock, virtualNetwork, wire, flow, lost, user, options, keepAlive };
}

async function flowFrom({ transports, environment }: Party, transport: Name): Promise<Flow> {
  const target = { transport, address: "10.0.0.2", port: ports[transport], hostName: transport === "TLS" ? "example.com" : "10.0.0.2" };
  return settled(environment.clock, transports.flowTo(target, { messageBytes: 500, transportIsExplicit: true }));
}

async function pass(clock: Party["environment"]["clock"], ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 20) await clock.advance(20);
}

afterEach(() => closeAll(opened));

describe.each(["TCP", "TLS", "WS", "UDP"] as const)("an answered keep-alive over %s (RFC 5626 §4.4)", (transport) => {
  test("leaves a flow alone that answers, for hours", async () => {
    const { clock, lost, flow, keepAlive } = await setUp(transport);
    await pass(clock, transport === "TCP" || transport === "UDP" ? 7_200_000 : 120_000);
    expect(lost).toEqual([]);
    expect(flow.isClosed).toBe(false);
    expect(keepAlive.isAnswered).toBe(true);
  });

  test("notices within 30 s that the network swallows everything, and says so once", async () => {
    const { alice, clock, virtualNetwork, lost, flow } = await setUp(transport);
    await pass(clock, 40_000);
    const cutAtMs = clock.now();
    virtualNetwork.partition("10.0.0.2");
    await pass(clock, 60_000);
    expect(lost.map(({ error }) => error.code)).toEqual(["SIP_TRANSPORT_KEEP_ALIVE_FAILED"]);
    expect(lost[0]!.atMs - cutAtMs).toBeLessThan(30_000);
    expect(alice.user.failures.map(({ error }) => error)).toEqual([lost[0]!.error]);
    expect(flow.isClosed).toBe(transport !== "UDP");
    virtualNetwork.heal();
  });

  test("asks at once when it is told to: after sleep", async () => {
    const { alice, clock, virtualNetwork, lost } = await setUp(transport);
    await pass(clock, 1_000);
    virtualNetwork.partition("10.0.0.2");
    alice.transports.checkFlows();
    await pass(clock, 10_020);
    expect(lost).toHaveLength(1);
    virtualNetwork.heal();
  });

  test("ends with its user, and leaves the flow open", async () => {
    const { clock, virtualNetwork, lost, flow, keepAlive, wire } = await setUp(transport);
    await pass(clock, 1_000);
    keepAlive.close();
    wire.clear();
    await pass(clock, 60_000);
    expect(wire.entries.filter(({ from }) => from.startsWith("10.0.0.1:")).length).toBeLessThan(transport === "WS" ? 4 : 1);
    virtualNetwork.partition("10.0.0.2");
    expect(lost).toEqual([]);
    expect(flow.isClosed).toBe(false);
    virtualNetwork.heal();
  });
});

describe("pings on a stream (RFC 5626 §4.4.1)", () => {
  const pings = (wire: WireLog): number[] =>
    wire.entries.filter(({ from, data }) => from.startsWith("10.0.0.1:") && data.toString() === "\r\n\r\n").map(({ atMs }) => atMs);

  test("are CRLF CRLF, answered by CRLF, between 80 and 100 % of the interval apart", async () => {
    const { clock, wire } = await setUp("TCP", { intervalMs: 10_000 });
    await pass(clock, 200_000);
    const gaps = pings(wire).map((atMs, i, all) => atMs - (all[i - 1] ?? 0));
    expect(gaps.length).toBeGreaterThan(18);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(7_900);
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(10_010);
    expect(new Set(gaps.map(Math.round)).size).toBeGreaterThan(10);
    const pongs = wire.entries.filter(({ from, data }) => from.startsWith("10.0.0.2:") && data.toString() === "\r\n");
    expect(pongs).toHaveLength(gaps.length);
  });

  test("one flow is asked once, however many keep it, as often as the most careful wants, and all are told", async () => {
    const { alice, clock, wire, flow, options, lost, virtualNetwork, keepAlive } = await setUp("TCP");
    alice.transports.keepAlive(flow, { ...options, intervalMs: 5_000 });
    await pass(clock, 60_000);
    expect(pings(wire).length).toBeGreaterThanOrEqual(11);
    expect(pings(wire).length).toBeLessThanOrEqual(15);
    keepAlive.close();
    keepAlive.close();
    alice.transports.keepAlive(flow, options);
    virtualNetwork.partition("10.0.0.2");
    await pass(clock, 30_000);
    expect(lost).toHaveLength(2);
    virtualNetwork.heal();
  });

  test("the end of the connection is told with its cause, and so is that of a flow that was closed before", async () => {
    const { alice, bob, clock, lost, flow, options } = await setUp("TCP");
    await pass(clock, 100);
    await settled(clock, bob.transports.close());
    await pass(clock, 100);
    expect(lost.map(({ error }) => error.code)).toEqual(["SIP_TRANSPORT_CONNECTION_LOST"]);
    expect(lost[0]!.error.message).toContain("closed by the peer");
    alice.transports.keepAlive(flow, options);
    expect(lost).toHaveLength(1);
    await pass(clock, 20);
    expect(lost).toHaveLength(2);
  });

  test("a flow that was closed before leaves no timer when all is closed at once", async () => {
    const { alice, bob, clock, lost, flow, options } = await setUp("TCP");
    await pass(clock, 100);
    await settled(clock, Promise.all([alice.transports.close(), bob.transports.close()]));
    expect(clock.pendingTimers).toBe(0);
    const other = party({ host: "10.0.0.5", beside: alice.environment });
    other.transports.keepAlive(flow, options);
    await other.transports.close();
    expect(clock.pendingTimers).toBe(0);
    expect(lost).toEqual([]);
  });

  test("a connection that is kept alive is never idle", async () => {
    const { clock, flow, lost } = await setUp("TCP");
    await pass(clock, 1_300_000);
    expect(flow.isClosed).toBe(false);
    expect(lost).toEqual([]);
  });
});

describe("a stream to a peer that has agreed to nothing", () => {
  /** A server that reads, and answers pings or not. */
  async function setUpRaw({ answers }: { answers: boolean }) {
    const alice = party({ host: "10.0.0.1" });
    opened.push(alice);
    const { clock, virtualNetwork } = alice.environment;
    const { network } = virtualEnvironment({ host: "10.0.0.2", beside: alice.environment });
    const server = await network.listenStream(
      { address: "10.0.0.2", port: 5060 },
      {
        onConnection: (connection) => ({
          onData: () => void (answers && connection.send(Buffer.from("\r\n"))),
          onDrain: () => {},
          onClosed: () => {},
        }),
        onServerError: () => {},
      },
    );
    const flow = await flowFrom(alice, "TCP");
    const lost: SipTransportError[] = [];
    const keepAlive = alice.transports.keepAlive(flow, { user: { onFlowLost: (_, error) => void lost.push(error) } });
    return { clock, virtualNetwork, flow, lost, keepAlive, server };
  }

  test("is not given up for want of an answer", async () => {
    const { clock, flow, lost, keepAlive, server } = await setUpRaw({ answers: false });
    await pass(clock, 300_000);
    expect(lost).toEqual([]);
    expect(flow.isClosed).toBe(false);
    expect(keepAlive.isAnswered).toBe(false);
    await server.close();
  });

  test("is given up when a peer falls silent that has answered before", async () => {
    const { clock, virtualNetwork, lost, keepAlive, server } = await setUpRaw({ answers: true });
    await pass(clock, 1_000);
    expect(keepAlive.isAnswered).toBe(true);
    await pass(clock, 300_000);
    expect(lost).toEqual([]);
    virtualNetwork.partition("10.0.0.2");
    await pass(clock, 30_000);
    expect(lost.map(({ code }) => code)).toEqual(["SIP_TRANSPORT_KEEP_ALIVE_FAILED"]);
    virtualNetwork.heal();
    await server.close();
  });
});

describe("UDP", () => {
  /** Alice sits behind a NAT. */
  async function setUpNat(isAgreed: boolean) {
    const outside = virtualEnvironment({ host: "10.0.0.9" });
    const { virtualNetwork, clock } = outside;
    const nat = virtualNetwork.nat({ kind: "port-restricted", publicAddress: "10.0.0.3", mappingTimeoutMs: 30_000 });
    const alice = party({ host: nat.host("192.168.0.2"), network: virtualNetwork });
    const bob = party({ host: "10.0.0.2", beside: outside });
    opened.push(alice, bob);
    const wire = new WireLog(virtualNetwork);
    wire.printOnFailure(onTestFailed);
    await bob.transports.listen({ transport: "UDP", address: "10.0.0.2", port: 5060 });
    const point = await alice.transports.listen({ transport: "UDP", address: "192.168.0.2", port: 5060 });
    const flow = await flowFrom(alice, "UDP");
    const lost: { error: SipTransportError; atMs: number }[] = [];
    const user = { onFlowLost: (_: KeepAlive, error: SipTransportError) => void lost.push({ error, atMs: clock.now() }) };
    const keepAlive = alice.transports.keepAlive(flow, { user, isAgreed });
    return { alice, bob, clock, nat, wire, flow, lost, keepAlive, point };
  }

  test("STUN keeps the binding of a NAT, and tells the address (RFC 5626 §4.4.2)", async () => {
    const { clock, nat, keepAlive, lost } = await setUpNat(true);
    await pass(clock, 600_000);
    expect(nat.mappings).toHaveLength(1);
    expect(keepAlive.mappedAddress).toEqual({ address: "10.0.0.3", port: 40_000 });
    expect(lost).toEqual([]);
  });

  test("a NAT that rebooted is found out within 20 s, and requests under way are not given up for it", async () => {
    const { alice, clock, nat, lost } = await setUpNat(true);
    await pass(clock, 100_000);
    const rebootedAtMs = clock.now();
    nat.reboot();
    await pass(clock, 60_000);
    expect(lost.map(({ error }) => error.code)).toEqual(["SIP_TRANSPORT_MAPPING_CHANGED"]);
    expect(lost[0]!.error.message).toContain("10.0.0.3:40001 in place of 10.0.0.3:40000");
    expect(lost[0]!.atMs - rebootedAtMs).toBeLessThan(20_000);
    expect(alice.user.failures).toEqual([]);
  });

  test("the address stays known when somebody else wants the flow asked sooner, and a NAT that rebooted meanwhile is found out", async () => {
    const { alice, clock, flow, nat, keepAlive, lost } = await setUpNat(true);
    await pass(clock, 1_000);
    const known = { address: "10.0.0.3", port: 40_000 };
    expect(keepAlive.mappedAddress).toEqual(known);
    nat.reboot();
    const sooner = alice.transports.keepAlive(flow, { user: { onFlowLost: () => {} }, isAgreed: true, intervalMs: 5_000 });
    expect([keepAlive.mappedAddress, sooner.mappedAddress]).toEqual([known, known]);
    await pass(clock, 1_000);
    expect(lost.map(({ error }) => error.code)).toEqual(["SIP_TRANSPORT_MAPPING_CHANGED"]);
  });

  test("line ends keep the binding where nothing was agreed, at most 25 s apart, and nobody answers them", async () => {
    const { bob, clock, nat, wire, keepAlive } = await setUpNat(false);
    await pass(clock, 300_000);
    expect(nat.mappings).toHaveLength(1);
    const sent = wire.entries.filter(({ from }) => from === "192.168.0.2:5060");
    expect(new Set(sent.map(({ data }) => data.toString()))).toEqual(new Set(["\r\n"]));
    for (const [i, { atMs }] of sent.entries()) expect(atMs - (sent[i - 1]?.atMs ?? 0)).toBeLessThanOrEqual(25_000);
    expect(wire.entries.filter(({ from }) => from === "10.0.0.2:5060")).toEqual([]);
    expect(bob.user.malformed).toEqual([]);
    expect(keepAlive.isAnswered).toBe(false);
  });

  test("an agreement that comes later turns line ends into STUN", async () => {
    const { alice, clock, flow, keepAlive } = await setUpNat(false);
    const later = alice.transports.keepAlive(flow, { user: { onFlowLost: () => {} }, isAgreed: true });
    await pass(clock, 1_000);
    expect(keepAlive.isAnswered).toBe(true);
    later.close();
    expect(keepAlive.isAnswered).toBe(false);
  });

  test("the flows of a socket fail with it", async () => {
    const { clock, lost, point } = await setUpNat(true);
    await pass(clock, 1_000);
    await point.close();
    expect(lost.map(({ error }) => error.code)).toEqual(["SIP_TRANSPORT_CONNECTION_LOST"]);
  });

  test("a message that is too long says nothing of its flow", async () => {
    const { alice, clock, lost, flow } = await setUpNat(false);
    flow.send(Buffer.alloc(70_000, 0x20));
    await pass(clock, 1_000);
    expect(alice.user.failures.map(({ error }) => (error.cause as { code?: string }).code)).toEqual(["NETWORK_MESSAGE_TOO_LONG"]);
    expect(lost).toEqual([]);
  });

  test("a port where nobody is fails it, where the system tells", async () => {
    const alice = party({ host: "10.0.0.1", network: { icmp: true } });
    const bob = party({ host: "10.0.0.2", beside: alice.environment });
    opened.push(alice, bob);
    const { clock } = alice.environment;
    await alice.transports.listen({ transport: "UDP", address: "10.0.0.1", port: 5060 });
    const lost: SipTransportError[] = [];
    for (const isAgreed of [false, true]) {
      const flow = await flowFrom(alice, "UDP");
      alice.transports.keepAlive(flow, { user: { onFlowLost: (_, error) => void lost.push(error) }, isAgreed });
      await pass(clock, 26_000);
    }
    expect(lost.map(({ code }) => code)).toEqual(["SIP_TRANSPORT_SEND_FAILED", "SIP_TRANSPORT_SEND_FAILED"]);
  });

  test("a SIP port answers Binding requests, whoever asks (RFC 5626 §8), and takes SIP beside them", async () => {
    const { bob, clock } = await setUpNat(true);
    const { network } = virtualEnvironment({ host: "10.0.0.7", network: bob.environment.virtualNetwork });
    const heard: Buffer[] = [];
    const socket: DatagramSocket = await network.bindDatagram(
      { address: "10.0.0.7", port: 4000 },
      { onDatagram: (data) => void heard.push(Buffer.from(data)), onSocketError: () => {} },
    );
    const request = Buffer.from("000100002112a442000102030405060708090a0b", "hex");
    socket.send(request, 5060, "10.0.0.2");
    socket.send(optionsRequest("SIP/2.0/UDP 10.0.0.7:4000;branch=z9hG4bK1;rport"), 5060, "10.0.0.2");
    // A stranger's answer to nothing that was asked, and a torn message.
    socket.send(Buffer.from("010100002112a442000102030405060708090a0b", "hex"), 5060, "10.0.0.2");
    socket.send(request.subarray(0, 12), 5060, "10.0.0.2");
    await pass(clock, 1_000);
    expect(heard).toHaveLength(1);
    expect(heard[0]!.toString("hex")).toBe(
      "0101000c2112a442000102030405060708090a0b00200008" + "00012eb22b12a445".replace("00012eb2", "00012eb2"),
    );
    expect(heard[0]!.length / request.length).toBeLessThan(3);
    expect(bob.user.requests).toHaveLength(1);
    await socket.close();
  });
});
