import { SipError, type SipParseError } from "../errors.ts";
import type { SipLimits } from "../limits.ts";
import { checkMandatory } from "./check-mandatory.ts";
import { CONTENT_LENGTH } from "./header-name.ts";
import { MessageHead } from "./message-head.ts";
import { readFields } from "./read-fields.ts";
import { loadScanText, maxHeadBytes } from "./scan-buffer.ts";

/** What a caller builds is bounded by what can be read, not by what strangers may send. */
const buildLimits: SipLimits = {
  headBytes: maxHeadBytes,
  datagramBytes: maxHeadBytes,
  bodyBytes: maxHeadBytes,
  headerFields: maxHeadBytes,
  sameHeader: maxHeadBytes,
};

/**
 * The head of a message that is made here, with the Content-Length of its body as the last field. The lines are latin1 characters that
 * are bytes.
 *
 * @throws {SipError} `SIP_HEADER_INVALID` as {@link addFields} says, or when a field that every message has is missing. Via may be: the
 *   transport adds it.
 */
export function buildHead(startLine: string, fieldLines: string, contentLength: number): MessageHead {
  const head = addFields(startLine, [], 0, fieldLines, contentLength);
  const missing = checkMandatory(head);
  if (missing) throw invalid(missing);
  return head;
}

/**
 * The head that begins with `text`, whose `fields` are known, and goes on with `fieldLines`, which are validated as if they had arrived,
 * and Content-Length.
 *
 * @throws {SipError} `SIP_HEADER_INVALID` when one of `fieldLines` is malformed or repeated.
 */
export function addFields(text: string, fields: number[], seen: number, fieldLines: string, contentLength: number): MessageHead {
  const end = text.length + fieldLines.length;
  const last = contentLength === 0 ? "Content-Length: 0\r\n\r\n" : `Content-Length: ${contentLength}\r\n\r\n`;
  const head = new MessageHead(text + fieldLines + last, fields, text.length);
  if (head.text.length > maxHeadBytes) throw new SipError("SIP_HEADER_INVALID", `The header fields have more than ${maxHeadBytes} bytes`);
  head.seen = seen;
  if (fieldLines !== "") {
    loadScanText(fieldLines, text.length);
    const error = readFields(head, end, buildLimits);
    if (error) throw invalid(error);
  }
  head.addField(end, CONTENT_LENGTH, 0, head.text.length - 2);
  head.contentLength = contentLength;
  return head;
}

function invalid(error: SipParseError): SipError {
  return new SipError("SIP_HEADER_INVALID", error.message, { cause: error });
}
