import { describe, expect, test } from "vitest";
import { JitterBuffer, RtpError, type JitterBufferOptions, type JitterPull } from "@sidetone/rtp-core";
import { SeededRandom } from "@sidetone/testkit";
import { rtpView } from "../packets.ts";

interface Packet {
  atMs: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc?: number;
  marker?: boolean;
  /** A telephone-event: told by note(). */
  isNote?: boolean;
  payloadLength?: number;
}

const firstTimestamp = 0xfffff000;

function setUp(options: Partial<JitterBufferOptions> = {}) {
  const buffer = new JitterBuffer({ clockRate: 8000, ...options });
  /** Numbers of the frames played, counted from 0 by their timestamps; "L" lost, "X" expand, "." empty. */
  const played: (number | "L" | "X" | ".")[] = [];
  const delays: number[] = [];
  const name: Record<Exclude<JitterPull, "frame">, "L" | "X" | "."> = { lost: "L", expand: "X", empty: "." };

  /** Packet number `i` of a stream of `frameMs`, arriving after `delayMs`. */
  const packet = (i: number, delayMs = 5, frameMs = 20): Packet => ({
    atMs: frameMs * i + delayMs,
    sequenceNumber: (0xfff0 + i) & 0xffff,
    timestamp: (firstTimestamp + 8 * frameMs * i) >>> 0,
    payloadLength: 8 * frameMs,
  });
  const stream = (count: number, delayMs: (i: number) => number = () => 5): Packet[] =>
    Array.from({ length: count }, (_, i) => packet(i, delayMs(i)));

  /** Feeds packets at their times, pulls every 20 ms, and does what the buffer advises when `obey`. */
  const run = (packets: Packet[], untilMs: number, { obey = false, fromMs = 0, phaseMs = 10, frameMs = 20 } = {}): void => {
    const queue = [...packets].sort((a, b) => a.atMs - b.atMs);
    for (let nowMs = fromMs + phaseMs; nowMs < untilMs; nowMs += frameMs) {
      for (let next = queue[0]; next && next.atMs <= nowMs; next = queue[0]) {
        queue.shift();
        const view = rtpView({ ...next, payload: new Uint8Array(next.payloadLength ?? 160) });
        if (next.isNote) buffer.note(view);
        else buffer.insert(view, next.atMs);
      }
      pull(nowMs);
      if (!obey) continue;
      if (buffer.advice === "accelerate") pull(nowMs);
      else if (buffer.advice === "expand") nowMs += frameMs;
    }
  };
  const pull = (nowMs: number): void => {
    const outcome = buffer.pull(nowMs);
    if (outcome !== "frame") return void played.push(name[outcome]);
    played.push(((buffer.frame.timestamp - firstTimestamp) | 0) / 160);
    delays.push(buffer.currentDelayMs);
  };
  const frames = () => played.filter((what) => typeof what === "number");
  const text = () => played.join(" ");
  return { buffer, packet, stream, run, frames, text, played, delays };
}

describe("playing in order", () => {
  test("holds the first packet for the initial delay, and then hands out a frame per deadline", () => {
    const { buffer, stream, run, text } = setUp();
    run(stream(10), 200);
    // Arrival 5 ms + 40 ms: the first deadline after that is at 50 ms.
    expect(text()).toBe(". . 0 1 2 3 4 5 6 7");
    expect(buffer.stats()).toMatchObject({ received: 10, lost: 0, late: 0, duplicated: 0, reordered: 0, discarded: 0, concealed: 0 });
    expect(buffer.currentDelayMs).toBe(45);
  });

  test("hands out the payload as it came, whatever becomes of the datagram and whatever its header has", () => {
    const { buffer } = setUp({ initialDelayMs: 20 });
    const view = rtpView({ payload: Uint8Array.of(1, 2, 3), payloadType: 8, marker: true, csrcs: [1] });
    buffer.insert(view, 0);
    view.buffer.fill(0xff);
    expect(buffer.pull(20)).toBe("frame");
    expect([...buffer.frame.payload]).toEqual([1, 2, 3]);
    expect(buffer.frame).toMatchObject({
      payloadType: 8,
      marker: true,
      sequenceNumber: view.sequenceNumber,
      timestamp: view.timestamp,
    });
    expect(buffer.frameDuration).toBe(160);
  });

  test("keeps packets apart that differ in length, header and padding, in places that others have left", () => {
    const { buffer } = setUp({ initialDelayMs: 20 });
    const frames = Array.from({ length: 40 }, (_, i) => Uint8Array.from({ length: (i * 37) % 300 }, (_, at) => i + at));
    const heard: number[][] = [];
    for (const [i, payload] of frames.entries()) {
      const view = rtpView({ payload, sequenceNumber: i, timestamp: 160 * i, csrcs: i % 3 === 0 ? [1, 2] : [] });
      buffer.insert(view, 20 * i);
      if (buffer.pull(20 * i + 20) === "frame") heard.push([...buffer.frame.payload]);
    }
    expect(heard).toEqual(frames.map((payload) => [...payload]));
  });

  test("never mixes up packets of two streams, whose memory it takes from one place", () => {
    const buffers = [setUp().buffer, setUp().buffer, setUp().buffer];
    const heard: number[][] = buffers.map(() => []);
    for (let i = 0; i < 60; i++) {
      for (const [index, buffer] of buffers.entries()) {
        const atMs = 20 * i + 6 * index;
        // The second stream loses a third of its packets, the third sends in bursts, and the first is reset once.
        if (index === 0 && i === 30) buffer.reset();
        if (index === 1 && i % 3 === 2) continue;
        const from = index === 2 ? (i % 4 === 3 ? i - 3 : i + 1) : i;
        for (let n = from; n <= i; n++) {
          const payload = new Uint8Array(40 + 20 * index).fill(100 * index + (n % 100));
          buffer.insert(rtpView({ payload, sequenceNumber: n, timestamp: 160 * n, ssrc: index + 1 }), atMs);
        }
      }
      for (const [index, buffer] of buffers.entries()) {
        if (buffer.pull(20 * i + 6 * index + 1) !== "frame") continue;
        const { payload, sequenceNumber } = buffer.frame;
        expect(payload).toEqual(new Uint8Array(40 + 20 * index).fill(100 * index + (sequenceNumber % 100)));
        heard[index]!.push(sequenceNumber);
      }
    }
    expect(heard[0]!.length).toBeGreaterThan(50);
    expect(heard[1]!.length).toBeGreaterThan(30);
    expect(heard[2]!.length).toBeGreaterThan(40);
  });

  test("puts packets in order across both wraps", () => {
    const { buffer, packet, run, frames } = setUp();
    const packets = Array.from({ length: 40 }, (_, i) => packet(i, i % 3 === 1 ? 35 : 5));
    run(packets, 900);
    expect(frames()).toEqual([...Array(40).keys()]);
    expect(buffer.stats()).toMatchObject({ lost: 0, late: 0, reordered: 13 });
  });

  test("plays packets that came before the first one in sequence", () => {
    const { packet, run, frames } = setUp();
    run([packet(2, 5), packet(0, 46), packet(1, 26), packet(3), packet(4)], 200);
    expect(frames()).toEqual([0, 1, 2, 3, 4]);
  });

  test("drops duplicates, of waiting frames and of played ones", () => {
    const { buffer, packet, stream, run, frames } = setUp();
    run([...stream(10), packet(1, 6), packet(1, 60), packet(5, 100)], 300);
    expect(frames()).toEqual([...Array(10).keys()]);
    expect(buffer.stats()).toMatchObject({ duplicated: 3, late: 0, lost: 0 });
  });

  test.each([10, 20, 30, 40, 60])("learns frames of %i ms", (frameMs) => {
    const { buffer, packet, run, played } = setUp();
    run(
      Array.from({ length: 30 }, (_, i) => packet(i, 5, frameMs)),
      30 * frameMs,
      { frameMs, phaseMs: 7 },
    );
    expect(buffer.frameDuration).toBe(8 * frameMs);
    const first = played.findIndex((what) => what !== ".");
    expect(played.slice(first).every((what) => typeof what === "number")).toBe(true);
  });
});

describe("loss", () => {
  test("is concealed one frame for one, and counted by sequence numbers", () => {
    const { buffer, stream, run, text } = setUp();
    run(
      stream(12).filter((_, i) => i !== 3 && i !== 6 && i !== 7),
      240,
    );
    expect(text()).toBe(". . 0 1 2 L 4 5 L L 8 9");
    expect(buffer.stats()).toMatchObject({ lost: 3, concealed: 3, late: 0 });
  });

  test("counts a packet that comes after its deadline as late, and does not play it", () => {
    const { buffer, packet, stream, run, text } = setUp();
    run([...stream(12).filter((_, i) => i !== 3), packet(3, 70)], 240);
    expect(text()).toBe(". . 0 1 2 L 4 5 6 7 8 9");
    expect(buffer.stats()).toMatchObject({ lost: 1, late: 1, concealed: 1, reordered: 1 });
  });

  test("of everything for a while is concealed for 100 ms, then silent, and the stream goes on at the target delay", () => {
    const { buffer, stream, run, text } = setUp();
    run(
      stream(40).filter((_, i) => i < 5 || i >= 25),
      640,
    );
    const played = text();
    expect(played).toMatch(/^\. \. 0 1 2 3 4 (?:[LX] ){5}(?:\. ){12,16}25 26 27 28/);
    expect(buffer.stats()).toMatchObject({ lost: 20, late: 0 });
  });

  test("at random is concealed exactly, no matter how much", () => {
    const random = new SeededRandom(3);
    const { buffer, stream, run, frames } = setUp();
    const kept = stream(5000).filter((_, i) => i < 2 || i > 4990 || random.float() > 0.3);
    run(kept, 100_200);
    expect(frames().length).toBe(kept.length);
    expect(buffer.stats()).toMatchObject({ lost: 5000 - kept.length, late: 0, discarded: 0 });
  });
});

describe("pauses of the sender", () => {
  test("are no loss: sequence numbers go on, and the next talk-spurt starts at the target delay", () => {
    const { buffer, packet, run, text } = setUp();
    const spurt = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => ({ ...packet(from + i), sequenceNumber: (from + i - (from > 10 ? 15 : 0)) & 0xffff }));
    run([...spurt(0, 10), ...spurt(25, 35)], 760);
    expect(text()).toMatch(/0 1 2 3 4 5 6 7 8 9 (?:[LX] ){1,5}(?:\. )+25 26 27 28 29 30 31 32/);
    expect(buffer.stats()).toMatchObject({ lost: 0, late: 0, discarded: 0 });
  });

  test("shorter than the buffer are silent too", () => {
    const { buffer, packet, run, text } = setUp({ initialDelayMs: 120, minDelayMs: 120 });
    run(
      [
        ...Array.from({ length: 10 }, (_, i) => packet(i)),
        ...Array.from({ length: 10 }, (_, i) => ({ ...packet(i + 13), sequenceNumber: (0xfff0 + 10 + i) & 0xffff })),
      ],
      520,
    );
    expect(text()).toMatch(/7 8 9 \. \. \. 13 14 15/);
    expect(buffer.stats()).toMatchObject({ lost: 0, concealed: 0 });
  });

  test("shorten or lengthen the silence to bring the delay back to its target", () => {
    const { buffer, packet, run, delays } = setUp({ minDelayMs: 20 });
    const spurts = Array.from({ length: 400 }, (_, i) => ({ ...packet(i), sequenceNumber: (i - 20 * Math.floor(i / 40)) & 0xffff })).filter(
      (_, i) => i % 40 >= 20,
    );
    run(spurts, 8200);
    expect(delays[0]).toBe(45);
    expect(delays.at(-1)).toBeLessThan(45);
    expect(buffer.stats()).toMatchObject({ lost: 0, late: 0 });
  });

  test("for keys leave the audio around them whole when the buffer is told of them", () => {
    const { buffer, packet, run, text } = setUp();
    const packets = Array.from({ length: 30 }, (_, i) => ({ ...packet(i), isNote: i >= 10 && i < 17 }));
    run(packets, 600);
    expect(text()).toMatch(/8 9 \. \. \. \. \. \. \. 17 18 19/);
    expect(buffer.stats()).toMatchObject({ lost: 0, concealed: 0, received: 23 });
  });

  test("for keys of ten seconds do too", () => {
    const { buffer, packet, run, frames } = setUp();
    const packets = Array.from({ length: 600 }, (_, i) => ({ ...packet(i), isNote: i >= 20 && i < 520 })).filter((_, i) => i !== 100);
    run(packets, 12_100);
    expect(frames()).toEqual([...Array(20).keys(), ...Array.from({ length: 80 }, (_, i) => 520 + i)]);
    expect(buffer.stats()).toMatchObject({ lost: 1, discarded: 0, late: 0 });
  });
});

describe("adapting to jitter", () => {
  const jittery = (seed: number, spreadMs: number) => {
    const random = new SeededRandom(seed);
    return () => 5 + spreadMs * random.float();
  };

  test("the target follows the measured jitter up and, slowly, down again", () => {
    const { buffer, packet, run } = setUp();
    const noise = jittery(1, 80);
    run(
      Array.from({ length: 500 }, (_, i) => packet(i, noise())),
      10_000,
    );
    expect(buffer.targetDelayMs).toBeGreaterThan(60);
    expect(buffer.targetDelayMs).toBeLessThanOrEqual(80);
    run(
      Array.from({ length: 1000 }, (_, i) => packet(i + 500)),
      30_000,
      { fromMs: 10_000 },
    );
    expect(buffer.targetDelayMs).toBe(20);
  });

  test.each([
    { minDelayMs: 60, maxDelayMs: 100, spreadMs: 0, expected: 60 },
    { minDelayMs: 20, maxDelayMs: 100, spreadMs: 250, expected: 100 },
  ])("the target stays within its bounds: %o", ({ expected, spreadMs, ...options }) => {
    const { buffer, packet, run } = setUp(options);
    const noise = jittery(2, spreadMs);
    run(
      Array.from({ length: 500 }, (_, i) => packet(i, noise())),
      10_000,
    );
    expect(buffer.targetDelayMs).toBe(expected);
  });

  test("a single packet in 200 that is 150 ms late is not worth waiting for", () => {
    const { buffer, packet, run } = setUp();
    run(
      Array.from({ length: 2000 }, (_, i) => packet(i, i % 200 === 150 ? 155 : 5)),
      40_000,
    );
    expect(buffer.targetDelayMs).toBe(20);
    expect(buffer.stats()).toMatchObject({ late: 10, lost: 10 });
  });

  test("when packets run out, the delay grows to the target, without advice obeyed", () => {
    const { buffer, packet, run, played } = setUp();
    run(
      Array.from({ length: 500 }, (_, i) => packet(i, i % 10 === 5 ? 85 : 5)),
      10_000,
    );
    expect(played).toContain("X");
    expect(buffer.currentDelayMs).toBeGreaterThanOrEqual(80);
    const { late } = buffer.stats();
    run(
      Array.from({ length: 500 }, (_, i) => packet(i + 500, i % 10 === 5 ? 85 : 5)),
      20_000,
      { fromMs: 10_000 },
    );
    expect(buffer.stats().late).toBe(late);
  });

  test("with advice obeyed, the delay reaches the target and packets are no longer late", () => {
    const { buffer, packet, run, delays } = setUp();
    const noise = jittery(4, 70);
    const packets = Array.from({ length: 1500 }, (_, i) => packet(i, noise()));
    run(packets.slice(0, 500), 10_000, { obey: true });
    const { late } = buffer.stats();
    run(packets.slice(500), 30_000, { obey: true, fromMs: 10_000 });
    expect(buffer.stats().late - late).toBeLessThan(10);
    expect(delays.at(-1)).toBeGreaterThan(buffer.targetDelayMs - 10);
    expect(delays.at(-1)).toBeLessThan(buffer.targetDelayMs + 30);
  });

  test("with advice obeyed, a delay that is no longer needed goes away", () => {
    const { buffer, packet, run, delays } = setUp({ initialDelayMs: 200 });
    run(
      Array.from({ length: 1000 }, (_, i) => packet(i)),
      20_000,
      { obey: true },
    );
    expect(delays[0]).toBeGreaterThanOrEqual(200);
    expect(delays.at(-1)).toBeLessThan(50);
    expect(buffer.stats()).toMatchObject({ lost: 0, late: 0, concealed: 0 });
  });

  test("allows for what the caller still holds, since packets are wanted earlier by so much", () => {
    const { buffer, packet, run } = setUp();
    run(
      Array.from({ length: 500 }, (_, i) => packet(i)),
      9990,
    );
    expect([buffer.pull(9990), buffer.advice]).toEqual(["frame", "accelerate"]);
    expect([buffer.pull(10_010, 40), buffer.advice]).toEqual(["frame", "expand"]);
  });

  test("does not swing between accelerating and expanding", () => {
    const { packet, run, buffer } = setUp();
    const noise = jittery(5, 30);
    const advice: string[] = [];
    for (let i = 0; i < 1000; i++) {
      run([packet(i, 5 + noise())], 20 * i + 60, { fromMs: 20 * i + 40 });
      advice.push(buffer.advice);
    }
    const turns = advice.slice(100).filter((what, i, all) => what !== "keep" && all[i - 1] !== what).length;
    expect(turns).toBeLessThan(10);
  });

  test.each([60, 150, 250])("a path that becomes %i ms longer costs a moment, not the call", (stepMs) => {
    const { buffer, packet, run, played } = setUp();
    run(
      Array.from({ length: 1000 }, (_, i) => packet(i, i < 300 ? 5 : 5 + stepMs)),
      20_000,
    );
    const after = played.slice(350);
    expect(after.filter((what) => typeof what === "number").length / after.length).toBeGreaterThan(0.97);
    expect(buffer.stats().late).toBeLessThan(20);
  });

  test("a path that becomes shorter is followed by dropping frames over the greatest delay only", () => {
    const { buffer, packet, run, played } = setUp({ maxDelayMs: 200 });
    run(
      Array.from({ length: 1000 }, (_, i) => packet(i, i < 300 ? 505 : 5)),
      20_000,
    );
    expect(played.slice(400).every((what) => typeof what === "number")).toBe(true);
    expect(buffer.currentDelayMs).toBeLessThanOrEqual(220);
    // Those on the longer path are overtaken.
    expect(buffer.stats().late).toBeLessThan(25);
  });

  test("a stall of a second that comes out in one burst keeps the delay within its bounds", () => {
    const { buffer, packet, run, played } = setUp();
    run(
      Array.from({ length: 1000 }, (_, i) => packet(i, i >= 300 && i < 350 ? 5 + 20 * (350 - i) : 5)),
      20_000,
    );
    expect(played.slice(400).every((what) => typeof what === "number")).toBe(true);
    expect(buffer.currentDelayMs).toBeLessThanOrEqual(320);
  });
});

describe("clock drift", () => {
  test.each([300, -300, 0])("of %i ppm is estimated", (ppm) => {
    const random = new SeededRandom(9);
    const { buffer, run } = setUp();
    const packets = Array.from({ length: 6000 }, (_, i) => ({
      atMs: (20 * i) / (1 + ppm / 1e6) + 5 + 10 * random.float() ** 3,
      sequenceNumber: i & 0xffff,
      timestamp: 160 * i,
    }));
    expect(buffer.stats().clockDriftPpm).toBeUndefined();
    run(packets, 119_000);
    expect(buffer.stats().clockDriftPpm).toBeGreaterThan(ppm - 60);
    expect(buffer.stats().clockDriftPpm).toBeLessThan(ppm + 60);
  });

  test.each([500, -500])("of %i ppm over ten minutes costs no more than the frames it makes too many or too few", (ppm) => {
    const { buffer, run, played } = setUp();
    const count = 30_000;
    const packets = Array.from({ length: count }, (_, i) => ({
      atMs: (20 * i) / (1 + ppm / 1e6) + 5,
      sequenceNumber: i & 0xffff,
      timestamp: (160 * i) >>> 0,
    }));
    run(packets, 600_000, { obey: true });
    const { late, lost, concealed, discarded } = buffer.stats();
    // 500 ppm of 30,000 frames are 15.
    expect(late + lost + concealed + discarded).toBeLessThanOrEqual(18);
    expect(played.filter((what) => typeof what === "number").length).toBeGreaterThan(count - 40);
    expect(buffer.currentDelayMs).toBeLessThan(80);
  });
});

describe("another stream", () => {
  test("begins with another SSRC, whatever its numbers", () => {
    const { buffer, packet, run, text } = setUp();
    const other = Array.from({ length: 10 }, (_, i) => ({ ...packet(i + 10), ssrc: 7, sequenceNumber: 30_000 + i }));
    run([...Array.from({ length: 10 }, (_, i) => packet(i)), ...other], 440);
    expect(text()).toMatch(/^\. \. 0 1 2 3 4 5 6 7 .*10 11 12 13 14 15 16 17/);
    expect(buffer.stats()).toMatchObject({ restarts: 1, lost: 0, late: 0 });
  });

  test("begins with the second packet after a jump of the sequence number", () => {
    const { buffer, packet, run, frames } = setUp();
    const packets = Array.from({ length: 20 }, (_, i) => ({ ...packet(i), sequenceNumber: i < 10 ? i : 40_000 + i }));
    run(packets, 500);
    expect(frames().slice(-9)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19]);
    expect(buffer.stats()).toMatchObject({ restarts: 1, lost: 0 });
  });

  test.each([1_000_000, -1_000_000])("begins with the second packet after a jump of the timestamp by %i", (jump) => {
    const { buffer, packet, run, played } = setUp();
    const packets = Array.from({ length: 40 }, (_, i) => ({ ...packet(i), timestamp: (packet(i).timestamp + (i < 10 ? 0 : jump)) >>> 0 }));
    run(packets, 860);
    const expected = Array.from({ length: 29 }, (_, i) => i + 11 + jump / 160);
    expect(played.filter((what) => typeof what === "number").slice(-29)).toEqual(expected);
    expect(buffer.stats()).toMatchObject({ restarts: 1 });
  });

  test("of the same source keeps what was learned of the path", () => {
    const { buffer, packet, run } = setUp();
    const noise = new SeededRandom(6);
    const delayed = (i: number, jump: number) => ({ ...packet(i, 5 + 100 * noise.float()), timestamp: (packet(i).timestamp + jump) >>> 0 });
    run(
      Array.from({ length: 500 }, (_, i) => delayed(i, 0)),
      10_000,
    );
    const { targetDelayMs } = buffer;
    run(
      Array.from({ length: 10 }, (_, i) => ({ ...delayed(i + 500, 1_000_000), atMs: packet(i + 500).atMs })),
      10_200,
      { fromMs: 10_000 },
    );
    expect(buffer.stats().restarts).toBe(1);
    expect(buffer.targetDelayMs).toBeGreaterThan(targetDelayMs - 20);
    run(
      Array.from({ length: 3 }, (_, i) => ({ ...packet(i + 510), ssrc: 9 })),
      10_300,
      { fromMs: 10_200 },
    );
    expect(buffer.targetDelayMs).toBe(40);
  });

  test("does not begin with a single stray packet", () => {
    const { buffer, packet, run, frames } = setUp();
    const stray = [
      { ...packet(5, 6), sequenceNumber: 999 },
      { ...packet(7, 6), timestamp: 12_345 },
    ];
    run([...Array.from({ length: 20 }, (_, i) => packet(i)), ...stray], 500);
    expect(frames()).toEqual([...Array(20).keys()]);
    expect(buffer.stats()).toMatchObject({ restarts: 0, discarded: 2 });
  });

  test("begins after reset", () => {
    const { buffer, packet, run, text } = setUp();
    run([packet(0), packet(1), packet(2)], 60);
    buffer.reset();
    run(
      Array.from({ length: 5 }, (_, i) => packet(i + 3)),
      220,
      { fromMs: 60 },
    );
    expect(text()).toMatch(/^\. \. 0 \. \. 3 4 5 6 7/);
    expect(buffer.stats().restarts).toBe(0);
  });
});

describe("limits", () => {
  test("keeps no more than its greatest delay asks for when nobody pulls", () => {
    const { buffer, packet } = setUp();
    for (let i = 0; i < 1000; i++) {
      const { atMs, ...init } = packet(i);
      buffer.insert(rtpView(init), atMs);
    }
    expect(buffer.stats().discarded).toBeGreaterThan(900);
    expect(buffer.pull(20_005)).toBe("frame");
    expect(buffer.currentDelayMs).toBeLessThanOrEqual(320);
  });

  test.each([{ clockRate: 0 }, { minDelayMs: 100, maxDelayMs: 50 }, { frameMs: -1 }, { maxDelayMs: NaN }])("refuses %o", (options) => {
    expect(() => setUp(options)).toThrow(RtpError);
  });
});
