import { describe, expect, test } from "vitest";
import { SourceLatch, type LatchVerdict } from "@sidetone/media-transport";

const windowMs = 30_000;

function setUp({ signalled = "198.51.100.7", symmetric = true } = {}) {
  const latch = new SourceLatch(symmetric, windowMs);
  let nowMs = 0;
  /** `count` packets in sequence, 20 ms apart; the verdicts without repetition. */
  const send = (address: string, port: number, count = 1, { from = 0, ssrc = 1, isNegotiated = true } = {}): LatchVerdict[] => {
    const verdicts = Array.from({ length: count }, (_, i) =>
      latch.receive(address, port, ssrc, (from + i) & 0xffff, isNegotiated, (nowMs += 20)),
    );
    return verdicts.filter((verdict, i) => verdict !== verdicts[i - 1]);
  };
  const signal = (address = signalled, port = 4000): void => latch.signal(address, port, nowMs);
  const wait = (ms: number): void => void (nowMs += ms);
  const counts = () => (latch.isLocked ? `${latch.address}:${latch.port}` : undefined);
  return { latch, send, signal, wait, counts };
}

describe("whose RTP is heard", () => {
  test("nobody's before the SDP", () => {
    const { send, counts } = setUp();
    expect(send("198.51.100.7", 4000, 100)).toEqual(["early"]);
    expect(counts()).toBeUndefined();
  });

  test("the signalled address and port, from the first packet", () => {
    const { latch, send, signal } = setUp();
    signal();
    expect(send("198.51.100.7", 4000, 3)).toEqual(["latched", "accepted"]);
    expect(latch.isSignalled).toBe(true);
  });

  test("once somebody counts, nobody else's", () => {
    const { latch, send, signal, counts } = setUp();
    signal();
    send("198.51.100.7", 4000);
    expect(latch.mayAccept("198.51.100.7", 4002, 1000)).toBe(false);
    expect(send("198.51.100.7", 4002, 1000)).toEqual(["foreign"]);
    expect(send("203.0.113.66", 4000, 1000)).toEqual(["foreign"]);
    expect(counts()).toBe("198.51.100.7:4000");
  });

  test.each([
    ["another port of the signalled address after 3 packets", "198.51.100.7", "198.51.100.7", 3],
    ["a public address in place of a private one after 5", "192.168.1.20", "198.51.100.7", 5],
    ["a public address in place of another after 25", "198.51.100.7", "203.0.113.9", 25],
    ["a private address in place of a public one after 25", "198.51.100.7", "10.0.0.9", 25],
    ["a unique local IPv6 address's stand-in after 5", "fd00::20", "2001:db8::7", 5],
  ])("%s in sequence", (_, signalled, source, wanted) => {
    const { send, signal, counts } = setUp({ signalled });
    signal();
    expect(send(source, 61_000, wanted - 1)).toEqual(["unproven"]);
    expect(counts()).toBeUndefined();
    expect(send(source, 61_000, 2, { from: wanted - 1 })).toEqual(["latched", "accepted"]);
  });

  test("on a loopback address, where no NAT can be, another port only after half a second of silence, and no other address", () => {
    const { send, signal, counts } = setUp({ signalled: "127.0.0.1" });
    signal();
    expect(send("127.0.0.1", 61_000, 24)).toEqual(["unproven"]);
    expect(send("203.0.113.66", 4000, 1000)).toEqual(["foreign"]);
    expect(send("127.0.0.1", 61_000, 2, { from: 24 })).toEqual(["latched", "accepted"]);
    expect(send("127.0.0.1", 61_002, 100)).toEqual(["foreign"]);
    send("127.0.0.1", 4000, 2);
    expect(counts()).toBe("127.0.0.1:4000");
  });

  test("not that of an unlikely source in one burst, however long", () => {
    const { latch, signal, counts } = setUp();
    signal();
    for (let i = 0; i < 1000; i++) latch.receive("203.0.113.66", 4000, 1, i, true, 100);
    expect(counts()).toBeUndefined();
  });

  test("not that of a source with another payload type, gaps, or changing SSRCs", () => {
    const { send, signal, counts } = setUp();
    signal();
    expect(send("198.51.100.7", 61_000, 100, { isNegotiated: false })).toEqual(["foreign"]);
    for (let i = 0; i < 100; i++) send("198.51.100.7", 61_000, 1, { from: 2 * i });
    for (let i = 0; i < 100; i++) send("198.51.100.7", 61_000, 1, { from: i, ssrc: i });
    expect(counts()).toBeUndefined();
  });

  test("the signalled one's, whatever it sends, even after a spray from elsewhere", () => {
    const { send, signal, counts } = setUp();
    signal();
    for (let port = 10_000; port < 10_500; port++) expect(send("203.0.113.66", port, 2)).toEqual(["unproven"]);
    expect(send("198.51.100.7", 4000, 1, { isNegotiated: false })).toEqual(["latched"]);
    expect(counts()).toBe("198.51.100.7:4000");
  });

  test("that of a peer behind a NAT among a spray of single packets", () => {
    const { send, signal, counts } = setUp({ signalled: "192.168.1.20" });
    signal();
    for (let i = 0; i < 5; i++) {
      send("198.51.100.7", 61_000, 1, { from: i });
      for (let port = 0; port < 10; port++) send("203.0.113.66", 10_000 + 10 * i + port);
    }
    expect(counts()).toBe("198.51.100.7:61000");
  });

  test("no other than the signalled one's once the window is over", () => {
    const { send, signal, wait } = setUp();
    signal();
    wait(windowMs);
    expect(send("198.51.100.7", 61_000, 100)).toEqual(["foreign"]);
    expect(send("198.51.100.7", 4000)).toEqual(["latched"]);
  });
});

describe("the signalled address begins to send after another source has been locked in", () => {
  test("and takes over with its second packet in sequence, once and for good", () => {
    const { send, signal, counts } = setUp();
    signal();
    send("198.51.100.7", 61_000, 10);
    expect(counts()).toBe("198.51.100.7:61000");
    expect(send("198.51.100.7", 4000, 1)).toEqual(["unproven"]);
    expect(send("198.51.100.7", 61_000, 1, { from: 10 })).toEqual(["accepted"]);
    expect(send("198.51.100.7", 4000, 2, { from: 1 })).toEqual(["latched", "accepted"]);
    expect(send("198.51.100.7", 61_000, 100, { from: 11 })).toEqual(["foreign"]);
  });
});

describe("another SDP", () => {
  test("with the same address leaves a locked source alone, and opens the window again", () => {
    const { send, signal, wait, counts } = setUp();
    signal();
    wait(windowMs + 1);
    signal();
    send("198.51.100.7", 61_000, 10);
    signal();
    expect(counts()).toBe("198.51.100.7:61000");
    expect(send("198.51.100.7", 61_000)).toEqual(["accepted"]);
  });

  test("with the same address lets another port of a silent source's address count: its NAT was restarted", () => {
    const { send, signal, wait, counts, latch } = setUp({ signalled: "192.168.1.10" });
    signal();
    send("203.0.113.7", 40_000, 50);
    wait(2000);
    expect(latch.mayAccept("203.0.113.7", 40_002, 10_000), "without the SDP").toBe(false);
    expect(send("203.0.113.7", 40_002, 50, { from: 50 })).toEqual(["foreign"]);
    signal();
    expect(send("203.0.113.66", 40_002, 50), "another address").toEqual(["foreign"]);
    expect(send("203.0.113.7", 40_002, 50, { from: 100, isNegotiated: false }), "another payload type").toEqual(["foreign"]);
    expect(send("203.0.113.7", 40_002, 50, { from: 100 })).toEqual(["unproven", "latched", "accepted"]);
    expect(counts()).toBe("203.0.113.7:40002");
    expect(send("203.0.113.7", 40_000, 50), "once").toEqual(["foreign"]);
  });

  test("with the same address takes nothing from a source that is heard", () => {
    const { send, signal, counts } = setUp({ signalled: "192.168.1.10" });
    signal();
    send("203.0.113.7", 40_000, 50);
    signal();
    for (let i = 0; i < 100; i++) {
      send("203.0.113.7", 40_000, 1, { from: 50 + i });
      expect(send("203.0.113.7", 40_002, 1, { from: i, ssrc: 2 })).toEqual(["foreign"]);
    }
    expect(counts()).toBe("203.0.113.7:40000");
  });

  test("with another address makes that one count at once", () => {
    const { send, signal, counts } = setUp();
    signal();
    send("198.51.100.7", 4000, 10);
    signal("203.0.113.50", 5000);
    expect(counts()).toBeUndefined();
    expect(send("203.0.113.50", 5000)).toEqual(["latched"]);
  });

  test("is not undone by packets of the former source that are still on their way", () => {
    const { send, signal, counts } = setUp({ signalled: "192.168.1.20" });
    signal();
    send("198.51.100.7", 61_000, 10);
    signal("192.168.1.20", 4100);
    expect(send("198.51.100.7", 61_000, 10, { from: 10 })).toEqual(["unproven"]);
    send("198.51.100.7", 61_002, 5);
    expect(counts()).toBe("198.51.100.7:61002");
  });

  test("lets the former source go on when no other comes", () => {
    const { send, signal } = setUp({ signalled: "192.168.1.20" });
    signal();
    send("198.51.100.7", 61_000, 10);
    signal("192.168.1.21", 4000);
    expect(send("198.51.100.7", 61_000, 26, { from: 10 })).toEqual(["unproven", "latched", "accepted"]);
  });

  test("that wants nothing sent (hold) keeps the source", () => {
    const { latch, send, signal, counts } = setUp();
    signal();
    send("198.51.100.7", 61_000, 10);
    signal("0.0.0.0", -1);
    expect(latch.isSilent).toBe(true);
    signal();
    expect([latch.isSilent, counts()]).toEqual([false, "198.51.100.7:61000"]);
  });
});

describe("without symmetric RTP", () => {
  test("another port of the signalled address may count, another address never", () => {
    const { send, signal, counts } = setUp({ signalled: "192.168.1.20", symmetric: false });
    signal();
    expect(send("198.51.100.7", 4000, 100)).toEqual(["foreign"]);
    send("192.168.1.20", 5000, 3);
    expect(counts()).toBe("192.168.1.20:5000");
  });
});
