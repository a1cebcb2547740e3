import { SipError, type SipParseError } from "../errors.ts";
import type { SipLimits } from "../limits.ts";
import { checkMandatory } from "./check-mandatory.ts";
import { writeLatin1 } from "./latin1.ts";
import { maxHeadBytes, MessageHead } from "./message-head.ts";
import { readFields } from "./read-fields.ts";

/** What a caller builds is bounded by what positions can be kept of, not by what strangers may send. */
const buildLimits: SipLimits = {
  headBytes: maxHeadBytes,
  datagramBytes: maxHeadBytes,
  bodyBytes: Infinity,
  headerFields: 10_000,
  sameHeader: 10_000,
};

/** Bytes of the head that is being read; used within one call at a time. */
let scratch = Buffer.allocUnsafeSlow(8192);

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
  const { text } = head;
  if (text.length > maxHeadBytes) throw new SipError("SIP_HEADER_INVALID", "The header fields are too large");
  if (text.length > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * text.length);
  writeLatin1(scratch, text, 0);
  const error = readFields(head, scratch, buildLimits);
  if (error) throw invalid(error);
}

function invalid(error: SipParseError): SipError {
  return new SipError("SIP_HEADER_INVALID", error.message, { cause: error });
}
