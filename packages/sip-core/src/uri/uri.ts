import { OtherUri } from "./other-uri.ts";
import { endOfSipScheme, parseSipUri } from "./parse-sip-uri.ts";
import { SipUri } from "./sip-uri.ts";
import { TelUri } from "./tel-uri.ts";

/** Whatever may stand where SIP wants a URI (RFC 3261 §25.1 addr-spec). Tell them apart with `instanceof`. */
export type Uri = SipUri | TelUri | OtherUri;

/**
 * Reads a URI of any scheme: `sip:` and `sips:` give a {@link SipUri}, `tel:` a {@link TelUri}, the rest an {@link OtherUri}.
 *
 * @throws {SipParseError} `SIP_PARSE_URI` when the text is not an absolute URI of its scheme.
 */
export function parseUri(text: string): Uri {
  const start = endOfSipScheme(text);
  if (start > 0) return new SipUri(parseSipUri(text, start), text);
  return /^tel:/i.test(text) ? TelUri.parse(text) : OtherUri.parse(text);
}
