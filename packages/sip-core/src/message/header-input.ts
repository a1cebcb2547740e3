import { SipError } from "../errors.ts";
import { hasLineBreakOrNul, isToken } from "../grammar/character-class.ts";
import { excerpt } from "../grammar/excerpt.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { isPrintableAscii, toWire } from "./latin1.ts";
import { CONTENT_LENGTH, headerIdOf, OTHER_HEADER } from "./header-name.ts";

/** A header field to send: its name and its value as text. */
export type HeaderInput = readonly [name: string, value: string];

/** A header field with its value checked and written by `codec`; text is sent as given. */
export function header<Value>(codec: HeaderCodec<Value>, value: Value | string): HeaderInput {
  return [codec.name, typeof value === "string" ? value : codec.serialize(value)];
}

/**
 * One field as it goes on the wire, in latin1 characters that are the bytes of its UTF-8, with CRLF.
 *
 * @throws {SipError} `SIP_HEADER_INVALID` when the name is no token, the value holds CR, LF or NUL, or the field is Content-Length,
 *   which the stack writes.
 */
export function formatField(name: string, value: string): string {
  const id = headerIdOf(name);
  if (id === CONTENT_LENGTH) throw new SipError("SIP_HEADER_INVALID", "Content-Length is written by the stack");
  if (id === OTHER_HEADER && !isToken(name)) throw new SipError("SIP_HEADER_INVALID", `A header name must be a token: ${excerpt(name)}`);
  if (isPrintableAscii(value)) return `${name}: ${value}\r\n`;
  if (hasLineBreakOrNul(value)) throw new SipError("SIP_HEADER_INVALID", `${name} must not hold CR, LF or NUL`);
  return `${name}: ${toWire(value)}\r\n`;
}
