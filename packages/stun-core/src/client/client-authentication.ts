import type { IntegrityAttribute } from "../message/closing-attributes.ts";
import type { StunMessage } from "../message/stun-message.ts";
import type { StunWriter } from "../message/stun-writer.ts";
import type { StunError } from "../stun-error.ts";

/** How one request was signed; its response is judged by this, whatever was learned meanwhile. */
export interface Signature {
  readonly key: Uint8Array;
  /** Undefined: with both. */
  readonly integrity: IntegrityAttribute | undefined;
  readonly realm?: string;
}

/**
 * - `accept`: it can be read.
 * - `discard`: "as if it had never been received": retransmissions go on.
 * - `retry`: a new transaction, signed as the response asks for.
 * - an error: the end.
 */
export type ResponseVerdict = "accept" | "discard" | "retry" | StunError;

/** One user's credentials towards one server (RFC 8489 §9): signs requests, judges responses, remembers what the server wants. */
export interface ClientAuthentication {
  /** Adds what names the user, and integrity; undefined where the request goes without. */
  sign(writer: StunWriter): Signature | undefined;
  judge(response: StunMessage, signature: Signature | undefined): ResponseVerdict;
}
