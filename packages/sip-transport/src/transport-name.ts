/** The transport protocols of a Via header field, as written there (RFC 3261 §20.42, RFC 7118 §5). */
export type TransportName = "UDP" | "TCP" | "TLS" | "WS" | "WSS";

/** Port that a transport uses when a URI or a sent-by names none (RFC 3261 §19.1.2, RFC 7118 §5.1). */
export const defaultPorts: Readonly<Record<TransportName, number>> = { UDP: 5060, TCP: 5060, TLS: 5061, WS: 80, WSS: 443 };
