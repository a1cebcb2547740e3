import { RtpError } from "../rtp-error.ts";
import { keyOfTelephoneEvent, requireTelephoneEvent, type TelephoneEvent } from "./telephone-event.ts";

export interface TelephoneEventSenderOptions {
  /** Clock rate that was negotiated for the `telephone-event` payload type; the same as of the audio it interrupts. */
  clockRate: number;
  /** How often {@link TelephoneEventSender.poll} is called. Default 20. */
  packetIntervalMs?: number;
  /** Power level as −dBm0, 0 … 63. Default 10. */
  volume?: number;
  /** Length of a key, 20 … 3,600,000. Default 100. */
  durationMs?: number;
  /** Least silence between keys, 0 … 60,000. Default 50. */
  gapMs?: number;
}

/** Of single digits; the defaults are those of the sender. */
export interface SendEventOptions {
  durationMs?: number;
  gapMs?: number;
}

/** A packet to send in place of audio; the object is reused by the next poll. */
export interface TelephoneEventPacket extends TelephoneEvent {
  /** Where the event, or its present segment, began: the RTP timestamp stands still while it lasts. */
  readonly position: number;
  /** First packet of the event. */
  readonly marker: boolean;
}

interface QueuedEvent {
  readonly event: number;
  /** Infinity: until {@link TelephoneEventSender.release}. */
  units: number;
  readonly gapUnits: number;
}

/** Largest value of the 16-bit duration field. */
const maxDuration = 0xffff;
/** "The final packet for each event and for each segment SHOULD be sent a total of three times" (RFC 4733 §2.5.1.4). */
const finalPackets = 3;
/** Shortest key that a receiver must recognise. */
const leastHeldMs = 40;
const maxQueued = 256;

/**
 * Sends keys as telephone-events (RFC 4733 §2.5.1): the first packet with the marker, updates with one timestamp and growing duration,
 * the final packet three times, then a gap; longer events in segments of 65,535 units.
 *
 * Pure: once per packet interval, {@link poll} says what to send.
 */
export class TelephoneEventSender {
  readonly #unitsPerMs: number;
  readonly #intervalUnits: number;
  readonly #volume: number;
  readonly #durationMs: number;
  readonly #gapMs: number;
  readonly #queue: QueuedEvent[] = [];
  readonly #packet: { -readonly [Field in keyof TelephoneEventPacket]: TelephoneEventPacket[Field] };
  #current: QueuedEvent | undefined;
  #startPosition = 0;
  #segmentPosition = 0;
  #lastPosition = 0;
  /** Repetitions of the final packet of the event or segment that are still to send. */
  #repeats = 0;
  #gapEnd = -Infinity;

  constructor(options: TelephoneEventSenderOptions) {
    const { clockRate, packetIntervalMs = 20, volume = 10, durationMs = 100, gapMs = 50 } = options;
    if (!(clockRate > 0 && packetIntervalMs > 0 && packetIntervalMs <= 200 && volume >= 0 && volume <= 63)) {
      throw new RtpError("RTP_OPTION_INVALID", "telephone-event: clockRate > 0, 0 < packetIntervalMs <= 200, 0 <= volume <= 63");
    }
    checkLengths(durationMs, gapMs);
    this.#unitsPerMs = clockRate / 1000;
    this.#intervalUnits = Math.round(packetIntervalMs * this.#unitsPerMs);
    this.#volume = Math.round(volume);
    this.#durationMs = durationMs;
    this.#gapMs = gapMs;
    this.#packet = { event: 0, end: false, volume: this.#volume, duration: 0, position: 0, marker: false };
  }

  /** Whether a key is queued, sounding, or its final packets are not all sent. */
  get busy(): boolean {
    return this.#current !== undefined || this.#queue.length > 0;
  }

  /** Whether the last queued key has been told to its end: what is left to send only repeats that. */
  get isRepeating(): boolean {
    return this.#current !== undefined && this.#repeats > 0 && this.#packet.end && this.#queue.length === 0;
  }

  /** The key being sent; undefined in gaps and when idle. */
  get sendingKey(): string | undefined {
    return this.#current && keyOfTelephoneEvent(this.#current.event);
  }

  /**
   * Queues keys, one after the other: `0`–`9`, `*`, `#`, `A`–`D`, and `!` for a flash.
   *
   * @throws {RtpError} `RTP_EVENT_INVALID` for another character, and then nothing is queued, or with over 256 keys waiting;
   *   `RTP_OPTION_INVALID` for a length out of range.
   */
  send(keys: string, options: SendEventOptions = {}): void {
    const { durationMs = this.#durationMs, gapMs = this.#gapMs } = options;
    checkLengths(durationMs, gapMs);
    const events = Array.from(keys, requireTelephoneEvent);
    if (this.#queue.length + events.length > maxQueued) throw new RtpError("RTP_EVENT_INVALID", `more than ${maxQueued} keys are waiting`);
    for (const event of events)
      this.#queue.push({ event, units: Math.round(durationMs * this.#unitsPerMs), gapUnits: this.#gapUnits(gapMs) });
  }

  /**
   * Presses a key that sounds until {@link release}. It follows the keys already queued.
   *
   * @throws {RtpError} `RTP_EVENT_INVALID` when it is no key.
   */
  press(key: string): void {
    this.release();
    this.#queue.push({ event: requireTelephoneEvent(key), units: Infinity, gapUnits: this.#gapUnits(this.#gapMs) });
  }

  /** Lets go of the pressed key; it has sounded for 40 ms at least. Nothing happens when none is pressed. */
  release(): void {
    const leastUnits = Math.round(leastHeldMs * this.#unitsPerMs);
    if (this.#current?.units === Infinity) {
      this.#current.units = Math.max(leastUnits, this.#lastPosition + this.#intervalUnits - this.#startPosition);
    }
    for (const queued of this.#queue) if (queued.units === Infinity) queued.units = leastUnits;
  }

  /** Drops the keys that have not begun; one under way ends now, with its final packets. */
  clear(): void {
    this.#queue.length = 0;
    if (this.#current) this.#current.units = Math.min(this.#current.units, this.#lastPosition + this.#intervalUnits - this.#startPosition);
  }

  /**
   * The packet of the interval that begins at `position`, in RTP units since the stream began, or undefined when audio may be sent.
   * An event's duration includes the interval, as the audio in its place would.
   */
  poll(position: number): TelephoneEventPacket | undefined {
    if (this.#current === undefined && !this.#begin(position)) return undefined;
    this.#lastPosition = position;
    if (this.#repeats > 0) return this.#repeatFinal();
    const event = this.#current!;
    const packet = this.#packet;
    const endPosition = this.#startPosition + event.units;
    const reached = Math.min(position + this.#intervalUnits, endPosition);
    packet.marker = position === this.#startPosition;
    packet.position = this.#segmentPosition;
    packet.duration = Math.max(0, Math.min(reached - this.#segmentPosition, maxDuration));
    packet.end = reached === endPosition && endPosition - this.#segmentPosition <= maxDuration;
    if (packet.end) this.#gapEnd = endPosition + event.gapUnits;
    // "The sender MUST send a packet reporting this maximum duration but MUST NOT set the E bit in this packet" (§2.5.1.3).
    if (packet.end || packet.duration === maxDuration) this.#repeats = finalPackets - 1;
    return packet;
  }

  #begin(position: number): boolean {
    if (this.#queue.length === 0 || position < this.#gapEnd) return false;
    const event = this.#queue.shift()!;
    this.#current = event;
    this.#startPosition = position;
    this.#segmentPosition = position;
    this.#packet.event = event.event;
    return true;
  }

  #repeatFinal(): TelephoneEventPacket {
    const packet = this.#packet;
    packet.marker = false;
    if (--this.#repeats > 0) return packet;
    if (packet.end) this.#current = undefined;
    // "a new segment with the RTP timestamp set to the time at which the previous segment ended" (§2.5.1.3)
    else this.#segmentPosition += maxDuration;
    return packet;
  }

  #gapUnits(gapMs: number): number {
    return Math.round(gapMs * this.#unitsPerMs);
  }
}

function checkLengths(durationMs: number, gapMs: number): void {
  if (durationMs >= 20 && durationMs <= 3_600_000 && gapMs >= 0 && gapMs <= 60_000) return;
  throw new RtpError(
    "RTP_OPTION_INVALID",
    `telephone-event: durationMs ${durationMs} is not in 20 … 3600000 or gapMs ${gapMs} not in 0 … 60000`,
  );
}
