import { RtpError } from "../rtp-error.ts";
import type { RtpPacketView } from "../rtp/rtp-packet-view.ts";
import { DelayEstimator } from "./delay-estimator.ts";
import { DriftEstimator } from "./drift-estimator.ts";
import { FrameRing, noBytes, type FrameSlot } from "./frame-ring.ts";
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
 * - `expand`: conceal a frame without passing over anything: packets come later than they used to, and the delay grows.
 * - `empty`: nothing to play: before the start, or the sender is silent. Silence or comfort noise.
 */
export type JitterPull = "frame" | "lost" | "expand" | "empty";

/** What would bring the delay to its target, when the audio allows it. */
export type JitterAdvice = "keep" | "accelerate" | "expand";

/** A received frame; the object is reused by the next pull. */
export interface JitterFrame {
  /** The datagram, not a copy. */
  buffer: Uint8Array;
  /** Where the payload begins, and how many bytes it has. */
  offset: number;
  length: number;
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  marker: boolean;
  /** Length in RTP units: of this frame as far as known, or of the one to conceal. */
  duration: number;
}

/** Plain figures of a {@link JitterBuffer}. Counts are packets or frames since it was made. */
export interface JitterBufferStats {
  /** Packets given to `insert`. */
  readonly received: number;
  /** Sequence numbers passed over because their packet was not there in time; late ones are among them. */
  readonly lost: number;
  readonly late: number;
  readonly duplicated: number;
  /** Packets that came after a later one. */
  readonly reordered: number;
  /** Packets thrown away: the buffer was full or too far behind, or they did not fit the stream. */
  readonly discarded: number;
  /** Frames that the puller had to conceal (`lost` and `expand`). */
  readonly concealed: number;
  readonly restarts: number;
  readonly currentDelayMs: number;
  readonly targetDelayMs: number;
  /** How much faster the sender's clock runs than ours; undefined before about 15 s. */
  readonly clockDriftPpm: number | undefined;
}

/** Packets in a row that came late make a new start: the path has become longer than the target knows. */
const lateRunLimit = 4;
/** After this long without a packet the sender is taken to be silent. */
const starvationMs = 100;
/** How many sequence numbers before the first packet may still come before it is played. */
const misorderAtStart = 4;
/** Frames are at least this long: it decides how many have room. */
const shortestFrameMs = 10;

/**
 * Puts packets in order, holds them as long as the network's jitter asks, and hands out one frame per deadline.
 *
 * Time is what the caller passes. Frames are placed by their timestamps, and sequence numbers tell a loss from a pause of the sender.
 * Nothing is copied and, in steady state, nothing is allocated per packet: slots refer to the datagram until it was pulled.
 */
export class JitterBuffer {
  /** The frame of the last {@link pull} that returned `frame`; of any other, only `duration` means something. */
  readonly frame: JitterFrame;
  /**
   * Renewed by each `frame`. `accelerate`: pull once more and throw a silent frame away. `expand`: play a frame's length of filler
   * without pulling. Whoever ignores it keeps a delay that is up to a frame off, or more after the network has changed.
   */
  advice: JitterAdvice = "keep";
  readonly #unitsPerMs: number;
  readonly #maxDelayMs: number;
  readonly #stream: StreamContinuity;
  readonly #delay: DelayEstimator;
  readonly #drift: DriftEstimator = new DriftEstimator();
  readonly #ring: FrameRing;
  /** Length of a frame in RTP units, learned from the stream. */
  #duration: number;
  #durationCandidate = 0;
  #lastAudioSequence = -1;
  #lastAudioTimestamp = 0;
  /** Sequence numbers below were played or passed over. */
  #next = 0;
  #waiting = 0;
  #lastNoted = -1;
  /** Between the first frame of a talk-spurt and its end; otherwise the first waiting frame is due at {@link #anchorMs}. */
  #playing = false;
  #anchorMs = 0;
  /** Nothing of this stream was played yet. */
  #fresh = true;
  // The timeline: the sample #timelineTimestamp is played at #timelineMs.
  #timelineTimestamp = 0;
  #timelineMs = 0;
  /** Frames that end before are late. */
  #passedTimestamp = 0;
  #starvedMs = 0;
  #lateRun = 0;
  #currentDelayMs = 0;
  #received = 0;
  #lost = 0;
  #late = 0;
  #duplicated = 0;
  #reordered = 0;
  #discarded = 0;
  #concealed = 0;
  #restarts = 0;

  constructor(options: JitterBufferOptions) {
    const { clockRate, frameMs = 20, minDelayMs = 20, maxDelayMs = 300 } = options;
    const initialDelayMs = Math.min(Math.max(options.initialDelayMs ?? 40, minDelayMs), maxDelayMs);
    if (!(clockRate > 0 && frameMs > 0 && minDelayMs >= 0 && maxDelayMs >= minDelayMs && maxDelayMs <= 10_000)) {
      throw new RtpError(
        "RTP_OPTION_INVALID",
        "jitter buffer: clockRate and frameMs must be positive, 0 <= minDelayMs <= maxDelayMs <= 10000",
      );
    }
    this.#unitsPerMs = clockRate / 1000;
    this.#maxDelayMs = maxDelayMs;
    this.#duration = Math.round(frameMs * this.#unitsPerMs);
    this.#stream = new StreamContinuity(this.#unitsPerMs, 1000 + maxDelayMs);
    this.#delay = new DelayEstimator(minDelayMs, initialDelayMs, maxDelayMs);
    this.#ring = new FrameRing(2 ** Math.ceil(Math.log2((2 * Math.max(maxDelayMs, 100)) / shortestFrameMs)));
    this.frame = {
      buffer: noBytes,
      offset: 0,
      length: 0,
      payloadType: 0,
      sequenceNumber: 0,
      timestamp: 0,
      marker: false,
      duration: this.#duration,
    };
  }

  get targetDelayMs(): number {
    return this.#delay.targetMs;
  }

  /** How long the fastest packets wait at present. */
  get currentDelayMs(): number {
    return this.#currentDelayMs;
  }

  /** Takes in an audio packet that arrived at `arrivalMs`. Keeps a reference to its buffer until the frame was pulled. */
  insert(packet: RtpPacketView, arrivalMs: number): JitterInsert {
    this.#received++;
    const stream = this.#stream;
    const continuity = stream.place(packet, arrivalMs);
    if (continuity === "restart") return this.#restart(packet, arrivalMs);
    if (continuity === "suspect") {
      this.#discarded++;
      return "discarded";
    }
    const { sequence, timestamp } = stream;
    const known = this.#ring.find(sequence);
    if (known !== undefined && known.state !== "skipped" && known.state !== "empty") {
      this.#duplicated++;
      return "duplicate";
    }
    this.#delay.add(stream.transitMs, arrivalMs);
    this.#drift.add(stream.transitMs, arrivalMs);
    this.#learnDuration(sequence, timestamp);
    if (sequence < stream.highest) this.#reordered++;
    if (sequence < this.#next || (this.#playing && timestamp + this.#duration <= this.#passedTimestamp)) {
      return this.#insertLate(packet, arrivalMs);
    }
    this.#lateRun = 0;
    this.#store(packet, arrivalMs);
    return "inserted";
  }

  /** Tells of a packet of the same stream that is no audio (telephone-event), so that its sequence number is not taken for a loss. */
  note(packet: RtpPacketView): void {
    const sequence = this.#stream.placeOther(packet);
    if (sequence < this.#next) return;
    this.#lastNoted = Math.max(this.#lastNoted, sequence);
    if (sequence === this.#next && this.#waiting === 0) {
      this.#next++;
      return;
    }
    const slot = this.#slotFor(sequence);
    if (slot.sequence === sequence && slot.state === "waiting") return;
    slot.sequence = sequence;
    slot.state = "noted";
  }

  /**
   * The audio for the deadline `playoutMs`: the instant at which the first sample of the frame will be played.
   * A caller that still holds decoded samples adds their length to the present.
   */
  pull(playoutMs: number): JitterPull {
    this.frame.duration = this.#duration;
    if (!this.#playing && !this.#beginTalkSpurt(playoutMs)) return "empty";
    this.#trim(playoutMs);
    const head = this.#head();
    if (head === undefined) return this.#starve(playoutMs);
    this.#starvedMs = 0;
    const position = this.#position(playoutMs);
    const isAhead = head.timestamp - position >= this.#duration;
    if (isAhead && head.sequence > this.#next) {
      this.#skip(this.#next + 1);
      return this.#conceal(position);
    }
    if (isAhead && playoutMs < this.#dueMs(head.timestamp)) {
      // No packet is missing, so the sender paused: the talk-spurt begins when the target delay says.
      this.#playing = false;
      this.#anchorMs = this.#dueMs(head.timestamp);
      return "empty";
    }
    this.#take(head, playoutMs);
    return "frame";
  }

  /** Forgets the stream; the counts stay. */
  reset(): void {
    this.#stream.ssrc = -1;
    this.#clear();
    this.#delay.reset();
    this.#drift.reset();
  }

  stats(): JitterBufferStats {
    return {
      received: this.#received,
      lost: this.#lost,
      late: this.#late,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      discarded: this.#discarded,
      concealed: this.#concealed,
      restarts: this.#restarts,
      currentDelayMs: this.#currentDelayMs,
      targetDelayMs: this.#delay.targetMs,
      clockDriftPpm: this.#drift.ppm,
    };
  }

  #restart(packet: RtpPacketView, arrivalMs: number): "inserted" | "restarted" {
    const isFirst = this.#stream.ssrc < 0;
    const isSameSource = packet.ssrc === this.#stream.ssrc;
    this.#discarded += this.#waiting;
    this.#clear();
    this.#stream.restart(packet, arrivalMs);
    if (isSameSource) this.#delay.rebase();
    else this.#delay.reset();
    this.#drift.reset();
    this.#delay.add(this.#stream.transitMs, arrivalMs);
    this.#drift.add(this.#stream.transitMs, arrivalMs);
    this.#next = this.#stream.sequence - misorderAtStart;
    this.#learnDuration(this.#stream.sequence, this.#stream.timestamp);
    this.#store(packet, arrivalMs);
    if (isFirst) return "inserted";
    this.#restarts++;
    return "restarted";
  }

  #clear(): void {
    this.#ring.clear();
    this.#waiting = 0;
    this.#lastNoted = -1;
    this.#lastAudioSequence = -1;
    this.#playing = false;
    this.#fresh = true;
    this.#lateRun = 0;
    this.#starvedMs = 0;
    this.advice = "keep";
  }

  #insertLate(packet: RtpPacketView, arrivalMs: number): "late" | "inserted" {
    if (++this.#lateRun < lateRunLimit || this.#waiting > 0 || this.#stream.sequence < this.#next) {
      this.#late++;
      return "late";
    }
    this.#lateRun = 0;
    this.#playing = false;
    this.#store(packet, arrivalMs);
    return "inserted";
  }

  #store(packet: RtpPacketView, arrivalMs: number): void {
    const { sequence, timestamp } = this.#stream;
    const slot = this.#slotFor(sequence);
    slot.state = "waiting";
    slot.sequence = sequence;
    slot.timestamp = timestamp;
    slot.buffer = packet.buffer;
    slot.offset = packet.payloadOffset;
    slot.length = packet.payloadLength;
    slot.payloadType = packet.payloadType;
    slot.marker = packet.marker;
    this.#waiting++;
    if (!this.#playing && (this.#waiting === 1 || this.#dueMs(timestamp) < this.#anchorMs)) {
      this.#anchorMs = Math.max(arrivalMs, this.#dueMs(timestamp));
    }
  }

  /** Makes room for `sequence`; the oldest waiting frames give way. */
  #slotFor(sequence: number): FrameSlot {
    if (!this.#ring.reserve(sequence - this.#next + 1)) this.#skip(sequence - this.#ring.maxCapacity + 1);
    this.#ring.reserve(sequence - this.#next + 1);
    return this.#ring.slot(sequence)!;
  }

  #learnDuration(sequence: number, timestamp: number): void {
    const duration = timestamp - this.#lastAudioTimestamp;
    if (this.#lastAudioSequence >= 0 && sequence === this.#lastAudioSequence + 1 && duration > 0 && duration <= 200 * this.#unitsPerMs) {
      // A pause of the sender is longer than a frame too, but not twice the same in a row.
      if (duration === this.#durationCandidate || (this.#fresh && duration <= 60 * this.#unitsPerMs)) this.#duration = duration;
      this.#durationCandidate = duration;
    }
    if (sequence > this.#lastAudioSequence) {
      this.#lastAudioSequence = sequence;
      this.#lastAudioTimestamp = timestamp;
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

  #delayAt(timestamp: number, playoutMs: number): number {
    return playoutMs - timestamp / this.#unitsPerMs - this.#delay.baseMs;
  }

  #beginTalkSpurt(playoutMs: number): boolean {
    // Deadlines are sums of frame lengths: a rounding error must not cost a frame.
    if (this.#waiting === 0 || playoutMs < this.#anchorMs - 0.001) return false;
    const head = this.#head();
    if (head === undefined) return false;
    if (this.#fresh) this.#next = head.sequence;
    this.#fresh = false;
    this.#playing = true;
    this.#setTimeline(head.timestamp, playoutMs);
    return true;
  }

  #setTimeline(timestamp: number, playoutMs: number): void {
    this.#timelineTimestamp = timestamp;
    this.#timelineMs = playoutMs;
  }

  /** Throws away what is older than the greatest delay allows. */
  #trim(playoutMs: number): void {
    const frameMs = this.#duration / this.#unitsPerMs;
    while (this.#waiting > 1) {
      const head = this.#head();
      if (head === undefined || this.#delayAt(head.timestamp, playoutMs) <= this.#maxDelayMs + frameMs) return;
      this.#skip(head.sequence + 1);
      const following = this.#head();
      if (following !== undefined) this.#setTimeline(following.timestamp, playoutMs);
    }
  }

  /** The first waiting frame; passes over packets that are no audio. */
  #head(): FrameSlot | undefined {
    if (this.#waiting === 0) return undefined;
    for (let sequence = this.#next; sequence <= this.#stream.highest; sequence++) {
      const slot = this.#ring.find(sequence);
      if (slot === undefined) continue;
      if (slot.state === "waiting") return slot;
      if (slot.state === "noted" && sequence === this.#next) this.#next++;
    }
    return undefined;
  }

  #take(slot: FrameSlot, playoutMs: number): void {
    this.#skip(slot.sequence);
    const { frame } = this;
    frame.buffer = slot.buffer;
    frame.offset = slot.offset;
    frame.length = slot.length;
    frame.payloadType = slot.payloadType;
    frame.sequenceNumber = slot.sequence & 0xffff;
    frame.timestamp = slot.timestamp >>> 0;
    frame.marker = slot.marker;
    slot.buffer = noBytes;
    slot.state = "played";
    this.#waiting--;
    this.#next = slot.sequence + 1;
    this.#setTimeline(slot.timestamp, playoutMs);
    this.#passedTimestamp = slot.timestamp + this.#duration;
    this.#currentDelayMs = this.#delayAt(slot.timestamp, playoutMs);
    this.advice = this.#adviseFor(this.#currentDelayMs);
  }

  #adviseFor(delayMs: number): JitterAdvice {
    const frameMs = this.#duration / this.#unitsPerMs;
    const slackMs = frameMs / 4;
    if (delayMs < this.#delay.targetMs - slackMs) return "expand";
    return this.#waiting > 0 && delayMs - frameMs >= this.#delay.targetMs + slackMs ? "accelerate" : "keep";
  }

  /** Passes over everything before `sequence`. */
  #skip(sequence: number): void {
    for (; this.#next < sequence; this.#next++) {
      const slot = this.#ring.slot(this.#next);
      const state = slot !== undefined && slot.sequence === this.#next ? slot.state : "empty";
      if (state === "noted") continue;
      if (state === "waiting") {
        this.#discarded++;
        this.#waiting--;
      } else if (!this.#fresh) this.#lost++;
      if (slot === undefined) continue;
      slot.sequence = this.#next;
      slot.state = "skipped";
      slot.buffer = noBytes;
    }
  }

  #conceal(position: number): "lost" {
    this.#concealed++;
    this.#passedTimestamp = position + this.#duration;
    return "lost";
  }

  /** Nothing waits: the next packet is late, lost, or the sender is silent. */
  #starve(playoutMs: number): JitterPull {
    const frameMs = this.#duration / this.#unitsPerMs;
    this.#starvedMs += frameMs;
    if (this.#starvedMs > starvationMs || this.#lastNoted === this.#stream.highest) {
      this.#playing = false;
      this.#starvedMs = 0;
      return "empty";
    }
    const position = this.#position(playoutMs);
    if (this.#adviseFor(this.#delayAt(position, playoutMs)) === "expand") {
      this.#concealed++;
      this.#timelineMs += frameMs;
      return "expand";
    }
    return this.#conceal(position);
  }
}
