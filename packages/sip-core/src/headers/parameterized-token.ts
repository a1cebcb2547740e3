import { SipError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { equalsIgnoreCase, isToken, skipClass, TOKEN } from "../grammar/character-class.ts";
import { Parameters } from "../grammar/parameters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";
import { parseQualityValue } from "./numbers.ts";
import { parseHeaderParameters } from "./parse-name-address.ts";

/** `token *( SEMI generic-param )`: the form of many header fields, as in `session;handling=optional`. Immutable. */
export class ParameterizedToken {
  /** As written; see {@link is}. */
  readonly token: string;
  readonly parameters: Parameters;

  /** Internal: the parts are checked. Use the codecs and {@link ParameterizedToken.create}. */
  constructor(token: string, parameters: Parameters) {
    this.token = token;
    this.parameters = parameters;
  }

  /** @throws {SipError} `SIP_HEADER_INVALID` when `token` is none or a parameter cannot be written. */
  static create(token: string, parameters: Iterable<readonly [name: string, value?: string | number]> = []): ParameterizedToken {
    if (!isToken(token)) throw new SipError("SIP_HEADER_INVALID", `Not a token: ${excerpt(token)}`);
    return new ParameterizedToken(token, Parameters.from(parameters));
  }

  /** Whether the token is `other`, without regard to case as tokens are compared (RFC 3261 §7.3.1). */
  is(other: string): boolean {
    return equalsIgnoreCase(this.token, other);
  }

  /** Preference from 0 to 1; 1 when absent or malformed (RFC 3261 §20.1). */
  get q(): number {
    return parseQualityValue(this.parameters.get("q") ?? "1") ?? 1;
  }

  /** As it goes on the wire. */
  toString(): string {
    return this.token + this.parameters.text;
  }
}

interface ParameterizedTokenCodecOptions {
  name: string;
  compactName?: string;
  list?: boolean;
}

function parameterizedTokenCodec({ name, compactName, list = false }: ParameterizedTokenCodecOptions): HeaderCodec<ParameterizedToken> {
  return {
    name,
    ...(compactName && { compactName }),
    list,
    parse(text) {
      const end = skipClass(text, 0, text.length, TOKEN);
      if (end === 0) throw malformed(name, "a token with parameters", text);
      return new ParameterizedToken(text.slice(0, end), parseHeaderParameters(name, text, end));
    },
    serialize: (value) => value.toString(),
  };
}

/** Accept-Encoding: one content coding or `*`, with its `q` (RFC 3261 §20.2). */
export const AcceptEncoding: HeaderCodec<ParameterizedToken> = parameterizedTokenCodec({ name: "Accept-Encoding", list: true });
/** Accept-Language: one language range or `*`, with its `q` (RFC 3261 §20.3). */
export const AcceptLanguage: HeaderCodec<ParameterizedToken> = parameterizedTokenCodec({ name: "Accept-Language", list: true });
/** Content-Disposition: `session`, `render`, `icon`, `alert` … with `handling` (RFC 3261 §20.11). */
export const ContentDisposition: HeaderCodec<ParameterizedToken> = parameterizedTokenCodec({ name: "Content-Disposition" });
/** Event: the event package, compared with case, and the `id` of the subscription (RFC 6665 §8.2.1). */
export const Event: HeaderCodec<ParameterizedToken> = parameterizedTokenCodec({ name: "Event", compactName: "o" });
/** Subscription-State: `active`, `pending` or `terminated`, with `expires`, `reason`, `retry-after` (RFC 6665 §8.2.3). */
export const SubscriptionState: HeaderCodec<ParameterizedToken> = parameterizedTokenCodec({ name: "Subscription-State" });
/** Reason: the protocol (`SIP`, `Q.850`), with `cause` and `text` (RFC 3326 §2). */
export const Reason: HeaderCodec<ParameterizedToken> = parameterizedTokenCodec({ name: "Reason", list: true });
/** Refer-Sub: `true` or `false` (RFC 4488 §4). */
export const ReferSub: HeaderCodec<ParameterizedToken> = parameterizedTokenCodec({ name: "Refer-Sub" });
