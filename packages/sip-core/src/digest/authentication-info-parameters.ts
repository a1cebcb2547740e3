import { writeAuthenticationParameters } from "./authentication-parameters.ts";
import type { Parameters } from "../grammar/parameters.ts";

export interface AuthenticationInfoOptions {
  nextnonce?: string | undefined;
  qop?: string | undefined;
  /** Hexadecimal digits: that the server knows the password too. */
  rspauth?: string | undefined;
  cnonce?: string | undefined;
  nc?: string | undefined;
}

/** The value of Authentication-Info (RFC 3261 §20.6, RFC 7616 §3.5). Immutable. */
export class AuthenticationInfoParameters {
  readonly parameters: Parameters;

  /** Internal: the parameters are checked. Use the codec and {@link AuthenticationInfo.create}. */
  constructor(parameters: Parameters) {
    this.parameters = parameters;
  }

  /** @throws {SipError} `SIP_HEADER_INVALID` when a value cannot be written. */
  static create({ nextnonce, qop, rspauth, cnonce, nc }: AuthenticationInfoOptions): AuthenticationInfoParameters {
    const pairs = [
      ["nextnonce", nextnonce],
      ["qop", qop],
      ["rspauth", rspauth],
      ["cnonce", cnonce],
      ["nc", nc],
    ] as const;
    return new AuthenticationInfoParameters(writeAuthenticationParameters(pairs, false));
  }

  /** The nonce to use next, without another challenge. */
  get nextnonce(): string | undefined {
    return this.parameters.get("nextnonce");
  }

  get rspauth(): string | undefined {
    return this.parameters.get("rspauth");
  }

  /** As it goes on the wire. */
  toString(): string {
    return this.parameters.text;
  }
}
