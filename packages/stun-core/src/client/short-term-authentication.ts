import { Username } from "../attributes/texts.ts";
import { shortTermKey } from "../credentials/keys.ts";
import type { ShortTermCredentials } from "../credentials/stun-credentials.ts";
import type { IntegrityAttribute } from "../message/closing-attributes.ts";
import { isIntegrityValid } from "../message/message-integrity.ts";
import type { StunMessage } from "../message/stun-message.ts";
import type { StunWriter } from "../message/stun-writer.ts";
import type { ClientAuthentication, ResponseVerdict, Signature } from "./client-authentication.ts";

/** The client's side of short-term credentials (RFC 8489 §9.1). */
export class ShortTermAuthentication implements ClientAuthentication {
  readonly #username: string;
  readonly #key: Uint8Array;
  /** "A client sending subsequent requests to the same server MUST send only the … that matches the attribute that was received" (§9.1.5). */
  #integrity: IntegrityAttribute | undefined;

  /** @param credentials Prepared. */
  constructor(credentials: ShortTermCredentials) {
    this.#username = credentials.username;
    this.#key = shortTermKey(credentials.password);
    this.#integrity = credentials.integrity;
  }

  sign(writer: StunWriter): Signature {
    const integrity = this.#integrity;
    writer.add(Username, this.#username);
    for (const attribute of ["MESSAGE-INTEGRITY", "MESSAGE-INTEGRITY-SHA256"] as const) {
      if (integrity === undefined || integrity === attribute) writer.addIntegrity(attribute, this.#key);
    }
    return { key: this.#key, integrity };
  }

  judge(response: StunMessage, signature: Signature): ResponseVerdict {
    const { integrity } = response;
    if (integrity === undefined || integrity !== (signature.integrity ?? integrity)) return "discard";
    if (!isIntegrityValid(response, integrity, signature.key)) return "discard";
    this.#integrity = integrity;
    return "accept";
  }
}
