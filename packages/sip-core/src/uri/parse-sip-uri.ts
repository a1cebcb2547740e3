import { SipParseError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";
import {
  PASSWORD,
  RECEIVED_URI_HEADERS,
  RECEIVED_URI_VALUE,
  RECEIVED_USER,
  skipDigits,
  URI_PARAMETER,
} from "../grammar/character-class.ts";
import { endOfHost, parsePort } from "../grammar/host.ts";
import { Parameters } from "../grammar/parameters.ts";
import { uriHeaderSyntax, uriSyntax } from "../grammar/parameter-syntax.ts";
import { skipEscaped } from "../grammar/percent-escape.ts";
import { noHeaders, noParameters, type SipUriParts } from "./sip-uri-parts.ts";

/** SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ] (RFC 3261 §25.1); SIPS the same. One pass, and a second one over a host without a user. `start` follows the scheme. */
export function parseSipUri(text: string, start: number = endOfSipScheme(text)): SipUriParts {
  const end = text.length;
  if (start < 0) throw malformed(text, "the scheme is not sip or sips");

  // The user may hold ";" and "?", so userinfo is what stands before "@" (RFC 4475 §3.1.1.9).
  const userEnd = skipEscaped(text, start, end, RECEIVED_USER);
  const hasPassword = userEnd < end && text.charCodeAt(userEnd) === 0x3a;
  const userinfoEnd = hasPassword ? skipEscaped(text, userEnd + 1, end, PASSWORD) : userEnd;
  const hasUserinfo = userinfoEnd < end && text.charCodeAt(userinfoEnd) === 0x40;
  if (hasUserinfo && userEnd === start) throw malformed(text, "the user is empty");

  const hostStart = hasUserinfo ? userinfoEnd + 1 : start;
  const hostEnd = endOfHost(text, hostStart, end);
  if (hostEnd < 0) throw malformed(text, "no host");
  const isIpv6 = text.charCodeAt(hostStart) === 0x5b;

  const hasPort = hostEnd < end && text.charCodeAt(hostEnd) === 0x3a;
  const portEnd = hasPort ? skipDigits(text, hostEnd + 1, end) : hostEnd;
  const port = hasPort ? parsePort(text, hostEnd + 1, portEnd) : undefined;
  if (port === -1) throw malformed(text, "the port is not from 1 to 65535");

  const parametersEnd = endOfParameters(text, portEnd);
  const hasHeaders = parametersEnd < end && text.charCodeAt(parametersEnd) === 0x3f;
  const headersEnd = hasHeaders ? skipEscaped(text, parametersEnd + 1, end, RECEIVED_URI_HEADERS) : parametersEnd;
  if (headersEnd !== end || (hasHeaders && headersEnd === parametersEnd + 1))
    throw malformed(text, `unexpected character at ${headersEnd}`);

  return {
    scheme: start === 4 ? "sip" : "sips",
    user: hasUserinfo ? text.slice(start, userEnd) : undefined,
    password: hasUserinfo && hasPassword ? text.slice(userEnd + 1, userinfoEnd) : undefined,
    host: isIpv6 ? text.slice(hostStart + 1, hostEnd - 1) : text.slice(hostStart, hostEnd),
    port,
    parameters: parametersEnd === portEnd ? noParameters : new Parameters(text.slice(portEnd, parametersEnd), uriSyntax),
    headers: hasHeaders ? new Parameters(text.slice(parametersEnd + 1), uriHeaderSyntax) : noHeaders,
  };
}

/** The index after `sip:` or `sips:` in either case; −1 otherwise. */
export function endOfSipScheme(text: string): number {
  if (text.length < 5) return -1;
  const isSip = (text.charCodeAt(0) | 0x20) === 0x73 && (text.charCodeAt(1) | 0x20) === 0x69 && (text.charCodeAt(2) | 0x20) === 0x70;
  if (!isSip) return -1;
  if (text.charCodeAt(3) === 0x3a) return 4;
  return (text.charCodeAt(3) | 0x20) === 0x73 && text.charCodeAt(4) === 0x3a ? 5 : -1;
}

/** *( ";" pname [ "=" pvalue ] ): the index of the `?`, of the end, or of what is not a parameter. */
function endOfParameters(text: string, start: number): number {
  const end = text.length;
  let i = start;
  while (i < end && text.charCodeAt(i) === 0x3b) {
    const nameEnd = skipEscaped(text, i + 1, end, URI_PARAMETER);
    if (nameEnd === i + 1) return i;
    i = nameEnd < end && text.charCodeAt(nameEnd) === 0x3d ? skipEscaped(text, nameEnd + 1, end, RECEIVED_URI_VALUE) : nameEnd;
  }
  return i;
}

function malformed(text: string, why: string): SipParseError {
  return new SipParseError("SIP_PARSE_URI", `Not a SIP URI (${why}): ${excerpt(text)}`);
}
