import type { Parameters } from "../grammar/parameters.ts";
import { decodeEscapes } from "../grammar/percent-escape.ts";
import { writeAuthenticationParameters } from "./authentication-parameters.ts";
import type { DigestQop } from "./compute-digest.ts";
import { toDigestAlgorithm, type DigestAlgorithm } from "./digest-algorithm.ts";

export interface DigestCredentialsOptions {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  response: string;
  /** As in the challenge; left out when it named none. */
  algorithm?: DigestAlgorithm | undefined;
  cnonce?: string | undefined;
  opaque?: string | undefined;
  qop?: DigestQop | undefined;
  /** Eight hexadecimal digits. */
  nc?: string | undefined;
  /** Whether `username` is H(username:realm). */
  userhash?: boolean | undefined;
}

/** The value of Authorization or Proxy-Authorization (RFC 3261 §20.7, §20.28; RFC 7616 §3.4). Immutable. */
export class Credentials {
  /** As written, `Digest` as a rule. */
  readonly scheme: string;
  /** Every auth-param, unquoted when asked for. */
  readonly parameters: Parameters;
  /** The first of each name in lower case, read in one pass: who judges credentials asks for nearly all of them. */
  #values: Map<string, string> | undefined;

  /** Internal: the parts are checked. Use the codecs and {@link Credentials.digest}. */
  constructor(scheme: string, parameters: Parameters) {
    this.scheme = scheme;
    this.parameters = parameters;
  }

  /** @throws {SipError} `SIP_HEADER_INVALID` when a value cannot be written. */
  static digest(options: DigestCredentialsOptions): Credentials {
    const { username, realm, nonce, uri, response, algorithm, cnonce, opaque, qop, nc, userhash } = options;
    const parameters = writeAuthenticationParameters(
      [
        ["username", username],
        ["realm", realm],
        ["nonce", nonce],
        ["uri", uri],
        ["response", response],
        ["algorithm", algorithm],
        ["cnonce", cnonce],
        ["opaque", opaque],
        ["qop", qop],
        ["nc", nc],
        ["userhash", userhash ? "true" : undefined],
      ],
      false,
    );
    return new Credentials("Digest", parameters);
  }

  get isDigest(): boolean {
    return this.scheme === "Digest" || this.scheme.toLowerCase() === "digest";
  }

  /** The username, from `username*` too (RFC 7616 §3.4; UTF-8 alone, RFC 5987); H(username:realm) when {@link userhash}. */
  get username(): string | undefined {
    const plain = this.#value("username");
    if (plain !== undefined) return plain;
    const extended = /^UTF-8'[^']*'(.*)$/i.exec(this.#value("username*") ?? "");
    return extended ? decodeEscapes(extended[1]!) : undefined;
  }

  get realm(): string | undefined {
    return this.#value("realm");
  }

  get nonce(): string | undefined {
    return this.#value("nonce");
  }

  /** The digest-uri as written. */
  get uri(): string | undefined {
    return this.#value("uri");
  }

  /** Hexadecimal digits as written. */
  get response(): string | undefined {
    return this.#value("response");
  }

  get cnonce(): string | undefined {
    return this.#value("cnonce");
  }

  get opaque(): string | undefined {
    return this.#value("opaque");
  }

  /** The quality of protection in lower case; undefined when none is named (RFC 2069). */
  get qop(): string | undefined {
    return this.#value("qop")?.toLowerCase();
  }

  /** Eight hexadecimal digits as written. */
  get nc(): string | undefined {
    return this.#value("nc");
  }

  /** The algorithm, MD5 when none is named; undefined when it is unknown here. */
  get algorithm(): DigestAlgorithm | undefined {
    return toDigestAlgorithm(this.#value("algorithm"));
  }

  /** Whether the username is H(username:realm) (RFC 7616 §3.4.4). */
  get userhash(): boolean {
    return this.#value("userhash")?.toLowerCase() === "true";
  }

  #value(name: string): string | undefined {
    return (this.#values ??= this.parameters.toMap()).get(name);
  }

  /** As it goes on the wire. */
  toString(): string {
    return `${this.scheme} ${this.parameters.text}`;
  }
}
