import { SipParseError } from "../errors.ts";
import type { SipLimits } from "../limits.ts";
import { hashStep, headerIdAt } from "./header-name.ts";
import { packField } from "./message-head.ts";

/** 1 for `token` characters (RFC 3261 §25.1), by byte. */
const tokenBytes = new Uint8Array(256);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~") tokenBytes[character.charCodeAt(0)] = 1;

/** Where the fields of a head are, and the first thing that is wrong with its lines. */
export interface ScannedFields {
  readonly fields: readonly number[];
  /** Where the empty line stands, or the end of the bytes. */
  readonly end: number;
  readonly error: SipParseError | undefined;
}

/**
 * Finds the header fields from `start` up to the empty line, in one pass over the bytes. A line that is no field is left out and reported.
 *
 * Only CRLF ends a line. A bare CR or LF, which other elements may take for a line's end, and control characters outside a
 * quoted-pair are errors.
 */
export function scanFields(bytes: Uint8Array, start: number, limits: SipLimits): ScannedFields {
  const length = bytes.length;
  const fields: number[] = [];
  let error: SipParseError | undefined;
  let i = start;
  for (;;) {
    if (i >= length) {
      error ??= new SipParseError("SIP_PARSE_HEADER", "The header fields do not end with an empty line");
      break;
    }
    if (bytes[i] === 0x0d && bytes[i + 1] === 0x0a) break;
    const lineStart = i;
    let hash = 0;
    let byte = 0;
    while (i < length && tokenBytes[(byte = bytes[i]!)] === 1) {
      hash = hashStep(hash, byte);
      i++;
    }
    const nameEnd = i;
    while (byte === 0x20 || byte === 0x09) byte = bytes[++i] ?? 0;
    const isField = byte === 0x3a && nameEnd > lineStart;
    let isFolded = false;
    let isNonAscii = false;
    let hasControl = false;
    for (; i < length; i++) {
      byte = bytes[i]!;
      if (byte >= 0x20 && byte < 0x7f) continue;
      if (byte >= 0x80) isNonAscii = true;
      else if (byte === 0x0d && bytes[i + 1] === 0x0a) {
        const next = bytes[i + 2];
        if (next !== 0x20 && next !== 0x09) break;
        isFolded = true;
        i++;
      } else if (byte !== 0x09 && !(bytes[i - 1] === 0x5c && byte !== 0x0d && byte !== 0x0a)) hasControl = true;
    }
    i += 2;
    if (i > length) {
      error ??= new SipParseError("SIP_PARSE_HEADER", "The last header field does not end with CRLF");
      i = length;
    } else if (!isField) error ??= new SipParseError("SIP_PARSE_HEADER", "A line is no header field: no name and colon");
    else if (hasControl) error ??= new SipParseError("SIP_PARSE_HEADER", "A header field holds a control character");
    else if (fields.length === limits.headerFields) {
      error ??= new SipParseError("SIP_PARSE_TOO_LARGE", `More than ${limits.headerFields} header fields`);
      return { fields, end: lineStart, error };
    } else fields.push(packField(lineStart, headerIdAt(bytes, lineStart, nameEnd, hash), isFolded, isNonAscii));
  }
  return { fields, end: i, error };
}
