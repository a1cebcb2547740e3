import { SipTransportError } from "../sip-transport-error.ts";

/** The codes of OpenSSL's X509_V_ERR_… that Node gives, and those of this side's own check. */
const certificateCodes =
  /^(?:CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_|UNABLE_TO_|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH|ERROR_IN_CERT)/;

/** What a person can do about each, the first that fits. */
const advice: readonly (readonly [code: RegExp, text: string])[] = [
  [/SELF_SIGNED|UNABLE_TO_/, "trust the authority that has signed it (tls.ca), if it is the right one"],
  [/EXPIRED/, "the server needs a new one, unless the clock of this machine is wrong"],
  [/NOT_YET_VALID/, "look at the clock of this machine"],
];

/** What of OpenSSL's errors means that no TLS is spoken at the other end. */
const noTls = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)/;
const tooOld = /^ERR_SSL_(?:TLSV1_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL)/;

/** Why a client's TLS handshake has failed, in words and with what to do. */
export function handshakeError(error: NodeJS.ErrnoException): Error {
  const { code = "", message } = error;
  if (error instanceof SipTransportError) return error;
  if (certificateCodes.test(code)) {
    const hint = advice.find(([pattern]) => pattern.test(code));
    const text = `The server's certificate is not to be trusted: ${message} (${code})${hint ? `; ${hint[1]}` : ""}`;
    return new SipTransportError("SIP_TRANSPORT_CERTIFICATE", text, { cause: error });
  }
  if (noTls.test(code)) return connectFailed("the other side does not speak TLS at this port; check port and transport", error);
  if (tooOld.test(code)) return connectFailed("the two sides have no version of TLS in common (tls.minVersion)", error);
  return error;
}

function connectFailed(text: string, cause: Error): SipTransportError {
  return new SipTransportError("SIP_TRANSPORT_CONNECT_FAILED", `No TLS connection: ${text}`, { cause });
}
