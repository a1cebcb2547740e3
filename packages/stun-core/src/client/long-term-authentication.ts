import { ErrorCode } from "../attributes/error-code.ts";
import {
  passwordAlgorithm,
  PasswordAlgorithm,
  passwordAlgorithmName,
  PasswordAlgorithms,
  type PasswordAlgorithmName,
  type PasswordAlgorithmValue,
} from "../attributes/password-algorithms.ts";
import { Nonce, Realm, Username } from "../attributes/texts.ts";
import { Userhash, userhashOf } from "../attributes/userhash.ts";
import { longTermKey } from "../credentials/keys.ts";
import { securityFeaturesOf } from "../credentials/nonce-cookie.ts";
import type { LongTermCredentials } from "../credentials/stun-credentials.ts";
import { isIntegrityValid } from "../message/message-integrity.ts";
import type { StunMessage } from "../message/stun-message.ts";
import type { StunWriter } from "../message/stun-writer.ts";
import { StunError } from "../stun-error.ts";
import type { ClientAuthentication, ResponseVerdict, Signature } from "./client-authentication.ts";

/** What a 401 or 438 asked for. */
interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly key: Uint8Array;
  /** The server's list, sent back as it came. */
  readonly algorithms: readonly PasswordAlgorithmValue[] | undefined;
  readonly algorithm: PasswordAlgorithmName;
  readonly isAnonymous: boolean;
}

/** The client's side of long-term credentials (RFC 8489 §9.2). */
export class LongTermAuthentication implements ClientAuthentication {
  readonly #credentials: LongTermCredentials;
  #challenge: Challenge | undefined;

  /** @param credentials Prepared. */
  constructor(credentials: LongTermCredentials) {
    this.#credentials = credentials;
  }

  /** "the first request is sent as if there were no authentication or message integrity applied" (§9.2.3.1). */
  sign(writer: StunWriter): Signature | undefined {
    if (!this.#challenge) return undefined;
    const { realm, nonce, key, algorithms, algorithm, isAnonymous } = this.#challenge;
    const { username } = this.#credentials;
    if (isAnonymous) writer.add(Userhash, userhashOf(username, realm));
    else writer.add(Username, username);
    writer.add(Realm, realm).add(Nonce, nonce);
    if (algorithms) writer.add(PasswordAlgorithms, algorithms).add(PasswordAlgorithm, passwordAlgorithm(algorithm));
    const integrity = algorithms ? "MESSAGE-INTEGRITY-SHA256" : "MESSAGE-INTEGRITY";
    writer.addIntegrity(integrity, key);
    return { key, integrity, realm };
  }

  judge(response: StunMessage, signature: Signature | undefined): ResponseVerdict {
    const code = response.class === "error" ? response.get(ErrorCode)?.code : undefined;
    if (code === 401 || code === 438) return this.#takeChallenge(response, code, signature);
    // "For all other responses, if … bit set to 1 but PASSWORD-ALGORITHMS is not present, the response MUST be ignored" (§9.2.5).
    if (lacksPromisedAlgorithms(response)) return "discard";
    if (!signature) {
      // "400 (Bad Request) and does not contain either … attribute, then the response MUST be discarded" (§9.2.5).
      return code === 400 ? "discard" : "accept";
    }
    const { integrity } = response;
    const isRight = integrity !== undefined && integrity === signature.integrity && isIntegrityValid(response, integrity, signature.key);
    return isRight ? "accept" : "discard";
  }

  #takeChallenge(response: StunMessage, code: 401 | 438, signature: Signature | undefined): ResponseVerdict {
    const realm = response.get(Realm);
    const nonce = response.get(Nonce);
    if (realm === undefined || nonce === undefined) {
      return new StunError("STUN_RESPONSE_INVALID", `the server answered ${code} without realm or nonce`, { statusCode: code });
    }
    if (lacksPromisedAlgorithms(response)) return refuse(code, "the list of password algorithms was taken out on the way");
    if (realm !== (this.#credentials.realm ?? realm)) return refuse(code, "another realm asks than the credentials are for");
    // "The client MUST NOT perform this retry if it is not changing the USERNAME, USERHASH, REALM, or its associated password" (§9.2.5).
    if (code === 401 && signature?.realm === realm) return refuse(code, "the server does not accept user name and password");
    const algorithms = response.get(PasswordAlgorithms);
    const algorithm = algorithms ? firstSupported(algorithms) : "MD5";
    if (!algorithm) return refuse(code, "the server wants none of the password algorithms MD5 and SHA-256");
    const { username, password } = this.#credentials;
    const key = longTermKey(username, realm, password, algorithm);
    const isAnonymous = securityFeaturesOf(nonce)?.usernameAnonymity ?? false;
    this.#challenge = { realm, nonce, key, algorithms, algorithm, isAnonymous };
    return "retry";
  }
}

/** The nonce says that there is a list, and there is none: a bid-down attack (RFC 8489 §9.2.1). */
function lacksPromisedAlgorithms(response: StunMessage): boolean {
  const nonce = response.get(Nonce);
  return nonce !== undefined && securityFeaturesOf(nonce)?.passwordAlgorithms === true && !response.get(PasswordAlgorithms);
}

function firstSupported(algorithms: readonly PasswordAlgorithmValue[]): PasswordAlgorithmName | undefined {
  for (const value of algorithms) {
    const name = passwordAlgorithmName(value);
    if (name) return name;
  }
  return undefined;
}

function refuse(statusCode: number, why: string): StunError {
  return new StunError("STUN_AUTHENTICATION_FAILED", why, { statusCode });
}
