import type { Random } from "@sidetone/infra-common";
import { RtpError } from "../rtp-error.ts";

export interface RtcpIntervalOptions {
  random: Random;
  /** `rtcp_bw`: octets a second for the RTCP of all members together, 5 % of the session by default of §6.2. */
  rtcpBandwidthBytesPerSecond: number;
  /** `Tmin`: 5000 by §6.2. */
  minimumIntervalMs?: number;
  /** Probable size of the first packet with its IP and UDP headers, `avg_rtcp_size` to begin with. */
  initialPacketBytes: number;
}

/** Share of the RTCP bandwidth for senders while they are no more than a quarter of the members. */
const senderShare = 0.25;
/** e − 3/2: "to compensate for the fact that the timer reconsideration algorithm converges to a value … below the intended average" (§6.3.1). */
const compensation = Math.E - 1.5;
const defaultMinimumIntervalMs = 5000;

/**
 * When to send RTCP: the rules of RFC 3550 §6.3 with timer reconsideration, reverse reconsideration and BYE back-off.
 *
 * Pure: the caller passes the time and asks {@link expire} once {@link nextMs} has come.
 */
export class RtcpInterval {
  readonly #random: Random;
  readonly #minimumMs: number;
  readonly bandwidthBytesPerSecond: number;
  /** `tp`: when RTCP was sent last. */
  previousMs = 0;
  /** `tn`: when to ask {@link expire} next. */
  nextMs: number = Infinity;
  members = 1;
  /** `pmembers`: {@link members} when {@link nextMs} was computed last. */
  previousMembers = 1;
  senders = 0;
  weSent = false;
  /** No RTCP packet was sent yet. */
  initial = true;
  /** `avg_rtcp_size` in octets, IP and UDP headers included. */
  averageBytes: number;
  /** A BYE waits for its turn (§6.3.7): only BYE packets count now. */
  leaving = false;

  constructor(options: RtcpIntervalOptions) {
    if (!(options.rtcpBandwidthBytesPerSecond > 0)) throw new RtpError("RTP_OPTION_INVALID", "the RTCP bandwidth must be positive");
    this.#random = options.random;
    this.#minimumMs = options.minimumIntervalMs ?? defaultMinimumIntervalMs;
    this.bandwidthBytesPerSecond = options.rtcpBandwidthBytesPerSecond;
    this.averageBytes = options.initialPacketBytes;
  }

  /** Joins the session (§6.3.2): schedules the first packet. */
  start(nowMs: number): void {
    this.previousMs = nowMs;
    this.nextMs = nowMs + this.randomizedMs();
  }

  /** `Td` of §6.3.1: the calculated interval without randomisation. */
  deterministicMs(weSent: boolean = this.weSent): number {
    const minimumMs = this.initial ? this.#minimumMs / 2 : this.#minimumMs;
    let share = 1;
    let count = this.members;
    if (this.senders <= this.members * senderShare) {
      share = weSent ? senderShare : 1 - senderShare;
      count = weSent ? this.senders : this.members - this.senders;
    }
    return Math.max(minimumMs, (1000 * count * this.averageBytes) / (share * this.bandwidthBytesPerSecond));
  }

  /** `T` of §6.3.1: 0.5 to 1.5 times {@link deterministicMs}, divided by e − 3/2. */
  randomizedMs(): number {
    return (this.deterministicMs() * (this.#random.float() + 0.5)) / compensation;
  }

  /**
   * The timer ran out (§6.3.6). True: send now, then call {@link sent}. False: the interval grew meanwhile and {@link nextMs} is later.
   */
  expire(nowMs: number): boolean {
    const due = this.previousMs + this.randomizedMs();
    this.previousMembers = this.members;
    if (due <= nowMs) return true;
    this.nextMs = due;
    return false;
  }

  /** A packet of `bytes`, IP and UDP headers included, was sent after {@link expire}. Schedules the next. */
  sent(bytes: number, nowMs: number): void {
    this.#average(bytes);
    this.previousMs = nowMs;
    // "then another value for T is calculated" (§6.3.6), while `initial` still holds as A.7 has it.
    this.nextMs = nowMs + this.randomizedMs();
    this.initial = false;
  }

  /** A compound packet that is no BYE was received (§6.3.3). */
  received(bytes: number): void {
    if (!this.leaving) this.#average(bytes);
  }

  /** A BYE was received (§6.3.4, §6.3.7). Membership changes through {@link setPopulation}. */
  byeReceived(bytes: number): void {
    this.#average(bytes);
    if (this.leaving) this.members++;
  }

  /** The tables of members and senders changed, ourselves included. Reverse reconsideration when there are fewer members (§6.3.4). */
  setPopulation(members: number, senders: number, nowMs: number): void {
    if (this.leaving) return;
    this.members = members;
    this.senders = senders;
    if (members >= this.previousMembers) return;
    const ratio = members / this.previousMembers;
    this.nextMs = nowMs + ratio * (this.nextMs - nowMs);
    this.previousMs = nowMs - ratio * (nowMs - this.previousMs);
    this.previousMembers = members;
  }

  /**
   * Wants to leave with a BYE of `bytes` (§6.3.7). True: "the participant MAY send a BYE packet immediately".
   * False: with 50 members or more it waits until {@link expire} says so.
   */
  leave(bytes: number, nowMs: number): boolean {
    if (this.members < 50) return true;
    this.leaving = true;
    this.members = 1;
    this.previousMembers = 1;
    this.initial = true;
    this.weSent = false;
    this.senders = 0;
    this.averageBytes = bytes;
    this.start(nowMs);
    return false;
  }

  #average(bytes: number): void {
    this.averageBytes = bytes / 16 + (15 / 16) * this.averageBytes;
  }
}
