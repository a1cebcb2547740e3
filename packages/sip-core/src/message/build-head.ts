import { SipError, type SipParseError } from "../errors.ts";
import type { SipLimits } from "../limits.ts";
import { checkMandatory } from "./check-mandatory.ts";
import { MessageHead } from "./message-head.ts";
import { readFields } from "./read-fields.ts";
import { loadScanText, maxHeadBytes } from "./scan-buffer.ts";

/** What a caller builds is bounded by what can be read, not by what strangers may send. */
const buildLimits: SipLimits = {
  headBytes: maxHeadBytes,
  datagramBytes: Infinity,
  bodyBytes: Infinity,
  headerFields: Infinity,
  sameHeader: Infinity,
};

/**
 * The head of a message that is made here, validated as if it had arrived. The lines are latin1 characters that are bytes.
 *
 * @throws {SipError} `SIP_HEADER_INVALID` when a field is malformed, repeated or missing. Via may be missing: the transport adds it.
 */
export function buildHead(startLine: string, fieldLines: string): MessageHead {
  const head = new MessageHead(`${startLine}${fieldLines}\r\n`, [], startLine.length);
  readBuiltFields(head);
  const missing = checkMandatory(head);
  if (missing) throw invalid(missing);
  return head;
}

/** Reads the lines from `head.end` on, which were added here. */
export function readBuiltFields(head: MessageHead): void {
  const { length } = head.text;
  if (length > maxHeadBytes) throw new SipError("SIP_HEADER_INVALID", `The header fields have more than ${maxHeadBytes} bytes`);
  loadScanText(head.text);
  const error = readFields(head, buildLimits);
  if (error) throw invalid(error);
}

function invalid(error: SipParseError): SipError {
  return new SipError("SIP_HEADER_INVALID", error.message, { cause: error });
}
