import { SipError, type SipParseError } from "../errors.ts";
import { defaultLimits, type SipLimits } from "../limits.ts";
import { checkFields, checkMandatory } from "./check-fields.ts";
import { MessageHead } from "./message-head.ts";
import { scanFields } from "./scan-fields.ts";

/** What a caller builds is bounded by what positions can be kept of, not by what strangers may send. */
const buildLimits: SipLimits = { ...defaultLimits, headBytes: 1_048_575, headerFields: 10_000, sameHeader: 10_000 };

/**
 * The head of a message that is made here, validated as if it had arrived. The lines are latin1 characters that are bytes.
 *
 * @throws {SipError} `SIP_HEADER_INVALID` when a field is malformed, repeated or missing. Via may be missing: the transport adds it.
 */
export function buildHead(startLine: string, fieldLines: string): MessageHead {
  const text = `${startLine}${fieldLines}\r\n`;
  try {
    const { fields, end, error } = scanFields(Buffer.from(text, "latin1"), startLine.length, buildLimits);
    if (error) throw error;
    const head = new MessageHead(text, fields, end);
    checkMandatory(head, false);
    checkFields(head, buildLimits);
    return head;
  } catch (error) {
    throw new SipError("SIP_HEADER_INVALID", (error as SipParseError).message, { cause: error });
  }
}
