import type { SipParseError } from "../errors.ts";
import { DISPLAY, skipClass, skipWhitespace, trimEnd } from "../grammar/character-class.ts";
import { Parameters } from "../grammar/parameters.ts";
import { headerSyntax } from "../grammar/parameter-syntax.ts";
import { endOfQuotedString, unquote } from "../grammar/quoted-string.ts";
import { isParameterList } from "../grammar/scan-parameters.ts";
import { parseUri, type Uri } from "../uri/uri.ts";
import { malformed } from "./malformed.ts";
import { type NameAddress, type NameAddressClass, noParameters } from "./name-address.ts";

/**
 * ( name-addr / addr-spec ) *( SEMI generic-param ) (RFC 3261 §25.1) as a value of `Address`.
 *
 * `bracketsRequired`: only name-addr, as in Route and Record-Route.
 */
export function parseNameAddress<Address extends NameAddress>(
  header: string,
  text: string,
  Address: NameAddressClass<Address>,
  bracketsRequired: boolean = false,
): Address {
  const end = text.length;
  let displayName: string | undefined;
  let open: number;
  const start = skipWhitespace(text, 0, end);
  if (start < end && text.charCodeAt(start) === 0x22) {
    const close = endOfQuotedString(text, start, end);
    if (close < 0) throw malformed(header, "an address: the quoted display name does not end", text);
    displayName = unquote(text, start, close);
    open = skipWhitespace(text, close, end);
    if (open === end || text.charCodeAt(open) !== 0x3c) throw malformed(header, "an address: no < after the display name", text);
  } else {
    open = skipClass(text, start, end, DISPLAY);
    if (open === end || text.charCodeAt(open) !== 0x3c) return parseAddressSpec(header, text, Address, bracketsRequired);
    if (open > start) displayName = text.slice(start, trimEnd(text, start, open));
  }
  const close = text.indexOf(">", open);
  if (close < 0) throw malformed(header, "an address: < is not closed", text);
  const uri = parseHeaderUri(header, text, text.slice(open + 1, close), displayName === undefined);
  return new Address(uri, displayName, parseHeaderParameters(header, text, close + 1));
}

/** addr-spec without brackets: what follows the first semicolon are parameters of the header. */
function parseAddressSpec<Address extends NameAddress>(
  header: string,
  text: string,
  Address: NameAddressClass<Address>,
  bracketsRequired: boolean,
): Address {
  if (bracketsRequired) throw malformed(header, "an address in angle brackets", text);
  const semicolon = text.indexOf(";");
  const uriText = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  // "the name-addr form MUST be used if the addr-spec contains a comma, semicolon, or question mark" (§20.10)
  if (uriText.includes(",") || uriText.includes("?")) throw malformed(header, "an address: a URI with , or ? needs < and >", text);
  const uri = parseHeaderUri(header, text, uriText, false);
  return new Address(uri, undefined, semicolon < 0 ? noParameters : parseHeaderParameters(header, text, semicolon));
}

/** The parameters from `start` to the end of the field value. */
export function parseHeaderParameters(header: string, text: string, start: number): Parameters {
  const end = text.length;
  const first = skipWhitespace(text, start, end);
  if (first === end) return noParameters;
  if (!isParameterList(text, first, end)) throw malformed(header, "followed by ;name=value parameters", text);
  return new Parameters(text.slice(first), headerSyntax);
}

/** A URI inside a header field. */
function parseHeaderUri(header: string, text: string, uriText: string, mayBePadded: boolean): Uri {
  try {
    return parseUri(uriText);
  } catch (error) {
    const forgiven = withoutWhitespace(uriText, mayBePadded);
    if (forgiven !== uriText) return parseHeaderUri(header, text, forgiven, mayBePadded);
    throw malformed(header, `an address: ${(error as SipParseError).message}`, text, error);
  }
}

/**
 * What old senders write is forgiven, and removed so that it is never sent on: white space around the semicolons of a URI
 * in brackets (from folding), and inside the brackets of an address without a display name. With one, `< sip:…>` is
 * refused, as RFC 4475 §3.1.2.14 advises.
 */
function withoutWhitespace(uriText: string, mayBePadded: boolean): string {
  const parts = (mayBePadded ? uriText.trim() : uriText).split(";");
  const last = parts.length - 1;
  for (let i = 0; i <= last; i++) {
    if (i > 0) parts[i] = parts[i]!.trimStart();
    if (i < last) parts[i] = parts[i]!.trimEnd();
  }
  return parts.join(";");
}
