import type { Environment, SocketAddress } from "@sidetone/infra-common";
import {
  passwordAlgorithm,
  PasswordAlgorithm,
  passwordAlgorithmName,
  PasswordAlgorithms,
  type PasswordAlgorithmName,
} from "../attributes/password-algorithms.ts";
import { Nonce, Realm, Username } from "../attributes/texts.ts";
import { Userhash, userhashOf } from "../attributes/userhash.ts";
import { longTermKey } from "../credentials/keys.ts";
import { opaqueString } from "../credentials/opaque-string.ts";
import { isIntegrityValid } from "../message/message-integrity.ts";
import type { StunMessage } from "../message/stun-message.ts";
import type { StunWriter } from "../message/stun-writer.ts";
import { StunError } from "../stun-error.ts";
import { NonceSource } from "./nonce-source.ts";
import type { AcceptedRequest, RejectedRequest, ServerAuthentication } from "./server-authentication.ts";

export interface LongTermVerifierOptions {
  /** The provider's domain name. */
  realm: string;
  /** User names and their passwords. */
  users: ReadonlyMap<string, string>;
  /** Offered in PASSWORD-ALGORITHMS, best first. Default SHA-256, then MD5; an empty list is a server of RFC 5389. */
  algorithms?: readonly PasswordAlgorithmName[];
  /** Users send USERHASH instead of their name. Default false. */
  anonymous?: boolean;
  /** How long a nonce may be used, in seconds. Default 600. */
  nonceSeconds?: number;
}

/** The server's side of long-term credentials (RFC 8489 §9.2.4), without a memory of requests or nonces. */
export class LongTermVerifier implements ServerAuthentication {
  readonly #realm: string;
  readonly #users = new Map<string, string>();
  readonly #usernames = new Map<string, string>();
  readonly #algorithms: readonly PasswordAlgorithmName[];
  readonly #nonces: NonceSource;

  /** @throws {StunError} `STUN_OPTION_INVALID` */
  constructor(environment: Pick<Environment, "clock" | "random">, options: LongTermVerifierOptions) {
    const { algorithms = ["SHA-256", "MD5"], anonymous = false, nonceSeconds = 600 } = options;
    if (!(nonceSeconds > 0)) throw new StunError("STUN_OPTION_INVALID", `nonceSeconds must be greater than 0: ${nonceSeconds}`);
    const unknown = algorithms.find((name) => name !== "MD5" && name !== "SHA-256");
    if (unknown !== undefined) throw new StunError("STUN_OPTION_INVALID", `no such password algorithm: ${JSON.stringify(unknown)}`);
    this.#realm = opaqueString(options.realm, "the realm");
    this.#algorithms = algorithms;
    for (const [name, password] of options.users) {
      const username = opaqueString(name, "a user name");
      this.#users.set(username, opaqueString(password, "a password"));
      if (anonymous) this.#usernames.set(Buffer.from(userhashOf(username, this.#realm)).toString("hex"), username);
    }
    const features = { passwordAlgorithms: algorithms.length > 0, usernameAnonymity: anonymous };
    this.#nonces = new NonceSource(environment.clock, environment.random.bytes(32), 1000 * nonceSeconds, features);
  }

  verify(request: StunMessage, source: SocketAddress): AcceptedRequest | RejectedRequest {
    const { integrity } = request;
    if (integrity === undefined) return this.#challenge(401, source);
    const nonce = request.get(Nonce);
    const hasUser = request.has(Username) || request.has(Userhash);
    if (!hasUser || nonce === undefined || request.get(Realm) === undefined) return { code: 400 };
    const algorithm = this.#algorithmOf(request);
    if (!algorithm) return { code: 400 };
    const username = this.#usernameOf(request);
    const password = this.#users.get(username ?? "");
    // An unknown user takes as long as a wrong password.
    const key = longTermKey(username ?? "", this.#realm, password ?? "", algorithm);
    if (!isIntegrityValid(request, integrity, key) || password === undefined) return this.#challenge(401, source);
    if (!this.#nonces.isFresh(nonce, source)) return this.#challenge(438, source);
    // Signed by MESSAGE-INTEGRITY-SHA256 "unless the request was processed as though PASSWORD-ALGORITHM was MD5".
    return { integrity: request.has(PasswordAlgorithm) ? "MESSAGE-INTEGRITY-SHA256" : "MESSAGE-INTEGRITY", key };
  }

  /** Undefined where the client did not choose from our list, or the list was changed on the way. */
  #algorithmOf(request: StunMessage): PasswordAlgorithmName | undefined {
    const isListed = request.has(PasswordAlgorithms);
    if (!isListed && !request.has(PasswordAlgorithm)) return "MD5";
    const chosen = request.get(PasswordAlgorithm);
    const name = chosen && passwordAlgorithmName(chosen);
    const list = request.get(PasswordAlgorithms)?.map(passwordAlgorithmName);
    return name && list?.join() === this.#algorithms.join() && this.#algorithms.includes(name) ? name : undefined;
  }

  #usernameOf(request: StunMessage): string | undefined {
    const hash = request.get(Userhash);
    return hash ? this.#usernames.get(Buffer.from(hash).toString("hex")) : request.get(Username);
  }

  #challenge(code: 401 | 438, source: SocketAddress): RejectedRequest {
    const describe = (writer: StunWriter): void => {
      writer.add(Realm, this.#realm).add(Nonce, this.#nonces.make(source));
      if (this.#algorithms.length > 0) writer.add(PasswordAlgorithms, this.#algorithms.map(passwordAlgorithm));
    };
    return { code, describe };
  }
}
