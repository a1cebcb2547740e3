import { describe, expect, test } from "vitest";
import { delay, type ConnectStreamOptions, type StreamConnection, type StreamReceiver } from "@sidetone/infra-common";
import { SeededRandom, VirtualClock, VirtualNetwork, type VirtualHost, type VirtualNetworkOptions } from "@sidetone/testkit";

const [alice, bob] = ["10.0.0.1", "10.0.0.2"];

/** A receiver that logs "what@ms". */
function recorder(clock: VirtualClock) {
  const log: string[] = [];
  const chunks: Buffer[] = [];
  const receiver: StreamReceiver = {
    onData: (data) => {
      chunks.push(data);
      log.push(`${data.length <= 20 ? data.toString() : `${data.length} bytes`}@${clock.now()}`);
    },
    onDrain: () => void log.push(`drain@${clock.now()}`),
    onClosed: (error) => void log.push(`closed${error ? ` ${(error as { code?: string }).code}` : ""}@${clock.now()}`),
  };
  return { receiver, log, chunks };
}

async function setUp(options: VirtualNetworkOptions = { link: { delayMs: 10 } }) {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, new SeededRandom(3), options);
  const [client, server] = [network.host(alice), network.host(bob)];
  const accepted: { connection: StreamConnection; log: string[]; chunks: Buffer[] }[] = [];
  const listen = (host: VirtualHost = server, refuse = false) =>
    host.listenStream(
      { address: host.address, port: 5060 },
      {
        onConnection: (connection) => {
          if (refuse) return undefined;
          const { receiver, log, chunks } = recorder(clock);
          accepted.push({ connection, log, chunks });
          return receiver;
        },
        onServerError: () => {},
      },
    );
  const connect = (to: Partial<ConnectStreamOptions> = {}) => {
    const { receiver, log, chunks } = recorder(clock);
    const promise = client.connectStream({ address: bob, port: 5060, ...to }, receiver);
    return { promise, log, chunks };
  };
  const connected = async () => {
    const listener = await listen();
    const { promise, log, chunks } = connect();
    const connection = await clock.advanceUntil(promise);
    await clock.advance(10);
    return { listener, connection, log, chunks, peer: accepted[0]! };
  };
  return { clock, network, client, server, accepted, listen, connect, connected };
}

describe("a stream of the VirtualNetwork", () => {
  test("opens by a handshake of one round trip, and the server sees it with the first bytes", async () => {
    const { clock, connect, listen, accepted } = await setUp();
    await listen();
    const { promise } = connect();
    const connection = await clock.advanceUntil(promise);
    expect(clock.now()).toBe(20);
    expect(accepted).toHaveLength(0);
    connection.send(Buffer.from("INVITE"));
    await clock.advance(10);
    expect(accepted[0]?.log).toEqual(["INVITE@30"]);
    expect(accepted[0]?.connection).toMatchObject({
      localAddress: bob,
      localPort: 5060,
      remoteAddress: alice,
      remotePort: connection.localPort,
    });
  });

  test("is refused after a round trip where nothing listens", async () => {
    const { clock, client, connect } = await setUp();
    await expect(clock.advanceUntil(connect().promise)).rejects.toMatchObject({ code: "NETWORK_CONNECTION_REFUSED" });
    expect(clock.now()).toBe(20);
    expect(client.openSockets).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test("times out after 127 s where nobody has the address, and retries the SYN meanwhile", async () => {
    const { clock, network, connect } = await setUp();
    const syns: number[] = [];
    network.onPacket(({ kind, segment, atMs }) => kind === "sent" && segment === "SYN" && syns.push(atMs));
    await expect(clock.advanceUntil(connect({ address: "10.9.9.9" }).promise)).rejects.toMatchObject({
      code: "NETWORK_CONNECTION_TIMEOUT",
    });
    expect(syns).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 63_000]);
    expect(clock.now()).toBe(127_000);
  });

  test("opens at the next SYN when a partition heals", async () => {
    const { clock, network, connect, listen } = await setUp();
    await listen();
    network.partition(alice);
    const { promise } = connect();
    await clock.advance(2500);
    network.heal();
    await clock.advanceUntil(promise);
    expect(clock.now()).toBe(3020);
  });

  test("stops connecting when aborted, with the reason untouched, and leaves nothing behind", async () => {
    const { clock, client, server, connect, listen, accepted } = await setUp();
    await listen();
    const reason = { why: "changed my mind" };
    const controller = new AbortController();
    const { promise } = connect({ signal: controller.signal });
    promise.catch(() => {});
    await clock.advance(15);
    controller.abort(reason);
    await expect(promise).rejects.toBe(reason);
    await clock.advance(1000);
    expect(accepted).toEqual([]);
    expect([client.openSockets, server.openSockets, clock.pendingTimers]).toEqual([0, 1, 0]);
    await expect(connect({ signal: AbortSignal.abort(reason) }).promise).rejects.toBe(reason);
  });

  test("is reset at once when the listener does not want it", async () => {
    const { clock, connect, listen } = await setUp();
    await listen(undefined, true);
    const { promise, log } = connect();
    await clock.advanceUntil(promise);
    await clock.advance(100);
    expect(log).toEqual(["closed NETWORK_FAILED@40"]);
  });

  test("carries bytes in order in spite of loss and jitter, late but whole", async () => {
    const { clock, network, connected } = await setUp();
    const { connection, peer } = await connected();
    network.setDefaultConditions({ lossRate: 0.3, jitterMs: 50 });
    const sent = Array.from({ length: 300 }, (_, index) => `message ${index}|`);
    for (const text of sent) {
      connection.send(Buffer.from(text));
      await clock.advance(3);
    }
    await clock.advance(60_000);
    expect(Buffer.concat(peer.chunks).toString()).toBe(sent.join(""));
  });

  test("a lost segment comes a retransmission later, and those behind it wait for it", async () => {
    const { clock, network, connected } = await setUp();
    const { connection, peer } = await connected();
    network.setDefaultConditions({ lossRate: 1 });
    connection.send(Buffer.from("lost"));
    network.setDefaultConditions({ lossRate: 0 });
    connection.send(Buffer.from("behind"));
    // 200 ms, doubled until it would exceed a minute.
    await clock.advance(102_209);
    expect(peer.log).toEqual([]);
    await clock.advance(1);
    expect(peer.log).toEqual(["lost@102240", "behind@102240"]);
  });

  test("splits what it carries at the segment size", async () => {
    const { clock, connected } = await setUp({ streamSegmentBytes: 7 });
    const { connection, peer } = await connected();
    connection.send(Buffer.from("SIP/2.0 200 OK"));
    connection.send(Buffer.from("\r\n"));
    await clock.advance(10);
    expect(peer.chunks.map(String)).toEqual(["SIP/2.0", " 200 OK", "\r\n"]);
  });

  test("copies what is sent, and gives the receiver bytes of its own", async () => {
    const { clock, connected } = await setUp();
    const { connection, peer } = await connected();
    const bytes = Buffer.from("mine");
    connection.send(bytes);
    bytes.fill(0);
    await clock.advance(10);
    expect(peer.chunks.map(String)).toEqual(["mine"]);
  });

  test("holds back the sender while the receiver pauses, and tells when the queue has drained", async () => {
    const { clock, connected } = await setUp({ link: { delayMs: 10 }, streamWindowBytes: 10_000 });
    const { connection, log, peer } = await connected();
    peer.connection.pause();
    expect(connection.send(Buffer.alloc(10_000))).toBe(true);
    expect(connection.queuedBytes).toBe(0);
    expect(connection.send(Buffer.alloc(16_384))).toBe(false);
    await clock.advance(1000);
    expect(connection.queuedBytes).toBe(16_384);
    expect(peer.chunks).toHaveLength(0);
    peer.connection.resume();
    await clock.advance(1000);
    expect(connection.queuedBytes).toBe(0);
    expect(Buffer.concat(peer.chunks)).toHaveLength(26_384);
    expect(log.filter((line) => line.startsWith("drain"))).toHaveLength(1);
  });

  test("tells of the drain also when a later, smaller send would not have had to wait", async () => {
    const { clock, connected } = await setUp({ link: { delayMs: 10 }, streamWindowBytes: 10_000 });
    const { connection, log, peer } = await connected();
    peer.connection.pause();
    expect(connection.send(Buffer.alloc(30_000))).toBe(false);
    peer.connection.resume();
    await clock.advanceUntil(untilQueued(clock, connection, 10_000));
    expect(connection.send(Buffer.from("small"))).toBe(true);
    await clock.advance(1000);
    expect(log.filter((line) => line.startsWith("drain"))).toHaveLength(1);
  });

  test("closes after what was queued; the peer then closes too", async () => {
    const { clock, client, server, connected } = await setUp();
    const { connection, listener, log, peer } = await connected();
    connection.send(Buffer.from("last words"));
    await connection.close();
    await connection.close();
    connection.send(Buffer.from("never sent"));
    await clock.advance(50);
    expect(log).toEqual(["closed@30"]);
    expect(peer.log).toEqual(["last words@40", "closed@40"]);
    await listener.close();
    expect([client.openSockets, server.openSockets, clock.pendingTimers]).toEqual([0, 0, 0]);
  });

  test("closes only when a peer that pauses has made room; abort does not wait", async () => {
    const { clock, connected } = await setUp({ streamWindowBytes: 100 });
    const { connection, log, peer } = await connected();
    peer.connection.pause();
    connection.send(Buffer.alloc(150));
    const closed = connection.close();
    await clock.advance(5000);
    expect(log).toEqual([]);
    peer.connection.resume();
    await clock.advanceUntil(closed);
    await clock.advance(50);
    expect(Buffer.concat(peer.chunks)).toHaveLength(150);
    expect(peer.log.at(-1)).toMatch(/^closed@/);

    const second = await (await setUp({ streamWindowBytes: 100 })).connected();
    second.peer.connection.pause();
    second.connection.send(Buffer.alloc(150));
    const stuck = second.connection.close();
    await second.connection.close({ abort: true });
    await stuck;
    expect(second.log).toHaveLength(1);
  });

  test("an abort resets the peer, once, after what was on the way", async () => {
    const { clock, connected } = await setUp();
    const { connection, log, peer } = await connected();
    connection.send(Buffer.from("before"));
    await connection.close({ abort: true });
    peer.connection.send(Buffer.from("crossing"));
    await clock.advance(100);
    expect(log).toEqual(["closed@30"]);
    expect(peer.log).toEqual(["before@40", "closed NETWORK_FAILED@40"]);
  });

  test("receives nothing after its own close", async () => {
    const { clock, connected } = await setUp();
    const { connection, log, peer } = await connected();
    peer.connection.send(Buffer.from("too late"));
    await connection.close();
    await clock.advance(100);
    expect(log).toEqual(["closed@30"]);
  });

  test("hangs in a partition, and goes on when it heals", async () => {
    const { clock, network, connected } = await setUp();
    const { connection, peer, log } = await connected();
    connection.send(Buffer.from("one"));
    await clock.advance(5);
    network.partition(alice, bob);
    connection.send(Buffer.from("two"));
    await clock.advance(60_000);
    expect(peer.log).toEqual([]);
    network.heal();
    connection.send(Buffer.from("three"));
    await clock.advance(50);
    expect(peer.chunks.map(String)).toEqual(["one", "two", "three"]);
    expect(log).toEqual([]);
  });

  test("keeps the order of what was held in a partition and what was still on the way when it healed", async () => {
    const { clock, network, connected } = await setUp();
    const { connection, peer } = await connected();
    network.setDefaultConditions({ delayMs: 100 });
    connection.send(Buffer.from("held"));
    await clock.advance(90);
    connection.send(Buffer.from("on the way"));
    network.partition(alice, bob);
    await clock.advance(20);
    network.heal();
    connection.send(Buffer.from("last"));
    await clock.advance(1000);
    expect(peer.chunks.map(String)).toEqual(["held", "on the way", "last"]);
  });

  test("a closed server takes no more connections, and leaves those it has", async () => {
    const { clock, connected, connect } = await setUp();
    const { connection, listener, peer } = await connected();
    await listener.close();
    await expect(clock.advanceUntil(connect().promise)).rejects.toMatchObject({ code: "NETWORK_CONNECTION_REFUSED" });
    connection.send(Buffer.from("still here"));
    await clock.advance(10);
    expect(peer.chunks.map(String)).toEqual(["still here"]);
  });
});

/** Resolves when at most `bytes` are queued. */
async function untilQueued(clock: VirtualClock, connection: StreamConnection, bytes: number): Promise<void> {
  while (connection.queuedBytes > bytes) await delay(clock, 1);
}
