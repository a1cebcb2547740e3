import { SipError } from "../errors.ts";
import { hasLineBreakOrNul } from "../grammar/character-class.ts";
import { CONTENT_LENGTH } from "./header-name.ts";
import { toLatin1 } from "./latin1.ts";
import type { MessageHead } from "./message-head.ts";
import type { SipMessage } from "./sip-message.ts";

/**
 * The bytes of a message. Every field is written as it was received or given; Content-Length is put right, or added as the last field.
 *
 * `topVia`, the text of a Via value, is put above the others: the transport knows protocol and sent-by, the transaction the branch.
 *
 * @throws {SipError} `SIP_HEADER_INVALID` when `topVia` holds CR, LF or NUL.
 */
export function serializeMessage(message: SipMessage, topVia?: string): Buffer {
  const { head, body } = message;
  const wire = topVia === undefined ? formatHead(head, body.length) : withVia(head, body.length, topVia);
  const bytes = toLatin1(wire, body.length);
  if (body.length > 0) bytes.set(body, wire.length);
  return bytes;
}

function withVia(head: MessageHead, bodyLength: number, topVia: string): string {
  if (hasLineBreakOrNul(topVia)) throw new SipError("SIP_HEADER_INVALID", "Via must not hold CR, LF or NUL");
  const wire = formatHead(head, bodyLength);
  return `${wire.slice(0, head.fieldsStart)}Via: ${topVia}\r\n${wire.slice(head.fieldsStart)}`;
}

/** Start line, fields and empty line: the original text, but for a Content-Length that is not that of the body. */
function formatHead(head: MessageHead, bodyLength: number): string {
  const { text, end } = head;
  if (head.contentLength === bodyLength && end + 2 <= text.length) return text.slice(0, end + 2);
  const line = `Content-Length: ${bodyLength}\r\n`;
  const index = head.find(CONTENT_LENGTH);
  if (index < 0) return `${text.slice(0, end)}${line}\r\n`;
  return `${text.slice(0, head.lineStart(index))}${line}${text.slice(head.lineEnd(index), end)}\r\n`;
}
