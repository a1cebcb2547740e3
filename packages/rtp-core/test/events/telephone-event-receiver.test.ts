import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  keyOfTelephoneEvent,
  readTelephoneEvent,
  telephoneEventOf,
  TelephoneEventReceiver,
  TelephoneEventSender,
  writeTelephoneEvent,
  type TelephoneEvent,
  type TelephoneEventEnd,
  type TelephoneEventStart,
} from "@sidetone/rtp-core";
import { rtpView } from "../packets.ts";

interface Report extends Partial<TelephoneEvent> {
  timestamp: number;
  marker?: boolean;
}

function setUp() {
  const log: string[] = [];
  const starts: TelephoneEventStart[] = [];
  const ends: TelephoneEventEnd[] = [];
  const user = {
    onEventStart: (start: TelephoneEventStart) => void (starts.push(start), log.push(`${start.key ?? start.event} down`)),
    onEventEnd: (end: TelephoneEventEnd) => void (ends.push(end), log.push(`${end.key ?? end.event} ${end.reason} ${end.durationMs}`)),
  };
  const receiver = new TelephoneEventReceiver({ clockRate: 8000, user });
  let nowMs = 0;
  const receive = (...reports: Report[]): void => {
    for (const { timestamp, marker = false, event = 1, end = false, volume = 10, duration = 160 } of reports) {
      const payload = new Uint8Array(4);
      writeTelephoneEvent(payload, 0, { event, end, volume, duration });
      receiver.receive(rtpView({ payloadType: 101, timestamp: timestamp >>> 0, marker, payload }), (nowMs += 20));
      receiver.poll(nowMs);
    }
  };
  const wait = (ms: number): void => receiver.poll((nowMs += ms));
  return { receiver, receive, wait, log, starts, ends };
}

/** Five updates and three final packets of a key of 100 ms that begins at `timestamp`. */
function key(timestamp: number, event = 1): Report[] {
  const updates = [160, 320, 480, 640].map((duration, i) => ({ timestamp, event, duration, marker: i === 0 }));
  return [...updates, ...Array.from({ length: 3 }, () => ({ timestamp, event, duration: 800, end: true }))];
}

describe("the payload of telephone-event (RFC 4733 §2.3)", () => {
  test("is read as it was written", () => {
    fc.assert(
      fc.property(
        fc.record({ event: fc.nat(255), end: fc.boolean(), volume: fc.nat(63), duration: fc.nat(0xffff) }),
        fc.nat(20),
        (event, offset) => {
          const bytes = new Uint8Array(offset + 4);
          expect(writeTelephoneEvent(bytes, offset, event)).toBe(4);
          expect(readTelephoneEvent(bytes, offset)).toEqual(event);
          expect(readTelephoneEvent(bytes, offset + 1)).toBeUndefined();
        },
      ),
    );
  });

  test("knows the keys by their codes", () => {
    expect(Array.from("0123456789*#ABCDabcd!", telephoneEventOf)).toEqual([...Array(16).keys(), 12, 13, 14, 15, 16]);
    expect([telephoneEventOf("E"), telephoneEventOf(""), telephoneEventOf("12"), keyOfTelephoneEvent(17)]).toEqual(
      Array(4).fill(undefined),
    );
  });
});

describe("recognising keys (RFC 4733 §2.5.2)", () => {
  test("reports each key once, when it begins and when it ends", () => {
    const { receive, log, starts } = setUp();
    receive(...key(1000, 5), ...key(3000, 11));
    expect(log).toEqual(["5 down", "5 end 100", "# down", "# end 100"]);
    expect(starts[0]).toEqual({ event: 5, key: "5", volume: 10, timestamp: 1000 });
  });

  test("reports the same key twice when it was pressed twice", () => {
    const { receive, log } = setUp();
    receive(...key(1000), ...key(2200));
    expect(log).toEqual(["1 down", "1 end 100", "1 down", "1 end 100"]);
  });

  test("does not depend on the marker", () => {
    const { receive, log } = setUp();
    receive(...[...key(1000), ...key(2200)].map((report) => ({ ...report, marker: false })));
    expect(log).toEqual(["1 down", "1 end 100", "1 down", "1 end 100"]);
  });

  test("does not take a marker on every packet for a new key", () => {
    const { receive, log } = setUp();
    receive(...key(1000).map((report) => ({ ...report, marker: true })));
    expect(log).toEqual(["1 down", "1 end 100"]);
  });

  test.each([
    ["the first", [0]],
    ["all but one final packet", [0, 1, 2, 3, 4, 5]],
    ["two of the final packets", [4, 6]],
    ["every other packet", [1, 3, 5]],
  ])("hears the key with %s lost", (_, lost) => {
    const { receive, log } = setUp();
    receive(...key(1000).filter((_, i) => !lost.includes(i)));
    expect(log).toEqual(["1 down", "1 end 100"]);
  });

  test("ends a key whose final packets are all lost by time-out, with the duration that was reported, once", () => {
    const { receive, wait, log } = setUp();
    receive(...key(1000).slice(0, 4));
    wait(199);
    expect(log).toEqual(["1 down"]);
    wait(1);
    wait(1000);
    expect(log).toEqual(["1 down", "1 timeout 80"]);
    receive(...key(1000).slice(4));
    expect(log).toHaveLength(2);
  });

  test("ends a key that another one follows without an end", () => {
    const { receive, log } = setUp();
    receive(...key(1000, 1).slice(0, 3), ...key(2000, 2));
    expect(log).toEqual(["1 down", "1 superseded 60", "2 down", "2 end 100"]);
  });

  test("hears the same key again when the end of the first and the beginning of the second are lost", () => {
    const { receive, log } = setUp();
    receive(...key(1000).slice(0, 3), ...key(2200).slice(2));
    expect(log).toEqual(["1 down", "1 superseded 60", "1 down", "1 end 100"]);
  });

  test("ignores packets that come late, doubled or out of order", () => {
    const { receive, log } = setUp();
    const [first, second] = [key(1000, 1), key(2200, 2)];
    receive(
      first[4]!,
      first[0]!,
      first[2]!,
      first[2]!,
      first[6]!,
      second[1]!,
      first[5]!,
      second[0]!,
      second[3]!,
      second[2]!,
      second[5]!,
      first[1]!,
      second[4]!,
    );
    expect(log).toEqual(["1 down", "1 end 100", "2 down", "2 end 100"]);
  });

  test("keeps the longest duration when updates overtake each other", () => {
    const { receive, wait, log } = setUp();
    receive({ timestamp: 0, duration: 480 }, { timestamp: 0, duration: 320 });
    wait(300);
    expect(log).toEqual(["1 down", "1 timeout 60"]);
  });

  test("goes on across the wrap of the timestamp", () => {
    const { receive, log } = setUp();
    receive(...key(0xffffff00, 1), ...key(0xffffff00 + 1200, 2));
    expect(log).toEqual(["1 down", "1 end 100", "2 down", "2 end 100"]);
  });

  test("hears senders whose timestamps run on during a key", () => {
    const { receive, log } = setUp();
    const running = [160, 320, 480, 640, 800, 800, 800].map((duration, i) => ({
      timestamp: 1000 + 160 * Math.min(i, 4),
      duration,
      end: i >= 4,
      marker: i === 0,
    }));
    receive(...running, ...key(4000));
    expect(log).toEqual(["1 down", "1 end 100", "1 down", "1 end 100"]);
  });

  test("takes timestamps that began anew for another key", () => {
    const { receive, log } = setUp();
    receive(...key(10_000_000), ...key(1000));
    expect(log).toEqual(["1 down", "1 end 100", "1 down", "1 end 100"]);
  });

  test("hears recordings of keys played in any order, and again", () => {
    const { receive, wait, log } = setUp();
    receive(...key(23_200, 2), ...key(13_280, 1));
    wait(600);
    receive(...key(13_280, 1));
    expect(log).toEqual(["2 down", "2 end 100", "1 down", "1 end 100", "1 down", "1 end 100"]);
  });

  test("hears each key once when all packets of one come behind those of the next", () => {
    const { receive, log } = setUp();
    const [first, second] = [key(1000, 1), key(2360, 2)];
    receive(...second.slice(0, 3), ...first, ...second.slice(3), ...first);
    expect(log).toEqual(["2 down", "2 superseded 60", "1 down", "1 end 100"]);
  });

  test("reads several events in one packet (§2.5.1.5)", () => {
    const { receiver, log } = setUp();
    const payload = new Uint8Array(12);
    writeTelephoneEvent(payload, 0, { event: 1, end: true, volume: 10, duration: 800 });
    writeTelephoneEvent(payload, 4, { event: 2, end: false, volume: 10, duration: 400 });
    writeTelephoneEvent(payload, 8, { event: 3, end: false, volume: 10, duration: 160 });
    receiver.receive(rtpView({ payloadType: 101, timestamp: 500, payload }), 0);
    receiver.receive(rtpView({ payloadType: 101, timestamp: 500, payload }), 20);
    expect(log).toEqual(["1 down", "1 end 100", "2 down", "2 end 50", "3 down"]);
    receiver.reset();
    expect(log.at(-1)).toBe("3 reset 20");
  });

  test("ignores reports of zero duration, which a key cannot have (§2.3.5)", () => {
    const { receive, log } = setUp();
    receive({ timestamp: 0, duration: 0, marker: true }, { timestamp: 0, duration: 160 }, { timestamp: 0, duration: 320, end: true });
    expect(log).toEqual(["1 down", "1 end 40"]);
  });

  test("reports events that are no keys by their code, and counts payloads too short", () => {
    const { receiver, receive, log, starts } = setUp();
    receive({ timestamp: 0, event: 36, end: true, duration: 800 });
    receiver.receive(rtpView({ payload: Uint8Array.of(1, 2, 3) }), 0);
    expect(log).toEqual(["36 down", "36 end 100"]);
    expect(starts[0]!.key).toBeUndefined();
    expect(receiver.malformed).toBe(1);
  });
});

describe("long events (RFC 4733 §2.5.1.3)", () => {
  function sendLong(durationMs: number, isLost: (index: number) => boolean) {
    const { receive, wait, log, ends } = setUp();
    const sender = new TelephoneEventSender({ clockRate: 8000, durationMs });
    sender.send("9");
    for (let i = 0, position = 0; sender.busy; i++, position += 160) {
      const packet = sender.poll(position)!;
      if (!isLost(i)) receive({ ...packet, timestamp: packet.position });
    }
    wait(500);
    return { log, ends };
  }

  test("are one key with the length of all segments", () => {
    expect(sendLong(20_000, () => false).log).toEqual(["9 down", "9 end 20000"]);
  });

  test("are not heard again when a packet of the segment before comes late", () => {
    const { receive, log } = setUp();
    const full = { timestamp: 0, duration: 65_535 };
    receive(full, { timestamp: 65_535, duration: 160 }, full, { timestamp: 65_535, duration: 320, end: true }, full);
    expect(log).toEqual(["1 down", `1 end ${65_855 / 8}`]);
  });

  test("are not heard again when their end comes after the beginning of the next key", () => {
    const { receive, log } = setUp();
    const last = { timestamp: 0, duration: 60_000, end: true };
    receive(last, { timestamp: 61_000, event: 2 }, last, { timestamp: 61_000, event: 2, duration: 320, end: true });
    expect(log).toEqual(["1 down", "1 end 7500", "2 down", "2 end 40"]);
  });

  test("are not heard again in the next segment after a gap that ended them", () => {
    const { receive, wait, log } = setUp();
    receive({ timestamp: 0, duration: 60_000, marker: true });
    wait(3000);
    receive({ timestamp: 0, duration: 65_535 }, { timestamp: 65_535, duration: 160 }, { timestamp: 131_070, duration: 160, end: true });
    expect(log).toEqual(["1 down", "1 timeout 7500"]);
  });

  test("survive the loss of every packet that reports a full segment", () => {
    expect(sendLong(20_000, (i) => i % 409 >= 402 || (i >= 409 && i <= 415)).log).toEqual(["9 down", "9 end 20000"]);
  });
});

describe("sender to receiver", () => {
  test("every key arrives exactly once under 40 % loss, doubling and reordering, if one of its packets does", () => {
    const keys = fc.array(fc.constantFrom(..."0123456789*#ABCD"), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(keys, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (text, chance) => {
        const random = (): number => chance.next().value as number;
        const { receiver, log } = setUp();
        const sender = new TelephoneEventSender({ clockRate: 8000 });
        sender.send(text.join(""));
        const arrivals: { atMs: number; view: ReturnType<typeof rtpView> }[] = [];
        const heard = new Set<number>();
        for (let position = 8000; sender.busy; position += 160) {
          const packet = sender.poll(position);
          if (!packet || random() < 0.4) continue;
          heard.add(packet.position);
          const payload = new Uint8Array(4);
          writeTelephoneEvent(payload, 0, packet);
          for (let copies = random() < 0.2 ? 2 : 1; copies > 0; copies--) {
            const view = rtpView({ payloadType: 101, timestamp: packet.position, marker: packet.marker, payload });
            arrivals.push({ atMs: position / 8 + 45 * random(), view });
          }
        }
        arrivals.sort((a, b) => a.atMs - b.atMs);
        for (const { atMs, view } of arrivals) {
          receiver.poll(atMs);
          receiver.receive(view, atMs);
        }
        receiver.poll(Infinity);
        expect(log.filter((line) => line.endsWith("down"))).toHaveLength(heard.size);
        expect(log.filter((line) => !line.endsWith("down"))).toHaveLength(heard.size);
      }),
    );
  });
});
