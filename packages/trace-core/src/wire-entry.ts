/** What sip-transport publishes on the diagnostics channel `sidetone:sip` for each message. */
export interface SipTraceRecord {
  readonly direction: "sent" | "received" | "dropped";
  readonly transport: string;
  /** `host:port`, IPv6 in brackets. */
  readonly local: string;
  readonly remote: string;
  readonly bytes: Uint8Array;
  /** Monotonic time of the environment's clock, in milliseconds. */
  readonly timeMs: number;
  /** Why a message was dropped. */
  readonly reason?: string;
}

/** One message as it crossed the wire, secrets removed. */
export interface WireEntry {
  /** Milliseconds since the first entry of the trace. */
  readonly atMs: number;
  readonly transport: string;
  /** `host:port` of the sender and of the receiver. */
  readonly from: string;
  readonly to: string;
  /** The whole message as text, redacted. */
  readonly text: string;
  /** Set when the receiver dropped the message. */
  readonly dropped?: string;
}
