import type { Clock, SocketAddress } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";
import type { SipTarget, TlsExamination } from "@sidetone/sip-transport";

/** What came of asking one server over one transport. */
export interface Visit {
  readonly target: SipTarget;
  /** Until the connection was up; undefined for UDP, and where none came up. */
  readonly connectMs: number | undefined;
  /** Of TLS and WSS whose handshake came to an end, however bad the certificate. */
  readonly tls: TlsExamination | undefined;
  /** Where our OPTIONS was sent from; undefined when it was not sent. */
  readonly local: SocketAddress | undefined;
  readonly answer: Answer | undefined;
  /** Why there is no answer. */
  readonly failure: unknown;
}

/** A final response to OPTIONS. */
export interface Answer {
  readonly response: SipResponse;
  /** From the first request to it, retransmissions included. */
  readonly roundTripMs: number;
  /** Our clock between the two, in milliseconds since the Unix epoch. */
  readonly atWallMs: number;
}

/** `UDP 192.0.2.1:5060`, as it is shown. */
export function nameOf({ transport, address, port }: SipTarget): string {
  return `${transport} ${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** An {@link Answer}, for a request that was sent at `sentAtMs`. */
export function answered(response: SipResponse, sentAtMs: number, clock: Clock): Answer {
  const roundTripMs = clock.now() - sentAtMs;
  return { response, roundTripMs, atWallMs: clock.wallNow() - roundTripMs / 2 };
}
