import { SipError } from "../errors.ts";
import { hasLineBreakOrNul, isToken, skipClass, skipWhitespace, TOKEN, VALUE } from "../grammar/character-class.ts";
import { Parameters } from "../grammar/parameters.ts";
import { authenticationSyntax } from "../grammar/parameter-syntax.ts";
import { endOfQuotedString, quote } from "../grammar/quoted-string.ts";

/** A scheme with its auth-params (RFC 3261 §25.1 challenge, credentials); undefined when the text is none. */
export function parseAuthentication(text: string): { scheme: string; parameters: Parameters } | undefined {
  const end = text.length;
  const schemeEnd = skipClass(text, 0, end, TOKEN);
  const start = skipWhitespace(text, schemeEnd, end);
  if (schemeEnd === 0 || start === schemeEnd || !isAuthenticationParameterList(text, start)) return undefined;
  return { scheme: text.slice(0, schemeEnd), parameters: new Parameters(text.slice(start), authenticationSyntax) };
}

/** auth-param *( COMMA auth-param ), auth-param = auth-param-name EQUAL ( token / quoted-string ). Empty members are skipped. */
export function isAuthenticationParameterList(text: string, start: number): boolean {
  const end = text.length;
  let count = 0;
  let i = skipWhitespace(text, start, end);
  while (i < end) {
    if (text.charCodeAt(i) !== 0x2c) {
      i = endOfParameter(text, i);
      if (i < 0 || (i < end && text.charCodeAt(i) !== 0x2c)) return false;
      count++;
    }
    i = skipWhitespace(text, i + 1, end);
  }
  return count > 0;
}

function endOfParameter(text: string, start: number): number {
  const end = text.length;
  const nameEnd = skipClass(text, start, end, TOKEN);
  const equals = skipWhitespace(text, nameEnd, end);
  if (nameEnd === start || equals === end || text.charCodeAt(equals) !== 0x3d) return -1;
  const value = skipWhitespace(text, equals + 1, end);
  const isQuoted = value < end && text.charCodeAt(value) === 0x22;
  const valueEnd = isQuoted ? endOfQuotedString(text, value, end) : skipClass(text, value, end, VALUE);
  return valueEnd < 0 || valueEnd === value ? -1 : skipWhitespace(text, valueEnd, end);
}

/** What RFC 7616 §3.3 and §3.4 write without quotes. A challenge quotes `qop`, credentials do not. */
const unquotedNames = new Set(["algorithm", "stale", "nc", "userhash", "charset"]);

/**
 * Writes auth-params in order, leaving out those whose value is undefined.
 *
 * @throws {SipError} `SIP_HEADER_INVALID` when a value cannot be written.
 */
export function writeAuthenticationParameters(
  pairs: Iterable<readonly [name: string, value: string | undefined]>,
  quotesQop: boolean,
): Parameters {
  const written: string[] = [];
  for (const [name, value] of pairs) {
    if (value === undefined) continue;
    const isUnquoted = unquotedNames.has(name) || (name === "qop" && !quotesQop);
    if (!isToken(name) || (isUnquoted ? !isToken(value) : hasLineBreakOrNul(value))) {
      throw new SipError("SIP_HEADER_INVALID", `The ${name} parameter of an authentication field cannot be written`);
    }
    written.push(`${name}=${isUnquoted ? value : quote(value)}`);
  }
  return new Parameters(written.join(", "), authenticationSyntax);
}
