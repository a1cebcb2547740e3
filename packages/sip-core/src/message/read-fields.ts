import { SipParseError } from "../errors.ts";
import { TOKEN } from "../grammar/character-class.ts";
import type { SipLimits } from "../limits.ts";
import { skipBytes } from "./byte-class.ts";
import { checkOrdinaryField } from "./check-ordinary-field.ts";
import { headerIdAt, headerNameOf, isSingleHeader, isValidatedHeader, OTHER_HEADER } from "./header-name.ts";
import { judgeField } from "./judge-field.ts";
import { fieldId, FOLDED, NON_ASCII, packField, type MessageHead } from "./message-head.ts";

/**
 * Reads the header fields from `start` up to the empty line, or the end, into `head`, whose text stands in `bytes`, and validates those
 * that transactions, dialogs and framing rest on. Returns the first error; well-formed lines after it are taken in all the same, so that
 * a request can be answered.
 *
 * Only CRLF ends a line. A bare CR or LF, which other elements may take for a line's end, and control characters outside a quoted-pair
 * are errors.
 */
export function readFields(head: MessageHead, bytes: Uint8Array, start: number, limits: SipLimits): SipParseError | undefined {
  const { length } = head.text;
  let error: SipParseError | undefined;
  let seen = 0;
  let lineStart = start;
  head.end = start;
  // A datagram's end stands for a missing empty line: many senders of requests without a body forget it.
  while (lineStart < length && !(bytes[lineStart] === 0x0d && bytes[lineStart + 1] === 0x0a)) {
    const nameEnd = skipBytes(bytes, lineStart, length, TOKEN);
    const colon = skipBlanks(bytes, nameEnd, length);
    const firstLineEnd = head.text.indexOf("\n", colon) + 1;
    const isFolded = firstLineEnd > 0 && firstLineEnd < length && isBlank(bytes[firstLineEnd]!);
    const lineEnd = isFolded ? endOfFolds(head.text, bytes, firstLineEnd) : firstLineEnd;
    if (lineEnd === 0) return (error ??= malformed("The last header field does not end with CRLF"));
    if (head.fields.length === limits.headerFields) return (error ??= tooMany("header fields", limits.headerFields));
    head.end = lineEnd;
    if (nameEnd === lineStart || bytes[colon] !== 0x3a) {
      error ??= malformed("A line is no header field: no name and colon");
      lineStart = lineEnd;
      continue;
    }
    const id = headerIdAt(bytes, lineStart, nameEnd);
    const isRepeated = isSingleHeader(id) && (seen & (1 << id)) !== 0;
    const isValidated = isValidatedHeader(id) && !isRepeated;
    if (isRepeated) error ??= malformed(`${headerNameOf(id)} is repeated`, headerNameOf(id));
    if (id < 32) seen |= 1 << id;
    if (isValidated && !isFolded && checkOrdinaryField(head, bytes, id, colon + 1, lineEnd)) {
      head.fields.push(packField(lineStart, id, 0));
    } else {
      const flags = flagsOfValue(bytes, colon + 1, lineEnd);
      if (flags < 0) error ??= malformed("A header field holds a control character", headerNameOf(id));
      else {
        head.fields.push(packField(lineStart, id, isFolded ? flags | FOLDED : flags));
        if (isValidated) error ??= judgeField(head, id, limits);
      }
    }
    lineStart = lineEnd;
  }
  if (head.fields.length > limits.sameHeader) error ??= checkCounts(head, limits);
  return error;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && isBlank(bytes[i]!)) i++;
  return i;
}

/** The index after the last line of a folded field (RFC 3261 §7.3.1), 0 when it does not end. */
function endOfFolds(text: string, bytes: Uint8Array, start: number): number {
  let end = start;
  while (end > 0 && end < text.length && isBlank(bytes[end]!)) end = text.indexOf("\n", end) + 1;
  return end;
}

/** {@link NON_ASCII} if a byte is; −1 if there is a control character that is neither HTAB, nor the CR LF of a line, nor escaped. */
function flagsOfValue(bytes: Uint8Array, start: number, end: number): number {
  let flags = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x20 && byte < 0x7f) continue;
    if (byte >= 0x80) flags = NON_ASCII;
    else if (byte === 0x0d && i + 1 < end && bytes[i + 1] === 0x0a) i++;
    else if (byte !== 0x09 && (byte === 0x0d || byte === 0x0a || bytes[i - 1] !== 0x5c)) return -1;
  }
  return flags;
}

/** More than `sameHeader` of any one name. */
function checkCounts(head: MessageHead, limits: SipLimits): SipParseError | undefined {
  const counts = new Map<string, number>();
  for (let i = 0; i < head.fields.length; i++) {
    const id = fieldId(head.fields[i]!);
    const name = id === OTHER_HEADER ? head.name(i).toLowerCase() : headerNameOf(id);
    const count = (counts.get(name) ?? 0) + 1;
    if (count > limits.sameHeader) return tooMany(name, limits.sameHeader);
    counts.set(name, count);
  }
  return undefined;
}

function tooMany(what: string, limit: number): SipParseError {
  return new SipParseError("SIP_PARSE_TOO_LARGE", `More than ${limit} ${what}`);
}

function malformed(message: string, header?: string): SipParseError {
  return new SipParseError("SIP_PARSE_HEADER", message, header ? { header } : {});
}
