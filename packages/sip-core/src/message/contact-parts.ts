import { trimEnd } from "../grammar/character-class.ts";
import { headerSyntax, uriSyntax } from "../grammar/parameter-syntax.ts";
import { Parameters } from "../grammar/parameters.ts";
import { unquote } from "../grammar/quoted-string.ts";
import { ContactAddress } from "../headers/contact.ts";
import { noParameters } from "../headers/name-address.ts";
import { noHeaders, noParameters as noUriParameters } from "../uri/sip-uri-parts.ts";
import { SipUri } from "../uri/sip-uri.ts";

/** Where the parts are of a Contact value in its ordinary shape, `"Name" <sip:user@host:port;parameters>;parameters`. */
export interface ContactParts {
  readonly start: number;
  readonly uriStart: number;
  readonly userStart: number;
  /** −1 without a user. */
  readonly userEnd: number;
  readonly hostEnd: number;
  /** 0 when not written. */
  readonly port: number;
  readonly hostportEnd: number;
  readonly uriEnd: number;
  readonly end: number;
}

/** The value, taken out without a second look. */
export function readContact(text: string, parts: ContactParts): ContactAddress {
  const { start, uriStart, uriEnd, end } = parts;
  const parameters = uriEnd + 1 === end ? noParameters : new Parameters(text.slice(uriEnd + 1, end), headerSyntax);
  return new ContactAddress(readUri(text, parts), uriStart - 1 === start ? undefined : readName(text, start, uriStart - 1), parameters);
}

function readUri(text: string, { uriStart, userStart, userEnd, hostEnd, port, hostportEnd, uriEnd }: ContactParts): SipUri {
  const parts = {
    scheme: userStart - uriStart === 4 ? ("sip" as const) : ("sips" as const),
    user: userEnd < 0 ? undefined : text.slice(userStart, userEnd),
    password: undefined,
    host: text.slice(userEnd < 0 ? userStart : userEnd + 1, hostEnd),
    port: port === 0 ? undefined : port,
    parameters: hostportEnd === uriEnd ? noUriParameters : new Parameters(text.slice(hostportEnd, uriEnd), uriSyntax),
    headers: noHeaders,
  };
  return new SipUri(parts, text.slice(uriStart, uriEnd));
}

function readName(text: string, start: number, bracket: number): string {
  const end = trimEnd(text, start, bracket);
  return text.charCodeAt(start) === 0x22 ? unquote(text, start, end) : text.slice(start, end);
}

/** The same parts in a text where the value begins `by` bytes later. */
export function moveContact(parts: ContactParts, by: number): ContactParts {
  return {
    start: parts.start + by,
    uriStart: parts.uriStart + by,
    userStart: parts.userStart + by,
    userEnd: parts.userEnd < 0 ? -1 : parts.userEnd + by,
    hostEnd: parts.hostEnd + by,
    port: parts.port,
    hostportEnd: parts.hostportEnd + by,
    uriEnd: parts.uriEnd + by,
    end: parts.end + by,
  };
}
