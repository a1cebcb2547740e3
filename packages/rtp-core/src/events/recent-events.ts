import { timestampDifference } from "../rtp/sequence.ts";

/** An event that was told of, with all its segments. */
export interface HeardEvent {
  readonly event: number;
  /** RTP timestamps of its beginning and, as far as it was reported, of its end. */
  readonly startTimestamp: number;
  endTimestamp: number;
  /** When the last packet that said something new of it came. */
  lastArrivalMs: number;
}

/** More than can be on their way at the same time. */
const mostRemembered = 16;
/** A packet of a known event that comes so long after the others is no late copy: the same recording is played again. */
const replayedMs = { withMarker: 500, withoutMarker: 2000 } as const;

/** The last events of a stream, to tell late and doubled packets from another press. */
export class RecentEvents {
  readonly #events: HeardEvent[] = [];

  add(heard: HeardEvent): void {
    if (this.#events.length === mostRemembered) this.#events.shift();
    this.#events.push(heard);
  }

  /** The event that a packet belongs to; undefined for one that was not heard, or is played again. */
  find(event: number, timestamp: number, marker: boolean, arrivalMs: number): HeardEvent | undefined {
    for (let index = this.#events.length - 1; index >= 0; index--) {
      const heard = this.#events[index]!;
      const step = timestampDifference(timestamp, heard.startTimestamp);
      const isInside = step === 0 || (step > 0 && step < timestampDifference(heard.endTimestamp, heard.startTimestamp));
      if (heard.event !== event || !isInside) continue;
      const sinceMs = arrivalMs - heard.lastArrivalMs;
      return sinceMs > (marker ? replayedMs.withMarker : replayedMs.withoutMarker) ? undefined : heard;
    }
    return undefined;
  }

  clear(): void {
    this.#events.length = 0;
  }
}
