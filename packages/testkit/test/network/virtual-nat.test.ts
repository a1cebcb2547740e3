import { describe, expect, test } from "vitest";
import type { DatagramSocket, Network } from "@sidetone/infra-common";
import { SeededRandom, VirtualClock, VirtualNetwork, type NatKind, type NatOptions } from "@sidetone/testkit";

const publicAddress = "203.0.113.1";
const [server, other] = ["198.51.100.1", "198.51.100.2"];

async function setUp(options: Partial<NatOptions> = {}) {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, new SeededRandom(5));
  const nat = network.nat({ kind: "port-restricted", publicAddress, ...options });
  const bind = async (host: Network, address: string, port = 5060) => {
    const received: string[] = [];
    const socket: DatagramSocket = await host.bindDatagram(
      { address, port },
      { onDatagram: (data, from, fromPort) => void received.push(`${data.toString()} from ${from}:${fromPort}`), onSocketError: () => {} },
    );
    const send = async (text: string, to: string, toPort = 5060) => {
      socket.send(Buffer.from(text), toPort, to);
      await clock.advance(5);
    };
    return { received, send, socket };
  };
  const phone = await bind(nat.host("192.168.1.10"), "192.168.1.10");
  const [serverHost, otherHost] = [network.host(server), network.host(other)];
  return { clock, network, nat, bind, phone, serverHost, otherHost, a: await bind(serverHost, server), b: await bind(otherHost, other) };
}

describe("VirtualNat", () => {
  test("hides the private address behind its own, and lets the answer in", async () => {
    const { phone, a, nat } = await setUp();
    await phone.send("hello", server);
    expect(a.received).toEqual([`hello from ${publicAddress}:40000`]);
    await a.send("welcome", publicAddress, 40_000);
    expect(phone.received).toEqual([`welcome from ${server}:5060`]);
    expect(nat.mappings).toMatchObject([{ protocol: "UDP", inside: { address: "192.168.1.10", port: 5060 }, publicPort: 40_000 }]);
  });

  test("lets nobody in without a mapping", async () => {
    const { phone, a, network } = await setUp({ kind: "full-cone" });
    const reasons: unknown[] = [];
    network.onPacket(({ reason }) => reason && reasons.push(reason));
    await a.send("hello?", publicAddress, 5060);
    await a.send("hello?", publicAddress, 40_000);
    expect(phone.received).toEqual([]);
    expect(reasons).toEqual(["filtered", "filtered"]);
  });

  // Who gets in at the mapping that the phone has opened towards server:5060 (RFC 4787 §5).
  test.each<[kind: NatKind, samePeer: boolean, otherPort: boolean, otherAddress: boolean]>([
    ["full-cone", true, true, true],
    ["restricted", true, true, false],
    ["port-restricted", true, false, false],
    ["symmetric", true, false, false],
  ])("a %s NAT filters: same peer %s, its other port %s, another address %s", async (kind, samePeer, otherPort, otherAddress) => {
    const { phone, a, b, bind, serverHost } = await setUp({ kind });
    const a2 = await bind(serverHost, server, 5070);
    await phone.send("hello", server);
    await a.send("same peer", publicAddress, 40_000);
    await a2.send("other port", publicAddress, 40_000);
    await b.send("other address", publicAddress, 40_000);
    const got = (text: string) => phone.received.some((line) => line.startsWith(text));
    expect([got("same peer"), got("other port"), got("other address")]).toEqual([samePeer, otherPort, otherAddress]);
  });

  test.each<[kind: NatKind, ports: number[]]>([
    ["full-cone", [40_000, 40_000, 40_000]],
    ["restricted", [40_000, 40_000, 40_000]],
    ["port-restricted", [40_000, 40_000, 40_000]],
    ["symmetric", [40_000, 40_001, 40_002]],
  ])("a %s NAT maps one socket towards three destinations to the ports %j", async (kind, ports) => {
    const { phone, a, b, bind, serverHost } = await setUp({ kind });
    const a2 = await bind(serverHost, server, 5070);
    await phone.send("x", server);
    await phone.send("x", server, 5070);
    await phone.send("x", other);
    const portOf = (lines: string[]) => Number(lines[0]?.split(":").at(-1));
    expect([portOf(a.received), portOf(a2.received), portOf(b.received)]).toEqual(ports);
  });

  test("ends a mapping that nothing went out through for its time-out; then there is a new one with another port", async () => {
    const { clock, phone, a, nat } = await setUp({ mappingTimeoutMs: 30_000 });
    await phone.send("1", server);
    await clock.advance(29_000);
    await a.send("in time", publicAddress, 40_000);
    await clock.advance(1000);
    await a.send("too late, for inbound does not refresh", publicAddress, 40_000);
    expect(phone.received).toHaveLength(1);
    expect(nat.mappings).toEqual([]);
    await phone.send("2", server);
    expect(a.received.at(-1)).toBe(`2 from ${publicAddress}:40001`);
  });

  test("keeps a mapping that is used: by packets out, and by packets in when it is made so", async () => {
    const { clock, phone, a } = await setUp({ mappingTimeoutMs: 30_000, refreshedByInbound: true });
    await phone.send("1", server);
    for (let i = 0; i < 5; i++) {
      await clock.advance(20_000);
      await a.send("ping", publicAddress, 40_000);
    }
    expect(phone.received).toHaveLength(5);
    const second = await setUp({ mappingTimeoutMs: 30_000 });
    for (let i = 0; i < 5; i++) {
      await second.phone.send("keep-alive", server);
      await second.clock.advance(20_000);
    }
    expect(new Set(second.a.received)).toEqual(new Set([`keep-alive from ${publicAddress}:40000`]));
  });

  test("forgets all mappings when it reboots", async () => {
    const { phone, a, nat } = await setUp();
    await phone.send("1", server);
    nat.reboot();
    await a.send("lost", publicAddress, 40_000);
    await phone.send("2", server);
    expect(phone.received).toEqual([]);
    expect(a.received.at(-1)).toBe(`2 from ${publicAddress}:40001`);
  });

  test.each([true, false])("with hairpinning %s, decides whether its own hosts meet at its public address", async (hairpin) => {
    const { phone, bind, nat } = await setUp({ kind: "full-cone", hairpin });
    const second = await bind(nat.host("192.168.1.11"), "192.168.1.11");
    await phone.send("open", server);
    await second.send("via the public address", publicAddress, 40_000);
    expect(phone.received).toEqual(hairpin ? [`via the public address from ${publicAddress}:40001`] : []);
  });

  test("lets its own hosts talk to each other directly, on links of their own", async () => {
    const { clock, phone, bind, nat } = await setUp();
    const second = await bind(nat.host("192.168.1.11"), "192.168.1.11");
    nat.inside.setDefaultConditions({ delayMs: 3 });
    second.socket.send(Buffer.from("direct"), 5060, "192.168.1.10");
    await clock.advance(2);
    expect(phone.received).toEqual([]);
    await clock.advance(1);
    expect(phone.received).toEqual(["direct from 192.168.1.11:5060"]);
  });

  test("two NATs may have the same addresses behind them; conditions apply between their public ones", async () => {
    const { clock, network, phone, bind } = await setUp();
    const nat2 = network.nat({ kind: "full-cone", publicAddress: "203.0.113.2" });
    const twin = await bind(nat2.host("192.168.1.10"), "192.168.1.10");
    network.setConditions("203.0.113.2", publicAddress, { delayMs: 40 });
    await phone.send("punch", "203.0.113.2", 40_000);
    twin.socket.send(Buffer.from("through"), 40_000, publicAddress);
    await clock.advance(39);
    expect(phone.received).toEqual([]);
    await clock.advance(1);
    // The phone's punch makes its NAT let in exactly what the twin's NAT sends from that port.
    expect(phone.received).toEqual(["through from 203.0.113.2:40000"]);
  });

  test("stands behind another NAT (carrier-grade): two translations, both filtered", async () => {
    const { nat, bind, a } = await setUp();
    const home = nat.nat({ kind: "port-restricted", publicAddress: "100.64.0.5", firstPort: 50_000 });
    const tablet = await bind(home.host("192.168.1.10"), "192.168.1.10");
    await tablet.send("deep", server);
    expect(a.received).toEqual([`deep from ${publicAddress}:40000`]);
    await a.send("back", publicAddress, 40_000);
    expect(tablet.received).toEqual([`back from ${server}:5060`]);
    expect(home.mappings).toMatchObject([{ publicPort: 50_000 }]);
  });

  test("carries streams outwards, lets none in from outside, and a reboot resets them at the next bytes", async () => {
    const { clock, network, nat, serverHost, a } = await setUp();
    const host = nat.host("192.168.1.20");
    const log: string[] = [];
    const receiver = (who: string) => ({
      onData: (data: Buffer) => void log.push(`${who} ${data.toString()}`),
      onDrain: () => {},
      onClosed: (error: Error | undefined) => void log.push(`${who} closed ${(error as { code?: string } | undefined)?.code}`),
    });
    const peers: string[] = [];
    const listener = {
      onConnection: (connection: { remoteAddress: string; remotePort: number }) => {
        peers.push(`${connection.remoteAddress}:${connection.remotePort}`);
        return receiver("server");
      },
      onServerError: () => {},
    };
    await serverHost.listenStream({ address: server, port: 5060 }, listener);
    await host.listenStream({ address: "192.168.1.20", port: 5060 }, listener);
    const connection = await clock.advanceUntil(host.connectStream({ address: server, port: 5060 }, receiver("client")));
    await clock.advance(5);
    expect(peers).toEqual([`${publicAddress}:40000`]);
    const reasons: unknown[] = [];
    network.onPacket(({ reason }) => reason && reasons.push(reason));
    await a.send("a datagram to the port of a stream", publicAddress, 40_000);
    expect(reasons).toEqual(["filtered"]);
    const unwanted = network.host("198.51.100.9").connectStream({ address: publicAddress, port: 5060 }, receiver("stranger"));
    await expect(clock.advanceUntil(unwanted)).rejects.toMatchObject({ code: "NETWORK_CONNECTION_TIMEOUT" });
    connection.send(Buffer.from("before"));
    await clock.advance(5);
    nat.reboot();
    connection.send(Buffer.from("after"));
    await clock.advance(5);
    expect(log).toEqual(["server before", "client closed NETWORK_FAILED"]);
  });
});
