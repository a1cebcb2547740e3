import { Username } from "../attributes/texts.ts";
import { shortTermKey } from "../credentials/keys.ts";
import { isIntegrityValid } from "../message/message-integrity.ts";
import type { StunMessage } from "../message/stun-message.ts";
import type { AcceptedRequest, RejectedRequest, ServerAuthentication } from "./server-authentication.ts";

/** The server's side of short-term credentials (RFC 8489 §9.1.3). */
export class ShortTermVerifier implements ServerAuthentication {
  readonly #passwordOf: (username: string) => string | undefined;

  /** @param passwordOf The password of a user, or undefined where there is none of this name; other than ASCII goes through `opaqueString` first. */
  constructor(passwordOf: (username: string) => string | undefined) {
    this.#passwordOf = passwordOf;
  }

  verify(request: StunMessage): AcceptedRequest | RejectedRequest {
    const username = request.get(Username);
    const { integrity } = request;
    if (username === undefined || integrity === undefined) return { code: 400 };
    const password = this.#passwordOf(username);
    if (password === undefined) return { code: 401 };
    const key = shortTermKey(password);
    return isIntegrityValid(request, integrity, key) ? { integrity, key } : { code: 401 };
  }
}
