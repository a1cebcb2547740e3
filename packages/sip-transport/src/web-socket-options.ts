/** SIP over WebSocket (RFC 7118), WS and WSS. */
export interface WebSocketOptions {
  /** Path that clients of this stack ask for; a SIP URI has none. Default `/`. */
  readonly path?: string;
  /** Origin header field of clients of this stack (RFC 6454). Default: none is sent, as browsers alone must. */
  readonly origin?: string;
  /** Origins whose pages may connect, such as `https://example.com`. Default: all may, and clients without one. */
  readonly origins?: readonly string[];
  /** How long a connection may be quiet before a Ping is sent (RFC 6455 §5.5.2), in milliseconds; 0 sends none. Default 25,000. */
  readonly pingIntervalMs?: number;
  /** How long the Pong may take before the connection counts as lost, in milliseconds. Default 10,000. */
  readonly pongTimeoutMs?: number;
}

export const defaultWebSocketOptions = { path: "/", pingIntervalMs: 25_000, pongTimeoutMs: 10_000 } as const;
