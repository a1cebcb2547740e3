import { SipError, type SipParseError } from "../errors.ts";
import type { SipLimits } from "../limits.ts";
import type { Body } from "./body.ts";
import { checkMandatory } from "./check-mandatory.ts";
import { formatField, type HeaderInput } from "./header-input.ts";
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
 * The head of a message that is made here, with its body's fields and Content-Length last. What is given is validated as if it had arrived.
 *
 * @throws {SipError} `SIP_HEADER_INVALID` when a field cannot be written, is malformed or repeated; `SIP_HEADER_MISSING` without From, To,
 *   Call-ID or CSeq. Via is added by the transport.
 */
export function buildHead(startLine: string, headers: Iterable<HeaderInput>, body: Body | undefined): MessageHead {
  return checkComplete(addFields(startLine, [], 0, headers, body));
}

/** As {@link buildHead}, of lines as they go on the wire. */
export function rebuildHead(startLine: string, fieldLines: string, contentLength: number): MessageHead {
  return checkComplete(addLines(startLine, [], 0, fieldLines, contentLength));
}

/** The head that begins with `text`, whose `fields` are known, and goes on with `headers`. Throws `SipError` `SIP_HEADER_INVALID`. */
export function addFields(
  text: string,
  fields: number[],
  seen: number,
  headers: Iterable<HeaderInput>,
  body: Body | undefined,
): MessageHead {
  let fieldLines = "";
  for (const field of headers) fieldLines += formatField(field[0], field[1]);
  if (body) fieldLines += formatField("Content-Type", body.contentType);
  if (body?.contentDisposition !== undefined) fieldLines += formatField("Content-Disposition", body.contentDisposition);
  return addLines(text, fields, seen, fieldLines, body?.content.length ?? 0);
}

/** Validates `fieldLines` behind what is known, and adds Content-Length. */
function addLines(text: string, fields: number[], seen: number, fieldLines: string, contentLength: number): MessageHead {
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

function checkComplete(head: MessageHead): MessageHead {
  const missing = checkMandatory(head);
  if (missing) throw new SipError("SIP_HEADER_MISSING", missing.message, { cause: missing });
  return head;
}

function invalid(error: SipParseError): SipError {
  return new SipError("SIP_HEADER_INVALID", error.message, { cause: error });
}
