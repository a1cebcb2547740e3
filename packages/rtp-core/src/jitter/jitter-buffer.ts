import { RtpError } from "../rtp-error.ts";
import type { RtpPacketView } from "../rtp/rtp-packet-view.ts";
import { DelayEstimator } from "./delay-estimator.ts";
import { DriftEstimator } from "./drift-estimator.ts";
import { FrameDuration } from "./frame-duration.ts";
import { FrameQueue } from "./frame-queue.ts";
import { FrameSlot, type JitterFrame } from "./frame-slot.ts";
import { JitterBufferCounters, type JitterBufferStats } from "./jitter-buffer-stats.ts";
import { StreamContinuity } from "./stream-continuity.ts";

export interface JitterBufferOptions {
  /** RTP timestamp units a second. */
  clockRate: number;
  /** Expected frame length until the stream shows its own. Default 20. */
  frameMs?: number;
  /** The delay stays within these bounds, whatever the jitter. Defaults 20 and 300. */
  minDelayMs?: number;
  maxDelayMs?: number;
  /** Delay to begin with, until a second of packets was measured. Default 40. */
  initialDelayMs?: number;
}

/**
 * What became of a packet. `restarted`: it was taken in and began another stream (other SSRC, sequence or timestamps), so the decoder
 * should be reset. `discarded`: it does not fit the stream; if the next one follows on it, the stream restarts.
 */
export type JitterInsert = "inserted" | "restarted" | "late" | "duplicate" | "discarded";

/**
 * What to play for the next frame length:
 * - `frame`: decode {@link JitterBuffer.frame}.
 * - `lost`: conceal a frame that is not coming in time.
 * - `expand`: conceal a frame without passing over it: packets come later than they used to, so it is waited for and the delay grows.
 * - `empty`: nothing to play: before the start, or the sender is silent. Silence or comfort noise.
 */
export type JitterPull = "frame" | "lost" | "expand" | "empty";

/** What would bring the delay to its target, when the audio allows it. */
export type JitterAdvice = "keep" | "accelerate" | "expand";

/** Packets in a row that came late make a new start: the path has become longer than the target knows. */
const lateRunLimit = 4;
/** After this long without a packet the sender is taken to be silent. */
const starvationMs = 100;
/** A delay may fall this short of its target. */
const shortMs = 1;
/** Frames are at least this long: it decides how many have room. */
const shortestFrameMs = 10;

/**
 * Puts packets in order, holds them as long as the network's jitter asks, and hands out one frame per deadline.
 *
 * Time is what the caller passes. Frames are placed by their timestamps, and sequence numbers tell a loss from a pause of the sender.
 * In steady state nothing is allocated per packet: each is copied into memory that another one has left.
 */
export class JitterBuffer {
  /**
   * Renewed by each `frame`. `accelerate`: pull once more and throw a silent frame away. `expand`: play a frame's length of filler
   * without pulling. Whoever ignores it keeps a delay that is up to a frame off, or more after the network has changed.
   */
  advice: JitterAdvice = "keep";
  readonly #unitsPerMs: number;
  readonly #maxDelayMs: number;
  readonly #counters: JitterBufferCounters = new JitterBufferCounters();
  readonly #stream: StreamContinuity;
  readonly #delay: DelayEstimator;
  readonly #drift: DriftEstimator = new DriftEstimator();
  readonly #queue: FrameQueue;
  readonly #duration: FrameDuration;
  #frame: FrameSlot = new FrameSlot();
  /** Between the first frame of a talk-spurt and its end; otherwise the first waiting frame is due at {@link #anchorMs}. */
  #playing = false;
  #anchorMs = 0;
  // The timeline: the sample #timelineTimestamp is played at #timelineMs.
  #timelineTimestamp = 0;
  #timelineMs = 0;
  /** Frames that end before are late. */
  #passedTimestamp = 0;
  #lastNoted = -1;
  #starvedMs = 0;
  #lateRun = 0;
  #currentDelayMs = 0;
  #heldMs = 0;

  /** @throws {RtpError} `RTP_OPTION_INVALID` */
  constructor(options: JitterBufferOptions) {
    const { clockRate, frameMs = 20, minDelayMs = 20, maxDelayMs = 300 } = options;
    if (!(clockRate > 0 && frameMs > 0 && minDelayMs >= 0 && maxDelayMs >= minDelayMs && maxDelayMs <= 10_000)) {
      throw new RtpError(
        "RTP_OPTION_INVALID",
        "jitter buffer: clockRate and frameMs must be positive, 0 <= minDelayMs <= maxDelayMs <= 10000",
      );
    }
    const initialDelayMs = Math.min(Math.max(options.initialDelayMs ?? 40, minDelayMs), maxDelayMs);
    this.#unitsPerMs = clockRate / 1000;
    this.#maxDelayMs = maxDelayMs;
    this.#duration = new FrameDuration(frameMs, this.#unitsPerMs);
    this.#stream = new StreamContinuity(this.#unitsPerMs, 1000 + maxDelayMs);
    this.#delay = new DelayEstimator(minDelayMs, initialDelayMs, maxDelayMs);
    this.#queue = new FrameQueue(2 ** Math.ceil(Math.log2((2 * Math.max(maxDelayMs, 100)) / shortestFrameMs)), this.#counters);
  }

  /** The frame of the last {@link pull} that returned `frame`. */
  get frame(): JitterFrame {
    return this.#frame;
  }

  /** In RTP units: of the last frame as far as known, or of the one to conceal. */
  get frameDuration(): number {
    return this.#duration.units;
  }

  get targetDelayMs(): number {
    return this.#delay.targetMs;
  }

  /** How long the fastest packets wait at present. */
  get currentDelayMs(): number {
    return this.#currentDelayMs;
  }

  /** Takes in an audio packet that arrived at `arrivalMs`. Its buffer is free again at once. */
  insert(packet: RtpPacketView, arrivalMs: number): JitterInsert {
    const counters = this.#counters;
    counters.received++;
    const stream = this.#stream;
    const continuity = stream.place(packet, arrivalMs);
    if (continuity === "restart") return this.#restart(packet, arrivalMs);
    if (continuity === "suspect") {
      counters.discarded++;
      return "discarded";
    }
    const { sequence, timestamp } = stream;
    if (this.#queue.has(sequence)) {
      counters.duplicated++;
      return "duplicate";
    }
    if (sequence < stream.highest) counters.reordered++;
    this.#measure(arrivalMs);
    const isPassed = this.#playing && timestamp + this.#duration.units <= this.#passedTimestamp;
    if (sequence < this.#queue.next || (isPassed && !this.#endsLateRun())) {
      counters.late++;
      return "late";
    }
    this.#lateRun = 0;
    this.#store(packet, arrivalMs);
    return "inserted";
  }

  /** Tells of a packet of the same stream that is no audio (telephone-event), so that its sequence number is not taken for a loss. */
  note(packet: RtpPacketView): void {
    const sequence = this.#stream.placeOther(packet);
    if (sequence < 0) return;
    this.#lastNoted = Math.max(this.#lastNoted, sequence);
    this.#queue.note(sequence);
  }

  /**
   * The audio for the deadline `playoutMs`: the instant at which the first sample of the frame will be played.
   *
   * @param heldMs length of the decoded samples that the caller still holds: `playoutMs` is the present and this. Packets have to be here
   *   earlier by so much, which the advice allows for.
   */
  pull(playoutMs: number, heldMs: number = 0): JitterPull {
    this.#heldMs = heldMs;
    if (!this.#playing && !this.#beginTalkSpurt(playoutMs)) return "empty";
    this.#trim(playoutMs);
    const head = this.#queue.head();
    if (head === undefined) return this.#starve(playoutMs);
    this.#starvedMs = 0;
    const position = this.#position(playoutMs);
    const isAhead = head.extendedTimestamp - position >= this.#duration.units;
    if (isAhead && head.sequence > this.#queue.next) {
      const outcome = this.#conceal(position, playoutMs);
      if (outcome === "lost") this.#queue.skipTo(this.#queue.next + 1);
      return outcome;
    }
    if (isAhead && playoutMs < this.#dueMs(head.extendedTimestamp)) {
      // No packet is missing, so the sender paused: the talk-spurt begins when the target delay says.
      this.#playing = false;
      this.#anchorMs = this.#dueMs(head.extendedTimestamp);
      return "empty";
    }
    this.#play(head, playoutMs);
    return "frame";
  }

  /** Forgets the stream; the counts stay. */
  reset(): void {
    this.#stream.ssrc = -1;
    this.#queue.clear();
    this.#endStream();
    this.#delay.reset();
  }

  stats(): JitterBufferStats {
    const { currentDelayMs, targetDelayMs } = this;
    return { ...this.#counters, currentDelayMs, targetDelayMs, clockDriftPpm: this.#drift.ppm };
  }

  #restart(packet: RtpPacketView, arrivalMs: number): "inserted" | "restarted" {
    const formerSsrc = this.#stream.ssrc;
    this.#stream.restart(packet, arrivalMs);
    this.#queue.restart(this.#stream.sequence);
    this.#endStream();
    // The same source has the same path, whatever its numbers.
    if (packet.ssrc === formerSsrc) this.#delay.rebase();
    else this.#delay.reset();
    this.#measure(arrivalMs);
    this.#store(packet, arrivalMs);
    if (formerSsrc < 0) return "inserted";
    this.#counters.restarts++;
    return "restarted";
  }

  #endStream(): void {
    this.#duration.restart();
    this.#drift.reset();
    this.#lastNoted = -1;
    this.#playing = false;
    this.#lateRun = 0;
    this.#starvedMs = 0;
    this.advice = "keep";
  }

  /** Learns from the packet that the stream has placed last. */
  #measure(arrivalMs: number): void {
    const { sequence, timestamp, transitMs } = this.#stream;
    this.#delay.add(transitMs, arrivalMs);
    this.#drift.add(transitMs, arrivalMs);
    this.#duration.learn(sequence, timestamp, this.#queue.isFresh);
  }

  /** Whether a late packet is one too many, so that playing begins anew with it. */
  #endsLateRun(): boolean {
    if (++this.#lateRun < lateRunLimit || this.#queue.waiting > 0) return false;
    this.#playing = false;
    return true;
  }

  #store(packet: RtpPacketView, arrivalMs: number): void {
    const { sequence, timestamp } = this.#stream;
    this.#queue.add(sequence, packet, timestamp);
    if (!this.#playing && (this.#queue.waiting === 1 || this.#dueMs(timestamp) < this.#anchorMs)) {
      this.#anchorMs = Math.max(arrivalMs, this.#dueMs(timestamp));
    }
  }

  /** When a frame should be played if the delay were on target. */
  #dueMs(timestamp: number): number {
    return timestamp / this.#unitsPerMs + this.#delay.baseMs + this.#delay.targetMs;
  }

  /** Which sample is due at `playoutMs`. */
  #position(playoutMs: number): number {
    return this.#timelineTimestamp + (playoutMs - this.#timelineMs) * this.#unitsPerMs;
  }

  #setTimeline(timestamp: number, playoutMs: number): void {
    this.#timelineTimestamp = timestamp;
    this.#timelineMs = playoutMs;
  }

  /** How long the fastest packets wait when `timestamp` is played at `playoutMs`. */
  #delayAt(timestamp: number, playoutMs: number): number {
    return playoutMs - timestamp / this.#unitsPerMs - this.#delay.baseMs;
  }

  #beginTalkSpurt(playoutMs: number): boolean {
    // Deadlines are sums of frame lengths: a rounding error must not cost a frame.
    if (this.#queue.waiting === 0 || playoutMs < this.#anchorMs - 0.001) return false;
    const head = this.#queue.head();
    if (head === undefined) return false;
    this.#playing = true;
    this.#setTimeline(head.extendedTimestamp, playoutMs);
    return true;
  }

  /** Throws away what is older than the greatest delay allows. */
  #trim(playoutMs: number): void {
    const limitMs = this.#maxDelayMs + this.#duration.ms;
    while (this.#queue.waiting > 1) {
      const head = this.#queue.head();
      if (head === undefined || this.#delayAt(head.extendedTimestamp, playoutMs) <= limitMs) return;
      this.#queue.skipTo(head.sequence + 1);
      const following = this.#queue.head();
      if (following !== undefined) this.#setTimeline(following.extendedTimestamp, playoutMs);
    }
  }

  #play(slot: FrameSlot, playoutMs: number): void {
    this.#frame = slot;
    this.#queue.take(slot);
    this.#setTimeline(slot.extendedTimestamp, playoutMs);
    this.#passedTimestamp = slot.extendedTimestamp + this.#duration.units;
    this.#currentDelayMs = this.#delayAt(slot.extendedTimestamp, playoutMs);
    this.advice = this.#adviseFor(this.#currentDelayMs);
  }

  #adviseFor(delayMs: number): JitterAdvice {
    const targetMs = this.#delay.targetMs + this.#heldMs;
    if (delayMs < targetMs - shortMs) return "expand";
    // A frame less must still be enough, with a quarter of a frame to spare, lest the advice turns round at once.
    return this.#queue.waiting > 0 && delayMs - 1.25 * this.#duration.ms >= targetMs ? "accelerate" : "keep";
  }

  /** Something has to be played in place of a frame: while the delay is too short, the frame is waited for meanwhile. */
  #conceal(position: number, playoutMs: number): "lost" | "expand" {
    this.#counters.concealed++;
    if (this.#adviseFor(this.#delayAt(position, playoutMs)) === "expand") {
      this.#timelineMs += this.#duration.ms;
      return "expand";
    }
    this.#passedTimestamp = position + this.#duration.units;
    return "lost";
  }

  /** Nothing waits: the next packet is late, lost, or the sender is silent. */
  #starve(playoutMs: number): JitterPull {
    this.#starvedMs += this.#duration.ms;
    if (this.#starvedMs > starvationMs || this.#lastNoted === this.#stream.highest) {
      this.#playing = false;
      this.#starvedMs = 0;
      return "empty";
    }
    return this.#conceal(this.#position(playoutMs), playoutMs);
  }
}
