import type { Duplex } from "node:stream";
import type { SipIdentities } from "../sip-identities.ts";
import type { TransportContext } from "../transport-context.ts";
import type { defaultWebSocketOptions, WebSocketOptions } from "../web-socket-options.ts";
import type { LowerStream } from "./lower-stream.ts";

/** A stream that HTTP can be spoken over. */
export interface HttpStream {
  /** The connection, or TLS above it. */
  readonly stream: Duplex;
  readonly lower: LowerStream;
  readonly peer: SipIdentities | undefined;
}

/** What the WebSockets of one transport have in common. */
export interface WebSocketSettings {
  readonly context: TransportContext;
  readonly options: WebSocketOptions & typeof defaultWebSocketOptions;
  /** How long a message may be: checked on its length, before anything is kept of it. */
  readonly maxPayload: number;
}
