import type { CallState } from "../call/call-state.ts";

/** How much an event matters, least first. */
export type EventPriority = "Low" | "Normal" | "High" | "Critical";

/** Of every event. */
export interface EventStamp {
  /** Counts up by one with every event of the client, from 1. */
  readonly sequence: number;
  /** Milliseconds since the Unix epoch. */
  readonly timestampMs: number;
  readonly priority: EventPriority;
}

/** Of every event about a call. */
export interface OfCall {
  readonly callId: string;
  /** Of the call, as it is with the event. */
  readonly state: CallState;
}
