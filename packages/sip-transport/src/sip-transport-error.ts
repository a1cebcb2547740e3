import { VoipError } from "@sidetone/infra-common";

export type SipTransportErrorCode =
  | "SIP_TRANSPORT_UNSUPPORTED"
  | "SIP_TRANSPORT_NAME_NOT_FOUND"
  | "SIP_TRANSPORT_CONNECT_FAILED"
  | "SIP_TRANSPORT_CERTIFICATE"
  | "SIP_TRANSPORT_TLS_OPTIONS"
  | "SIP_TRANSPORT_NOT_LISTENING"
  | "SIP_TRANSPORT_LISTEN_FAILED"
  | "SIP_TRANSPORT_OVERLOADED"
  | "SIP_TRANSPORT_CONNECTION_LOST"
  | "SIP_TRANSPORT_KEEP_ALIVE_FAILED"
  | "SIP_TRANSPORT_MAPPING_CHANGED"
  | "SIP_TRANSPORT_SEND_FAILED"
  | "SIP_TRANSPORT_CLOSED";

/**
 * A message could not be sent or a transport not be opened.
 *
 * - `SIP_TRANSPORT_UNSUPPORTED`: the URI or the caller asks for a transport that does not exist here (SCTP), or a `sips` URI for UDP.
 * - `SIP_TRANSPORT_NAME_NOT_FOUND`: the name service knows no address of the host.
 * - `SIP_TRANSPORT_CONNECT_FAILED`: no connection to the target could be opened in time.
 * - `SIP_TRANSPORT_CERTIFICATE`: the server's certificate is not one of the host, or no trusted authority has signed it, or it is too old.
 * - `SIP_TRANSPORT_TLS_OPTIONS`: certificate, key or authorities cannot be read, or do not fit together; `cause` says which.
 * - `SIP_TRANSPORT_NOT_LISTENING`: no socket of that transport and address family is open; call `listen` first.
 * - `SIP_TRANSPORT_LISTEN_FAILED`: the port is taken, the address is not local, or permission is missing; `cause` says which.
 * - `SIP_TRANSPORT_OVERLOADED`: the peer does not read what is sent to it, and the connection was given up.
 * - `SIP_TRANSPORT_CONNECTION_LOST`: the connection ended or broke.
 * - `SIP_TRANSPORT_KEEP_ALIVE_FAILED`: the peer did not answer a keep-alive in time (RFC 5626 §4.4): the flow is dead.
 * - `SIP_TRANSPORT_MAPPING_CHANGED`: a NAT between has given a UDP flow another address (RFC 5626 §4.4.2): the peer no longer reaches the old one.
 * - `SIP_TRANSPORT_SEND_FAILED`: the system refused the datagram.
 * - `SIP_TRANSPORT_CLOSED`: the transports have been closed.
 */
export class SipTransportError extends VoipError<SipTransportErrorCode> {
  static {
    Object.defineProperty(this.prototype, "name", { value: "SipTransportError", configurable: true });
  }
}
