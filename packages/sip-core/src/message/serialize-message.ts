import { SipError } from "../errors.ts";
import { hasLineBreakOrNul } from "../grammar/character-class.ts";
import { CONTENT_LENGTH } from "./header-name.ts";
import { writeLatin1 } from "./latin1.ts";
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
  if (topVia !== undefined && hasLineBreakOrNul(topVia)) throw new SipError("SIP_HEADER_INVALID", "Via must not hold CR, LF or NUL");
  const { head, body } = message;
  const { text, fieldsStart } = head;
  let wire = text.slice(0, fieldsStart);
  if (topVia !== undefined) wire += `Via: ${topVia}\r\n`;
  wire += formatFields(head, body.length) + "\r\n";
  const bytes = Buffer.allocUnsafe(wire.length + body.length);
  writeLatin1(bytes, wire, 0);
  bytes.set(body, wire.length);
  return bytes;
}

function formatFields(head: MessageHead, bodyLength: number): string {
  const { text, fieldsStart, end } = head;
  const index = head.find(CONTENT_LENGTH);
  if (index < 0) return `${text.slice(fieldsStart, end)}Content-Length: ${bodyLength}\r\n`;
  if (head.contentLength === bodyLength) return text.slice(fieldsStart, end);
  return `${text.slice(fieldsStart, head.lineStart(index))}Content-Length: ${bodyLength}\r\n${text.slice(head.lineEnd(index), end)}`;
}
