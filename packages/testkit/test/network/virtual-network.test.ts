import { describe, expect, test } from "vitest";
import { SeededRandom, VirtualClock, VirtualNetwork, type VirtualHost, type VirtualNetworkOptions } from "@sidetone/testkit";

const [alice, bob] = ["10.0.0.1", "10.0.0.2"];

function setUp(options: VirtualNetworkOptions = {}) {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, new SeededRandom(7), options);
  /** Binds port 5060 and logs "text from@ms". */
  const bind = async (host: VirtualHost, port = 5060, address = host.address) => {
    const received: string[] = [];
    const errors: unknown[] = [];
    const socket = await host.bindDatagram(
      { address, port },
      {
        onDatagram: (data, from, fromPort) => void received.push(`${data.toString()} ${from}:${fromPort} @${clock.now()}`),
        onSocketError: (error) => void errors.push(error),
      },
    );
    return { socket, received, errors, send: (text: string, to: string, toPort = 5060) => socket.send(Buffer.from(text), toPort, to) };
  };
  return { clock, network, bind };
}

async function twoHosts(options: VirtualNetworkOptions = {}) {
  const world = setUp(options);
  const [a, b] = [await world.bind(world.network.host(alice)), await world.bind(world.network.host(bob))];
  return { ...world, a, b };
}

describe("links of a VirtualNetwork", () => {
  test("carry a datagram in 1 ms by default, and in the delay of their own direction", async () => {
    const { clock, network, a, b } = await twoHosts();
    network.setConditions(alice, bob, { delayMs: 25 });
    a.send("there", bob);
    b.send("back", alice);
    clock.advanceSync(100);
    expect(b.received).toEqual(["there 10.0.0.1:5060 @25"]);
    expect(a.received).toEqual(["back 10.0.0.2:5060 @1"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("keep the order of datagrams under jitter", async () => {
    const { clock, a, b } = await twoHosts({ link: { delayMs: 10, jitterMs: 200 } });
    const sent = Array.from({ length: 200 }, (_, index) => `${index}`);
    for (const text of sent) {
      a.send(text, bob);
      clock.advanceSync(0.5);
    }
    clock.advanceSync(300);
    expect(b.received.map((line) => line.split(" ")[0])).toEqual(sent);
    const times = b.received.map((line) => Number(line.split("@")[1]));
    expect(Math.min(...times.map((time, index) => time - index * 0.5))).toBeGreaterThanOrEqual(10);
    expect(new Set(times).size).toBeGreaterThan(5);
  });

  test("lose, duplicate and reorder at the rates asked for, the same for the same seed", async () => {
    const run = async () => {
      const { clock, network, a, b } = await twoHosts();
      network.setConditions(alice, bob, { lossRate: 0.2, duplicateRate: 0.1, reorderRate: 0.05 });
      for (let i = 0; i < 2000; i++) {
        a.send(`${i}`, bob);
        clock.advanceSync(20);
      }
      clock.advanceSync(1000);
      return b.received.map((line) => Number(line.split(" ")[0]));
    };
    const numbers = await run();
    const distinct = new Set(numbers).size;
    expect(distinct / 2000).toBeCloseTo(0.8, 1);
    expect((numbers.length - distinct) / distinct).toBeCloseTo(0.1, 1);
    const overtaken = numbers.filter((number, index) => number < Math.max(...numbers.slice(Math.max(0, index - 5), index)));
    expect(overtaken.length / 2000).toBeGreaterThan(0.02);
    expect(overtaken.length / 2000).toBeLessThan(0.08);
    expect(await run()).toEqual(numbers);
  });

  test("give each receiver, also of a duplicate, bytes of its own", async () => {
    const clock = new VirtualClock();
    const network = new VirtualNetwork(clock, new SeededRandom(1), { link: { duplicateRate: 1 } });
    const seen: string[] = [];
    const tapped: Buffer[] = [];
    network.onPacket(({ data }) => tapped.push(data));
    const b = network.host(bob);
    await b.bindDatagram(
      { address: bob, port: 1 },
      { onDatagram: (data) => (seen.push(data.toString()), data.fill(0)), onSocketError: () => {} },
    );
    const { socket } = await setUpSocket(network.host(alice));
    const bytes = Buffer.from("mine");
    socket.send(bytes, 1, bob);
    bytes.fill(0);
    clock.advanceSync(10);
    expect(seen).toEqual(["mine", "mine"]);
    expect(tapped.map(String)).toEqual(["mine", "mine", "mine"]);
  });

  test("serialise datagrams at their bandwidth, and drop what would wait too long", async () => {
    // 1000 bytes with headers take 100 ms at 80 kbit/s.
    const { clock, network, a, b } = await twoHosts({ link: { delayMs: 5, bandwidthBitsPerSecond: 80_000, queueLimitMs: 150 } });
    const drops: unknown[] = [];
    network.onPacket(({ kind, reason }) => kind === "dropped" && drops.push(reason));
    for (let i = 0; i < 4; i++) a.send("x".repeat(972), bob);
    clock.advanceSync(1000);
    expect(b.received.map((line) => line.split("@")[1])).toEqual(["105", "205"]);
    expect(drops).toEqual(["queueFull", "queueFull"]);
  });

  test("drop a datagram that with its headers is longer than the MTU", async () => {
    const { clock, a, b } = await twoHosts({ link: { mtuBytes: 1500 } });
    a.send("x".repeat(1472), bob);
    a.send("x".repeat(1473), bob);
    clock.advanceSync(10);
    expect(b.received).toHaveLength(1);
  });

  test("a partition drops datagrams, also those on the way; healing lets later ones through", async () => {
    const { clock, network, a, b } = await twoHosts({ link: { delayMs: 10 } });
    a.send("on the way", bob);
    clock.advanceSync(5);
    network.partition(alice, bob);
    a.send("cut off", bob);
    b.send("cut off", alice);
    clock.advanceSync(20);
    network.heal();
    a.send("healed", bob);
    clock.advanceSync(20);
    expect(b.received).toEqual(["healed 10.0.0.1:5060 @35"]);
    expect(a.received).toEqual([]);
  });

  test("a partition of one host from all others leaves the others alone", async () => {
    const { clock, network, bind, a, b } = await twoHosts();
    const c = await bind(network.host("10.0.0.3"));
    network.partition(alice);
    a.send("no", bob);
    c.send("no", alice);
    c.send("yes", bob);
    clock.advanceSync(5);
    expect(a.received).toEqual([]);
    expect(b.received).toEqual(["yes 10.0.0.3:5060 @1"]);
  });

  test("refuse conditions that make no sense", () => {
    const { network } = setUp();
    expect(() => network.setDefaultConditions({ lossRate: 1.5 })).toThrow("lossRate cannot be 1.5");
    expect(() => network.setConditions(alice, bob, { delayMs: -1 })).toThrow("delayMs cannot be -1");
    expect(() => network.setConditions(alice, bob, { latency: 1 } as object)).toThrow('no "latency"');
  });
});

describe("hosts of a VirtualNetwork", () => {
  test("have IPv4 and IPv6 addresses, whose spelling does not matter", async () => {
    const { clock, network, bind } = setUp();
    const a = await bind(network.host(alice, { addresses: ["FD00:0::1"] }), 5060, "fd00::1");
    const b = await bind(network.host("fd00::2"));
    b.send("six", "fd00:0:0::0001");
    clock.advanceSync(5);
    expect(a.received).toEqual(["six fd00::2:5060 @1"]);
    expect(a.socket.family).toBe(6);
    expect(() => network.host("fd00::0:2")).toThrow("taken");
  });

  test("reach themselves without a link, by loopback and by their own address", async () => {
    const { clock, network, bind } = setUp({ link: { lossRate: 1 } });
    const host = network.host(alice);
    const any = await bind(host, 5060, "0.0.0.0");
    const loopback = await bind(host, 5061, "127.0.0.1");
    loopback.send("to the wildcard", "127.0.0.1");
    any.send("own address", alice);
    expect(any.received).toEqual([]);
    clock.advanceSync(0);
    expect(any.received).toEqual(["to the wildcard 127.0.0.1:5061 @0", "own address 10.0.0.1:5060 @0"]);
  });

  test("report what a real socket would report, and only later", async () => {
    const { clock, a } = await twoHosts();
    a.send("wrong family", "fd00::2");
    a.send("port 0", bob, 0);
    a.send("x".repeat(65_508), bob);
    expect(a.errors).toEqual([]);
    clock.advanceSync(0);
    expect(a.errors.map((error) => (error as { code: string }).code)).toEqual([
      "NETWORK_FAILED",
      "NETWORK_FAILED",
      "NETWORK_MESSAGE_TOO_LONG",
    ]);
  });

  test("answer a datagram to a closed port by ICMP only when the network is told to", async () => {
    for (const icmp of [false, true]) {
      const { clock, a } = await twoHosts({ icmp });
      a.send("anyone?", bob, 9999);
      clock.advanceSync(10);
      expect(a.errors.map((error) => (error as { code: string }).code)).toEqual(icmp ? ["NETWORK_CONNECTION_REFUSED"] : []);
    }
  });

  test("report a closed port and an address of nobody on the wire tap", async () => {
    const { clock, network, a } = await twoHosts();
    const events: string[] = [];
    network.onPacket(({ kind, reason, packetId, atMs }) => events.push(`${packetId} ${kind} ${reason ?? ""} @${atMs}`));
    a.send("", bob, 9999);
    a.send("", "10.9.9.9");
    clock.advanceSync(10);
    expect(events).toEqual(["1 sent  @0", "2 sent  @0", "2 dropped unreachable @0", "1 dropped portClosed @1"]);
  });

  test("resolve the names of the network, numeric addresses and localhost", async () => {
    const { network } = setUp();
    const host = network.host(alice);
    network.setName("Example.COM", "10.0.0.2", "fd00:0::2");
    expect(await host.lookup("example.com")).toEqual([
      { address: "10.0.0.2", family: 4 },
      { address: "fd00::2", family: 6 },
    ]);
    expect(await host.lookup("example.com", { family: 6 })).toEqual([{ address: "fd00::2", family: 6 }]);
    expect(await host.lookup("localhost")).toEqual([{ address: "127.0.0.1", family: 4 }]);
    network.setName("example.com");
    await expect(host.lookup("example.com")).rejects.toMatchObject({ code: "NETWORK_NAME_NOT_FOUND" });
  });

  test("count what is open, so that a test can prove that nothing leaks", async () => {
    const { network, bind } = setUp();
    const host = network.host(alice);
    const { socket } = await bind(host);
    expect(host.openSockets).toBe(1);
    await socket.close();
    expect(host.openSockets).toBe(0);
  });
});

async function setUpSocket(host: VirtualHost) {
  const socket = await host.bindDatagram({ address: host.address, port: 0 }, { onDatagram: () => {}, onSocketError: () => {} });
  return { socket };
}
