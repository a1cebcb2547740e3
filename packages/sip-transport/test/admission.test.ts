import { afterEach, describe, expect, test } from "vitest";
import type { StreamConnection } from "@sidetone/infra-common";
import type { SipTransportsOptions } from "@sidetone/sip-transport";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";
import { optionsRequest } from "./messages.ts";
import { party, type Party } from "./parties.ts";
import { testCertificates } from "./support/certificates.ts";

const { good } = testCertificates();
const opened: Party[] = [];

interface Peer {
  readonly connection: StreamConnection;
  readonly isClosed: () => boolean;
}

/** A server of TCP and TLS, and peers that connect to it. */
async function setUp(options: SipTransportsOptions, address = "10.0.0.1") {
  const server = party({ host: address }, { ...options, tls: { cert: good.cert, key: good.key } });
  opened.push(server);
  const { environment, transports, user } = server;
  const { clock } = environment;
  await transports.listen({ transport: "TCP", address, port: 5060 });
  await transports.listen({ transport: "TLS", address, port: 5061 });
  const hosts = new Map<string, VirtualEnvironment>();
  const connect = async (from: string, port = 5060): Promise<Peer> => {
    const host = hosts.get(from) ?? virtualEnvironment({ host: from, beside: environment });
    hosts.set(from, host);
    let isClosed = false;
    const receiver = { onData: () => {}, onDrain: () => {}, onClosed: () => void (isClosed = true) };
    const connection = await clock.advanceUntil(host.network.connectStream({ address, port }, receiver));
    await clock.advance(10);
    return { connection, isClosed: () => isClosed };
  };
  const speak = async ({ connection }: Peer): Promise<void> => {
    connection.send(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1"));
    await clock.advance(10);
  };
  return { server, user, clock, connect, speak };
}

afterEach(async () => {
  for (const { transports, environment } of opened.splice(0)) {
    await environment.clock.advanceUntil(transports.close());
    await environment.clock.advance(1000);
    expect(environment.clock.pendingTimers).toBe(0);
  }
});

describe("connections of one address", () => {
  test("are bounded over all streams, whoever else connects; one that ends makes room", async () => {
    const { connect, clock, server } = await setUp({ connectionsPerAddress: 2 });
    const first = await connect("10.0.0.2");
    await connect("10.0.0.2", 5061);
    expect((await connect("10.0.0.2")).isClosed()).toBe(true);
    expect(server.warnings).toMatchObject([{ fields: { ofAddress: 2 } }]);
    expect((await connect("10.0.0.3")).isClosed()).toBe(false);
    void first.connection.close();
    await clock.advance(10);
    expect((await connect("10.0.0.2")).isClosed()).toBe(false);
  });
});

describe("an IPv6 /64 network", () => {
  test("counts as one address", async () => {
    const { connect } = await setUp({ connectionsPerAddress: 2 }, "fd00::1");
    const peers = [await connect("2001:db8:0:1::2"), await connect("2001:db8:0:1:5::2"), await connect("2001:db8::1:6:0:0:2")];
    expect(peers.map(({ isClosed }) => isClosed())).toEqual([false, false, true]);
    expect((await connect("2001:db8:0:2::2")).isClosed()).toBe(false);
  });
});

describe("connections from which no message has come", () => {
  test("are bounded: the oldest makes room, and those that have spoken stay", async () => {
    const { connect, speak } = await setUp({ halfOpenConnections: 2 });
    const good = await connect("10.0.0.2");
    await speak(good);
    const silent = [await connect("10.0.0.3"), await connect("10.0.0.3", 5061), await connect("10.0.0.3")];
    expect(silent.map(({ isClosed }) => isClosed())).toEqual([true, false, false]);
    expect(good.isClosed()).toBe(false);
  });

  test.each([
    ["TCP", 5060],
    ["TLS", 5061],
  ])("over %s are closed when the time for the first message is up", async (_transport, port) => {
    const { connect, clock } = await setUp({ firstMessageTimeoutMs: 5000 });
    const peer = await connect("10.0.0.2", port);
    peer.connection.send(Buffer.from([0x16]));
    await clock.advance(4900);
    expect(peer.isClosed()).toBe(false);
    await clock.advance(200);
    expect(peer.isClosed()).toBe(true);
  });

  test("what has spoken may be silent afterwards", async () => {
    const { connect, clock, speak, user } = await setUp({ firstMessageTimeoutMs: 5000 });
    const peer = await connect("10.0.0.2");
    await speak(peer);
    await clock.advance(60_000);
    expect(peer.isClosed()).toBe(false);
    expect(user.requests).toHaveLength(1);
  });

  test("what is no TLS is closed at once", async () => {
    const { connect, clock } = await setUp({});
    const peer = await connect("10.0.0.2", 5061);
    peer.connection.send(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1"));
    for (let i = 0; i < 20; i++) await clock.advance(1);
    expect(peer.isClosed()).toBe(true);
  });
});
