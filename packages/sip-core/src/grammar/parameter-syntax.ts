import { SipError } from "../errors.ts";
import { excerpt } from "./excerpt.ts";
import { hasLineBreakOrNul, isToken, URI_HEADER, URI_PARAMETER } from "./character-class.ts";
import { isHost } from "./host.ts";
import { encodeEscapes } from "./percent-escape.ts";
import { quote } from "./quoted-string.ts";

/** How one kind of parameter list is separated and how its names and values are written. */
export interface ParameterSyntax {
  /** Character code between parameters. */
  readonly separator: number;
  /** Whether every parameter is preceded by the separator, the first too. */
  readonly leading: boolean;
  /** What follows the name of a parameter without a value. */
  readonly noValue: "" | "=" | '=""';
  /** Whether names and values are escaped with `%`; otherwise values may be quoted. */
  readonly isEscaped: boolean;
  /** Throws `SipError` when the name cannot be written. */
  encodeName(name: string): string;
  /** Throws `SipError` when the value cannot be written. */
  encodeValue(value: string): string;
}

function writeToken(name: string): string {
  if (!isToken(name)) throw new SipError("SIP_HEADER_INVALID", `A parameter name must be a token: ${excerpt(name)}`);
  return name;
}

/** gen-value = token / host / quoted-string (RFC 3261 §25.1) */
function writeValue(value: string): string {
  if (isToken(value) || isHost(value)) return value;
  return writeQuoted(value);
}

function writeQuoted(value: string): string {
  if (hasLineBreakOrNul(value)) throw new SipError("SIP_HEADER_INVALID", "A parameter value must not hold CR, LF or NUL");
  return quote(value);
}

function writeEscaped(name: string, characterClass: number): string {
  if (name === "") throw new SipError("SIP_URI_INVALID", "The name of a URI parameter or header is empty");
  return encodeEscapes(name, characterClass);
}

/** `;name=value` after a header field value: values may be quoted (generic-param, RFC 3261 §25.1). */
export const headerSyntax: ParameterSyntax = {
  separator: 0x3b,
  leading: true,
  noValue: "",
  isEscaped: false,
  encodeName: writeToken,
  encodeValue: writeValue,
};

/** `;name=value` inside a URI: names and values may be escaped with `%` (uri-parameters, RFC 3261 §25.1). */
export const uriSyntax: ParameterSyntax = {
  separator: 0x3b,
  leading: true,
  noValue: "",
  isEscaped: true,
  encodeName: (name) => writeEscaped(name, URI_PARAMETER),
  encodeValue: (value) => encodeEscapes(value, URI_PARAMETER),
};

/** `name=value&name=value` after the `?` of a SIP URI (headers, RFC 3261 §25.1). */
export const uriHeaderSyntax: ParameterSyntax = {
  separator: 0x26,
  leading: false,
  noValue: "=", // header = hname "=" hvalue, and only hvalue may be empty
  isEscaped: true,
  encodeName: (name) => writeEscaped(name, URI_HEADER),
  encodeValue: (value) => encodeEscapes(value, URI_HEADER),
};

/** `name=value, name="value"` of a challenge or credentials (auth-param, RFC 3261 §25.1). */
export const authenticationSyntax: ParameterSyntax = {
  separator: 0x2c,
  leading: false,
  noValue: '=""',
  isEscaped: false,
  encodeName: writeToken,
  encodeValue: writeQuoted,
};
