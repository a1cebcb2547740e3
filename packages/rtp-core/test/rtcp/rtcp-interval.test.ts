import { describe, expect, test } from "vitest";
import { RtcpInterval, RtpError, type RtcpIntervalOptions } from "@sidetone/rtp-core";
import { SeededRandom } from "@sidetone/testkit";

const compensation = Math.E - 1.5;

/** Randomness that always gives the same share. */
class Constant extends SeededRandom {
  value = 0.5;
  override float(): number {
    return this.value;
  }
}

function setUp(options: Partial<RtcpIntervalOptions> = {}) {
  const random = new Constant();
  const interval = new RtcpInterval({ random, rtcpBandwidthBytesPerSecond: 500, initialPacketBytes: 100, ...options });
  return { interval, random };
}

describe("the RTCP transmission interval (RFC 3550 §6.3.1)", () => {
  test("is 2.5 s before the first packet and 5 s from then on, in a call of two", () => {
    const { interval } = setUp();
    expect(interval.deterministicMs()).toBe(2500);
    interval.start(0);
    interval.sent(100, 2000);
    expect(interval.deterministicMs()).toBe(5000);
  });

  test("is drawn evenly between half and one and a half of it, divided by e − 3/2", () => {
    const { interval, random } = setUp();
    random.value = 0;
    expect(interval.randomizedMs()).toBeCloseTo((0.5 * 2500) / compensation, 6);
    random.value = 0.999999;
    expect(interval.randomizedMs()).toBeCloseTo((1.499999 * 2500) / compensation, 3);
  });

  test("may have a smaller minimum", () => {
    const { interval } = setUp({ minimumIntervalMs: 1000 });
    expect(interval.deterministicMs()).toBe(500);
  });

  test.each([
    ["a receiver among few senders has 75 % for all receivers", 100, 10, false, (90 * 100) / (0.75 * 500)],
    ["a sender among few senders has 25 % for all senders", 100, 10, true, (10 * 100) / (0.25 * 500)],
    ["with senders over a quarter all share alike", 100, 50, true, (100 * 100) / 500],
    ["with senders at a quarter the shares still hold", 100, 25, false, (75 * 100) / (0.75 * 500)],
  ])("%s", (_, members, senders, weSent, seconds) => {
    const { interval } = setUp();
    interval.setPopulation(members, senders, 0);
    expect(interval.deterministicMs(weSent)).toBeCloseTo(1000 * seconds, 6);
  });

  test("averages packet sizes with weight 1/16", () => {
    const { interval } = setUp();
    interval.received(260);
    expect(interval.averageBytes).toBe(110);
    interval.sent(270, 0);
    expect(interval.averageBytes).toBe(120);
  });

  test("refuses to divide by no bandwidth", () => {
    expect(() => setUp({ rtcpBandwidthBytesPerSecond: 0 })).toThrow(RtpError);
  });
});

describe("timer reconsideration (RFC 3550 §6.3.6)", () => {
  test("sends when the interval drawn anew has passed too", () => {
    const { interval } = setUp();
    interval.start(1000);
    const due = 1000 + 2500 / compensation;
    expect(interval.nextMs).toBeCloseTo(due, 6);
    expect(interval.expire(interval.nextMs)).toBe(true);
    interval.sent(100, due);
    // "initial" holds until the first packet was sent, also for the interval after it (A.7).
    expect(interval.nextMs).toBeCloseTo(due + 2500 / compensation, 6);
    expect(interval.initial).toBe(false);
  });

  test("waits on when the session has grown meanwhile", () => {
    const { interval } = setUp();
    interval.start(0);
    const { nextMs } = interval;
    interval.setPopulation(1000, 0, 100);
    expect(interval.expire(nextMs)).toBe(false);
    expect(interval.nextMs).toBeCloseTo((1000 * 1000 * 100) / (0.75 * 500) / compensation, 3);
    expect(interval.previousMembers).toBe(1000);
  });

  test("keeps the average of a session of 20 at its bandwidth", () => {
    const random = new SeededRandom(7);
    const members = Array.from(
      { length: 20 },
      () => new RtcpInterval({ random, rtcpBandwidthBytesPerSecond: 100, initialPacketBytes: 100 }),
    );
    for (const member of members) {
      member.setPopulation(20, 0, 0);
      member.start(0);
    }
    let sentAfterWarmUp = 0;
    const endMs = 4_000_000;
    for (let nowMs = 0; nowMs < endMs; nowMs += 50) {
      for (const member of members) {
        if (nowMs < member.nextMs || !member.expire(nowMs)) continue;
        member.sent(100, nowMs);
        if (nowMs > 100_000) sentAfterWarmUp++;
      }
    }
    // Receivers have 75 % of 100 bytes a second, so 0.75 packets a second. §6.3.1: the compensation makes that the average.
    const perSecond = sentAfterWarmUp / ((endMs - 100_000) / 1000);
    expect(perSecond).toBeGreaterThan(0.75 * 0.93);
    expect(perSecond).toBeLessThan(0.75 * 1.07);
  });
});

describe("reverse reconsideration (RFC 3550 §6.3.4)", () => {
  test("draws the next transmission nearer in proportion when members leave", () => {
    const { interval } = setUp();
    interval.setPopulation(100, 0, 0);
    interval.previousMembers = 100;
    interval.previousMs = 0;
    interval.nextMs = 30_000;
    interval.setPopulation(50, 0, 10_000);
    expect(interval).toMatchObject({ nextMs: 20_000, previousMs: 5000, previousMembers: 50, members: 50 });
  });

  test("does nothing when members join", () => {
    const { interval } = setUp();
    interval.start(0);
    const { nextMs } = interval;
    interval.setPopulation(10, 1, 100);
    expect(interval.nextMs).toBe(nextMs);
  });
});

describe("leaving (RFC 3550 §6.3.7)", () => {
  test("is immediate with fewer than 50 members", () => {
    const { interval } = setUp();
    interval.setPopulation(49, 1, 0);
    expect(interval.leave(80, 0)).toBe(true);
  });

  test("backs off with more, counting only goodbyes", () => {
    const { interval } = setUp();
    interval.setPopulation(60, 5, 0);
    interval.weSent = true;
    expect(interval.leave(80, 1000)).toBe(false);
    expect(interval).toMatchObject({
      members: 1,
      previousMembers: 1,
      senders: 0,
      weSent: false,
      initial: true,
      averageBytes: 80,
      previousMs: 1000,
    });
    expect(interval.nextMs).toBeCloseTo(1000 + 2500 / compensation, 6);
    interval.received(1000);
    interval.setPopulation(60, 5, 1100);
    expect(interval).toMatchObject({ members: 1, averageBytes: 80 });
    for (let i = 0; i < 500; i++) interval.byeReceived(80);
    expect(interval.members).toBe(501);
    expect(interval.expire(interval.nextMs)).toBe(false);
    expect(interval.expire(interval.nextMs)).toBe(true);
  });
});
