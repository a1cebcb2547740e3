import { SipParseError } from "../errors.ts";
import { TOKEN } from "../grammar/character-class.ts";
import type { SipLimits } from "../limits.ts";
import * as byteClass from "./byte-class.ts";
import * as ordinaryField from "./check-ordinary-field.ts";
import * as headerName from "./header-name.ts";
import { judgeField } from "./judge-field.ts";
import * as knownHeaderName from "./known-header-name.ts";
import { fieldId, type MessageHead } from "./message-head.ts";
import { scanBytes } from "./scan-buffer.ts";
import { endOfField, scanned } from "./scan-value.ts";

// An imported binding is checked whenever it is used; a constant of this module is compiled in.
const bytes = scanBytes;
const { isBlank, skipBytes } = byteClass;
const { checkOrdinaryField } = ordinaryField;
const { headerIdOf, headerNameOf, isSingleHeader, isValidatedHeader, OTHER_HEADER } = headerName;
const { idOfSpelling, lengthOfSpelling, spellingAt } = knownHeaderName;

/**
 * Reads the header fields from `head.end` up to the empty line, or `end`, into `head`, whose text stands in the scan buffer, and validates
 * those that transactions, dialogs and framing rest on. Returns the first error; well-formed lines after it are taken in all the same,
 * so that a request can be answered.
 *
 * Only CRLF ends a line. A bare CR or LF, which other elements may take for a line's end, and control characters outside a quoted-pair
 * are errors.
 */
export function readFields(head: MessageHead, end: number, limits: SipLimits): SipParseError | undefined {
  const { headerFields } = limits;
  let error: SipParseError | undefined;
  // A datagram's end stands for a missing empty line: many senders of requests without a body forget it.
  for (let i = head.end; i < end && !(bytes[i] === 0x0d && bytes[i + 1] === 0x0a); i = head.end) {
    if (head.fields.length === headerFields) return error ?? tooMany("header fields", headerFields);
    const spelling = spellingAt(i);
    const id = idOfSpelling(spelling);
    let valueStart = i + lengthOfSpelling(spelling);
    while (isBlank(bytes[valueStart]!)) valueStart++;
    if (isValidatedHeader(id) && !isRepeated(head, id)) {
      const fieldEnd = checkOrdinaryField(head, id, valueStart);
      if (fieldEnd > 0) {
        head.addField(i, id, 0, fieldEnd);
        continue;
      }
    }
    // One error is enough: what follows it is only taken in, so that a message of nothing but errors costs no more than another.
    const isJudged = error === undefined;
    const problem = spelling === 0 ? readUnknownField(head, i, isJudged, limits) : readField(head, i, id, valueStart, isJudged, limits);
    error ??= problem;
  }
  return error ?? (head.fields.length > limits.sameHeader ? checkCounts(head, limits) : undefined);
}

/** A field whose name, up to the colon, is none of the known spellings. */
function readUnknownField(head: MessageHead, start: number, isJudged: boolean, limits: SipLimits): SipParseError | undefined {
  const { length } = head.text;
  const nameEnd = skipBytes(start, TOKEN);
  let colon = nameEnd;
  while (isBlank(bytes[colon]!)) colon++;
  if (nameEnd > start && bytes[colon] === 0x3a) {
    const id = headerIdOf(head.text.slice(start, nameEnd));
    return readField(head, start, id, colon + 1, isJudged, limits);
  }
  head.addField(start, OTHER_HEADER, 0, endOfField(start, length));
  return isJudged ? malformed("A line is no header field: no name and colon") : undefined;
}

/** Takes the field in, whatever its value looks like; its codec judges it if it is one of those that are validated. */
function readField(
  head: MessageHead,
  start: number,
  id: number,
  valueStart: number,
  isJudged: boolean,
  limits: SipLimits,
): SipParseError | undefined {
  const end = endOfField(valueStart, head.text.length);
  const { flags, problem } = scanned;
  const wasRepeated = isRepeated(head, id);
  // A line that is no field keeps its place, so that the field before it ends where it ends.
  head.addField(start, problem === undefined ? id : OTHER_HEADER, flags, end);
  if (!isJudged) return undefined;
  if (problem !== undefined) return malformed(problem);
  if (wasRepeated) return malformed(`${headerNameOf(id)} is repeated`, headerNameOf(id));
  return isValidatedHeader(id) ? judgeField(head, id, limits) : undefined;
}

function isRepeated(head: MessageHead, id: number): boolean {
  return isSingleHeader(id) && head.hasSeen(id);
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
