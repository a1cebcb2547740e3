import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SourceSequence, type SequenceVerdict } from "@sidetone/rtp-core";

function setUp(first: number, probation?: number) {
  const source = new SourceSequence();
  source.start(first, probation);
  const feed = (...numbers: number[]): SequenceVerdict[] => numbers.map((number) => source.update(number & 0xffff));
  return { source, feed };
}

describe("validation of a source (RFC 3550 A.1)", () => {
  test("declares a source valid after two packets in sequence, and counts from the second", () => {
    const { source, feed } = setUp(100);
    expect(feed(100, 101, 102)).toEqual(["probation", "valid", "valid"]);
    expect(source).toMatchObject({ base: 101, received: 2, expected: 2, lost: 0 });
  });

  test("starts probation again after a gap", () => {
    const { feed } = setUp(100);
    expect(feed(100, 102, 104, 105)).toEqual(["probation", "probation", "probation", "valid"]);
  });

  test("without probation counts from the first packet, also when it is number 0", () => {
    const { source, feed } = setUp(0, 0);
    expect(feed(0, 1)).toEqual(["valid", "valid"]);
    expect(source).toMatchObject({ base: 0, received: 2, expected: 2, extendedMax: 1 });
  });

  test("counts a cycle when the number wraps", () => {
    const { source, feed } = setUp(0xfffe, 0);
    feed(0xfffe, 0xffff, 0, 1);
    expect(source.extendedMax).toBe(0x10001);
    expect(source.expected).toBe(4);
  });

  test("takes a gap of less than 3000 for loss and a larger jump for nothing, until the next packet confirms it", () => {
    const { source, feed } = setUp(10, 0);
    expect(feed(10, 3009)).toEqual(["valid", "valid"]);
    expect(feed(6009)).toEqual(["jump"]);
    expect(feed(10_000, 10_500, 10_501)).toEqual(["jump", "jump", "restarted"]);
    expect(source).toMatchObject({ base: 10_501, received: 1, lost: 0, cycles: 0 });
  });

  test("counts packets up to 100 behind as late or duplicate, which lowers the loss", () => {
    const { source, feed } = setUp(1000, 0);
    expect(feed(1000, 1003, 1002, 1002, 904, 903)).toEqual(["valid", "valid", "valid", "valid", "valid", "jump"]);
    expect(source).toMatchObject({ expected: 4, received: 5, lost: -1 });
  });

  test("agrees with the code of the appendix on any sequence", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff }),
        fc.array(fc.oneof(fc.integer({ min: -120, max: 3100 }), fc.integer({ min: 1, max: 2 }))),
        (first, steps) => {
          const { source } = setUp(first);
          const reference = appendixA1(first);
          let number = first;
          for (const step of [0, ...steps]) {
            number = (number + step) & 0xffff;
            const verdict = source.update(number);
            expect(verdict === "valid" || verdict === "restarted").toBe(reference.update(number));
            expect([source.max, source.cycles, source.received]).toEqual([reference.s.max_seq, reference.s.cycles, reference.s.received]);
          }
        },
      ),
    );
  });
});

describe("expected and lost packets (RFC 3550 A.3)", () => {
  test("gives the fraction lost of each interval in 1/256", () => {
    const { source, feed } = setUp(0, 0);
    feed(0, 1, 2, 3);
    expect(source.takeFractionLost()).toBe(0);
    feed(5, 7);
    expect(source.takeFractionLost()).toBe(128);
    feed(8, 9, 10, 11, 12, 13, 14, 15);
    expect(source.takeFractionLost()).toBe(0);
    expect(source.lost).toBe(2);
  });

  test("reports no fraction when duplicates outnumber losses or nothing came", () => {
    const { source, feed } = setUp(0, 0);
    feed(0, 1, 1, 1);
    expect([source.takeFractionLost(), source.takeFractionLost()]).toEqual([0, 0]);
    expect(source.cumulativeLost).toBe(-2);
  });

  test("clamps the cumulative loss to 24 bits with sign", () => {
    const { source, feed } = setUp(0, 0);
    feed(0);
    source.cycles = 0x10000 * 0x100;
    expect(source.cumulativeLost).toBe(0x7fffff);
    source.received = 0x2000000;
    expect(source.cumulativeLost).toBe(-0x800000);
  });
});

/** The code of RFC 3550 A.1, translated word for word. */
function appendixA1(first: number) {
  const s = { max_seq: 0, cycles: 0, base_seq: 0, bad_seq: 0, probation: 0, received: 0 };
  const init_seq = (seq: number): void => void Object.assign(s, { base_seq: seq, max_seq: seq, bad_seq: 65537, cycles: 0, received: 0 });
  init_seq(first);
  s.max_seq = (first - 1) & 0xffff;
  s.probation = 2;
  const update = (seq: number): boolean => {
    const udelta = (seq - s.max_seq) & 0xffff;
    if (s.probation) {
      if (seq === ((s.max_seq + 1) & 0xffff)) {
        s.probation--;
        s.max_seq = seq;
        if (s.probation === 0) {
          init_seq(seq);
          s.received++;
          return true;
        }
      } else {
        s.probation = 1;
        s.max_seq = seq;
      }
      return false;
    } else if (udelta < 3000) {
      if (seq < s.max_seq) s.cycles += 65536;
      s.max_seq = seq;
    } else if (udelta <= 65536 - 100) {
      if (seq === s.bad_seq) init_seq(seq);
      else {
        s.bad_seq = (seq + 1) & 65535;
        return false;
      }
    }
    s.received++;
    return true;
  };
  return { s, update };
}
