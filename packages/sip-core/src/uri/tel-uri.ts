import { SipError, SipParseError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { isDigit, isHexDigit, RECEIVED_URI_VALUE, URI_PARAMETER, USER } from "../grammar/character-class.ts";
import { endOfHost } from "../grammar/host.ts";
import { Parameters } from "../grammar/parameters.ts";
import { uriSyntax } from "../grammar/parameter-syntax.ts";
import { encodeEscapes, skipEscaped } from "../grammar/percent-escape.ts";
import { noParameters } from "./sip-uri-parts.ts";
import { SipUri } from "./sip-uri.ts";

export interface TelUriOptions {
  /** `+1-201-555-0123`, or a local number, which needs `phoneContext`. Visual separators are kept. */
  number: string;
  /** Where a local number is valid: a domain name, or the leading digits of a global number (`+33`). */
  phoneContext?: string | undefined;
  /** Further parameters, `ext` and `isub` among them. */
  parameters?: Iterable<readonly [name: string, value?: string | number]> | undefined;
}

/**
 * A telephone number as a URI (RFC 3966): `tel:+1-201-555-0123`, `tel:7042;phone-context=example.com`. Immutable.
 *
 * A local number without phone-context, which RFC 3966 §5.1.5 forbids, is read, since telephones send `tel:112`; it cannot be made.
 */
export class TelUri {
  readonly scheme = "tel" as const;
  /** As written, visual separators included. */
  readonly number: string;
  readonly parameters: Parameters;
  #text: string | undefined;

  private constructor(number: string, parameters: Parameters, text?: string) {
    this.number = number;
    this.parameters = parameters;
    this.#text = text;
  }

  /** @throws {SipParseError} `SIP_PARSE_URI` when the text is not a tel URI (RFC 3966 §3). */
  static parse(text: string): TelUri {
    const end = text.length;
    let i = 4;
    while (i < end && text.charCodeAt(i) !== 0x3b) i++;
    const number = text.slice(4, i);
    const parameters = i === end ? noParameters : new Parameters(text.slice(i), uriSyntax);
    if (
      text.slice(0, 4).toLowerCase() !== "tel:" ||
      !isNumber(number) ||
      !areParameters(text, i) ||
      !isContext(parameters.get("phone-context"))
    ) {
      throw new SipParseError("SIP_PARSE_URI", `Not a tel URI: ${excerpt(text)}`);
    }
    return new TelUri(number, parameters, text);
  }

  /** @throws {SipError} `SIP_URI_INVALID` when the number or its context is not one, or a local number lacks its context. */
  static create({ number, phoneContext, parameters = [] }: TelUriOptions): TelUri {
    const list = phoneContext === undefined ? [...parameters] : [["phone-context", phoneContext] as const, ...parameters];
    const uri = new TelUri(number, Parameters.from(list, uriSyntax));
    if (!isNumber(number)) throw new SipError("SIP_URI_INVALID", `Not a telephone number: ${excerpt(number)}`);
    // Local numbers MUST have a 'phone-context' parameter (§5.1.5)
    if (!isContext(uri.phoneContext) || (!uri.isGlobal && uri.phoneContext === undefined)) {
      throw new SipError("SIP_URI_INVALID", "A local number needs a phone-context: a domain name or the leading digits of a global number");
    }
    return uri;
  }

  /** Whether the number is a global one (E.164), with its `+`. */
  get isGlobal(): boolean {
    return this.number.startsWith("+");
  }

  /** The number without visual separators, in lower case; a global one with its `+`. */
  get digits(): string {
    return withoutSeparators(this.number);
  }

  get phoneContext(): string | undefined {
    return this.parameters.get("phone-context");
  }

  /** The `ext` parameter: the station behind a PBX (§5.3). */
  get extension(): string | undefined {
    return this.parameters.get("ext");
  }

  /** The `isub` parameter (§5.2). */
  get isdnSubaddress(): string | undefined {
    return this.parameters.get("isub");
  }

  /** `sip:number;parameters@host;user=phone` in the one spelling that compares well (RFC 3261 §19.1.6). Throws `SipError` for a bad host. */
  toSipUri(host: string, port?: number): SipUri {
    const ordered = Array.from(this.parameters, ([name, value]) => [name.toLowerCase(), value.toLowerCase()] as const).sort(bySipOrder);
    const subscriber = this.number.toLowerCase() + Parameters.from(ordered, uriSyntax).text;
    const user = subscriber.replace(/[[\]:#]/g, (character) => encodeEscapes(character, USER));
    return new SipUri({ ...SipUri.create({ host, port, parameters: [["user", "phone"]] }), user });
  }

  /** Whether both are the same number by RFC 3966 §4: separators, case and the order of parameters do not count. */
  equals(other: unknown): boolean {
    return other instanceof TelUri && this.digits === other.digits && toComparable(this.parameters) === toComparable(other.parameters);
  }

  /** The URI as it goes on the wire. */
  toString(): string {
    return (this.#text ??= `tel:${this.number}${this.parameters.text}`);
  }
}

/** global-number-digits or local-number-digits (§3), at least one digit among visual separators. */
function isNumber(text: string): boolean {
  const isGlobal = text.startsWith("+");
  let hasDigit = false;
  for (let i = isGlobal ? 1 : 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isGlobal ? isDigit(code) : isHexDigit(code) || code === 0x2a || code === 0x23) hasDigit = true;
    else if (!isVisualSeparator(code)) return false;
  }
  return hasDigit;
}

/** visual-separator = "-" / "." / "(" / ")" */
function isVisualSeparator(code: number): boolean {
  return code === 0x2d || code === 0x2e || code === 0x28 || code === 0x29;
}

/** *( ";" pname [ "=" pvalue ] ) to the end of the text. */
function areParameters(text: string, start: number): boolean {
  const end = text.length;
  let i = start;
  while (i < end) {
    if (text.charCodeAt(i) !== 0x3b) return false;
    const nameEnd = skipEscaped(text, i + 1, end, URI_PARAMETER);
    if (nameEnd === i + 1) return false;
    i = nameEnd < end && text.charCodeAt(nameEnd) === 0x3d ? skipEscaped(text, nameEnd + 1, end, RECEIVED_URI_VALUE) : nameEnd;
  }
  return true;
}

/** descriptor = domainname / global-number-digits */
function isContext(context: string | undefined): boolean {
  if (context === undefined) return true;
  return context.startsWith("+") ? isNumber(context) : endOfHost(context, 0, context.length) === context.length && context !== "";
}

/** isub (and post-dial) first, the others by name (RFC 3261 §19.1.6; RFC 3966 §3 puts ext and the context before the rest, which that order does too). */
function bySipOrder([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function rank(name: string): number {
  return ["isub", "ext", "postd", "phone-context"].indexOf(name) + 1 || 5;
}

function withoutSeparators(number: string): string {
  return number.replace(/[-.()]/g, "").toLowerCase();
}

function toComparable(parameters: Parameters): string {
  const lines = Array.from(parameters, ([name, value]) => {
    const key = name.toLowerCase();
    const isNumeric = key === "ext" || (key === "phone-context" && value.startsWith("+"));
    return `${key}=${isNumeric ? withoutSeparators(value) : value.toLowerCase()}`;
  });
  return lines.sort().join("\n");
}
