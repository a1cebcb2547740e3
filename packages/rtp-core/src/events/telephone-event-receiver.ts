import { timestampDifference } from "../rtp/sequence.ts";
import type { RtpPacketView } from "../rtp/rtp-packet-view.ts";
import { RecentEvents, type HeardEvent } from "./recent-events.ts";
import { keyOfTelephoneEvent, readTelephoneEvent, type TelephoneEvent } from "./telephone-event.ts";

/** A key or signal that the peer began to send. */
export interface TelephoneEventStart {
  /** Event code (RFC 4733 §3). */
  readonly event: number;
  /** `0`–`9`, `*`, `#`, `A`–`D`, `!` for a flash; undefined for other events. */
  readonly key: string | undefined;
  /** Power level as −dBm0. */
  readonly volume: number;
  /** RTP timestamp at which it began. */
  readonly timestamp: number;
}

/** How an event ended: by its E bit, because packets stopped coming, because another one began, or with the stream. */
export type TelephoneEventEndReason = "end" | "timeout" | "superseded" | "reset";

export interface TelephoneEventEnd extends TelephoneEventStart {
  /** As reported by the peer, over all segments; without an E bit, as far as it was reported. */
  readonly durationMs: number;
  readonly reason: TelephoneEventEndReason;
}

/** Hears of each event exactly once, start and end. */
export interface TelephoneEventUser {
  onEventStart(start: TelephoneEventStart): void;
  onEventEnd(end: TelephoneEventEnd): void;
}

export interface TelephoneEventReceiverOptions {
  /** Clock rate that was negotiated for the `telephone-event` payload type. */
  clockRate: number;
  user: TelephoneEventUser;
  /** An event ends when no packet of it came for this long. Default 200: three intervals of 50 ms and some jitter. */
  timeoutMs?: number;
}

/** Largest value of the duration field: a segment that reached it is followed by another (RFC 4733 §2.5.1.3). */
const maxDuration = 0xffff;
/**
 * Recognises telephone-events (RFC 4733 §2.5.2), each exactly once: any packets of it may be lost, doubled or out of order, the marker
 * and the final ones included.
 *
 * What tells two events apart is the timestamp: an event cannot begin inside another one of the same code. Timestamps need not grow from
 * event to event, as where recordings are played in any order. Feed the packets of one SSRC.
 */
export class TelephoneEventReceiver {
  readonly #unitsPerMs: number;
  readonly #user: TelephoneEventUser;
  readonly #timeoutMs: number;
  /** `lapsed`: told to be over because its packets stopped coming; they may come again. */
  #state: "idle" | "sounding" | "lapsed" | "ended" = "idle";
  readonly #recent: RecentEvents = new RecentEvents();
  #start: TelephoneEventStart | undefined;
  /** The same event, as it is remembered. */
  #heard: HeardEvent | undefined;
  /** Where the present segment began. */
  #segmentTimestamp = 0;
  #segmentDuration = 0;
  /** Length of the segments before. */
  #priorDuration = 0;
  #lastArrivalMs = 0;
  #malformed = 0;

  constructor(options: TelephoneEventReceiverOptions) {
    this.#unitsPerMs = options.clockRate / 1000;
    this.#user = options.user;
    this.#timeoutMs = options.timeoutMs ?? 200;
  }

  /** Packets too short to hold a report. */
  get malformed(): number {
    return this.#malformed;
  }

  /** The key sounding now. */
  get soundingKey(): string | undefined {
    return this.#state === "sounding" ? this.#start?.key : undefined;
  }

  /** A packet of the `telephone-event` payload type. */
  receive(packet: RtpPacketView, arrivalMs: number): void {
    const end = packet.payloadOffset + packet.payloadLength;
    if (packet.payloadLength < 4) {
      this.#malformed++;
      return;
    }
    // One packet may report several events in sequence, each beginning where the one before ended (§2.5.1.5); all but the last are over.
    let { timestamp, marker } = packet;
    for (let offset = packet.payloadOffset; offset + 4 <= end; offset += 4) {
      const report = readTelephoneEvent(packet.buffer, offset, end)!;
      if (offset > packet.payloadOffset && report.duration === 0) return;
      const isLast = offset + 8 > end;
      this.#report(isLast ? report : { ...report, end: true }, timestamp, marker, arrivalMs);
      timestamp = (timestamp + report.duration) >>> 0;
      marker = true;
    }
  }

  /** Ends an event whose packets stopped coming. Call it every packet interval or so; cheap. */
  poll(nowMs: number): void {
    if (this.#state === "sounding" && nowMs - this.#lastArrivalMs >= this.#timeoutMs) this.#finish("timeout");
  }

  /** The stream ended or another SSRC began. */
  reset(): void {
    if (this.#state === "sounding") this.#finish("reset");
    this.#state = "idle";
    this.#recent.clear();
  }

  #report(report: TelephoneEvent, timestamp: number, marker: boolean, arrivalMs: number): void {
    // "The receiver SHOULD ignore an event report with zero duration if the event is not a state" (§2.3.5): keys are none.
    if (report.duration === 0 && keyOfTelephoneEvent(report.event) !== undefined) return;
    switch (this.#relate(report, timestamp, marker, arrivalMs)) {
      case "old":
        return;
      case "new":
        this.#begin(report, timestamp, arrivalMs);
        break;
      case "nextSegment":
        this.#priorDuration += timestampDifference(timestamp, this.#segmentTimestamp);
        this.#segmentTimestamp = timestamp;
        this.#segmentDuration = 0;
        break;
      case "same":
    }
    if (this.#state === "lapsed") return;
    this.#lastArrivalMs = arrivalMs;
    // Where the timestamp runs on, the duration may still count from the beginning.
    const step = timestampDifference(timestamp, this.#segmentTimestamp);
    const duration = report.duration >= step ? report.duration : step + report.duration;
    // Packets may be out of order: the duration only grows.
    this.#segmentDuration = Math.max(this.#segmentDuration, duration);
    this.#heard!.lastArrivalMs = arrivalMs;
    this.#heard!.endTimestamp = (this.#segmentTimestamp + this.#segmentDuration) >>> 0;
    if (report.end) this.#finish("end");
  }

  /** What a report is to the event that is sounding, or to one that was. */
  #relate(report: TelephoneEvent, timestamp: number, marker: boolean, arrivalMs: number): "old" | "same" | "nextSegment" | "new" {
    if (this.#state !== "idle" && this.#state !== "ended" && report.event === this.#start!.event) {
      const step = timestampDifference(timestamp, this.#segmentTimestamp);
      // "a new segment with the RTP timestamp set to the time at which the previous segment ended" (§2.5.1.3)
      if (step === maxDuration && !marker) return "nextSegment";
      // Some senders let the timestamp run on during an event: no other event of this code can begin inside it.
      const isInside = step === 0 || (step > 0 && (step < this.#segmentDuration || (step === this.#segmentDuration && !marker)));
      if (isInside && this.#state === "sounding") return "same";
      if (isInside && !marker) return "old";
    }
    return this.#recent.find(report.event, timestamp, marker, arrivalMs) ? "old" : "new";
  }

  #begin(report: TelephoneEvent, timestamp: number, arrivalMs: number): void {
    if (this.#state === "sounding") this.#finish("superseded");
    this.#state = "sounding";
    this.#start = { event: report.event, key: keyOfTelephoneEvent(report.event), volume: report.volume, timestamp };
    this.#heard = { event: report.event, startTimestamp: timestamp, endTimestamp: timestamp, lastArrivalMs: arrivalMs };
    this.#recent.add(this.#heard);
    this.#segmentTimestamp = timestamp;
    this.#segmentDuration = 0;
    this.#priorDuration = 0;
    this.#user.onEventStart(this.#start);
  }

  #finish(reason: TelephoneEventEndReason): void {
    this.#state = reason === "timeout" ? "lapsed" : "ended";
    const durationMs = (this.#priorDuration + this.#segmentDuration) / this.#unitsPerMs;
    this.#user.onEventEnd({ ...this.#start!, durationMs, reason });
  }
}
