import type { Parameters } from "../grammar/parameters.ts";
import { writeAuthenticationParameters } from "./authentication-parameters.ts";
import { toDigestAlgorithm, type DigestAlgorithm } from "./digest-algorithm.ts";

export interface DigestChallengeOptions {
  realm: string;
  nonce: string;
  /** Default MD5, which is then left out, as RFC 2617 phones expect. */
  algorithm?: DigestAlgorithm | undefined;
  /** Default `["auth"]`; empty asks for the computation of RFC 2069. */
  qop?: readonly string[] | undefined;
  opaque?: string | undefined;
  /** The nonce of the request was too old; its password was right. */
  stale?: boolean | undefined;
  domain?: string | undefined;
  userhash?: boolean | undefined;
}

/** The value of WWW-Authenticate or Proxy-Authenticate (RFC 3261 §20.44, §20.27; RFC 7616 §3.3). Immutable. */
export class Challenge {
  /** As written, `Digest` as a rule. */
  readonly scheme: string;
  /** Every auth-param, unquoted when asked for. */
  readonly parameters: Parameters;

  /** Internal: the parts are checked. Use the codecs and {@link Challenge.digest}. */
  constructor(scheme: string, parameters: Parameters) {
    this.scheme = scheme;
    this.parameters = parameters;
  }

  /** @throws {SipError} `SIP_HEADER_INVALID` when a value cannot be written. */
  static digest(options: DigestChallengeOptions): Challenge {
    const { realm, nonce, algorithm, qop = ["auth"], opaque, stale, domain, userhash } = options;
    const parameters = writeAuthenticationParameters(
      [
        ["realm", realm],
        ["domain", domain],
        ["nonce", nonce],
        ["opaque", opaque],
        ["stale", stale ? "true" : undefined],
        ["algorithm", algorithm],
        ["qop", qop.length > 0 ? qop.join(",") : undefined],
        ["userhash", userhash ? "true" : undefined],
      ],
      true,
    );
    return new Challenge("Digest", parameters);
  }

  get isDigest(): boolean {
    return this.scheme.toLowerCase() === "digest";
  }

  get realm(): string | undefined {
    return this.parameters.get("realm");
  }

  get nonce(): string | undefined {
    return this.parameters.get("nonce");
  }

  get opaque(): string | undefined {
    return this.parameters.get("opaque");
  }

  get domain(): string | undefined {
    return this.parameters.get("domain");
  }

  /** Whether only the nonce was too old: the same password may be tried once more, with the new nonce. */
  get stale(): boolean {
    return this.parameters.get("stale")?.toLowerCase() === "true";
  }

  /** Whether H(username:realm) should be sent instead of the username (RFC 7616 §3.4.4). */
  get userhash(): boolean {
    return this.parameters.get("userhash")?.toLowerCase() === "true";
  }

  /** The algorithm, MD5 when none is named; undefined when it is unknown here. */
  get algorithm(): DigestAlgorithm | undefined {
    return toDigestAlgorithm(this.parameters.get("algorithm"));
  }

  /** The offered qualities of protection in lower case; empty when none is named (RFC 2069). */
  get qop(): readonly string[] {
    const qop = this.parameters.get("qop") ?? "";
    return qop
      .toLowerCase()
      .split(",")
      .map((value) => value.trim())
      .filter((value) => value !== "");
  }

  /** As it goes on the wire. */
  toString(): string {
    return `${this.scheme} ${this.parameters.text}`;
  }
}
