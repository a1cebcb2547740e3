import type { SocketAddress } from "@sidetone/infra-common";
import type { IntegrityAttribute } from "../message/closing-attributes.ts";
import type { StunMessage } from "../message/stun-message.ts";
import type { StunWriter } from "../message/stun-writer.ts";

/** A request that may be answered: its response is signed like this. */
export interface AcceptedRequest {
  readonly integrity: IntegrityAttribute;
  readonly key: Uint8Array;
}

/** An error to answer instead, without integrity. */
export interface RejectedRequest {
  readonly code: 400 | 401 | 438;
  /** Adds what the code demands beside ERROR-CODE. */
  describe?(writer: StunWriter): void;
}

/** Decides who may ask (RFC 8489 §9): {@link ShortTermVerifier}, {@link LongTermVerifier}. Never throws. */
export interface ServerAuthentication {
  verify(request: StunMessage, source: SocketAddress): AcceptedRequest | RejectedRequest;
}
