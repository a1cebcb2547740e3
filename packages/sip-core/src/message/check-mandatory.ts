import { SipParseError } from "../errors.ts";
import { CALL_ID, CSEQ, FROM, headerNameOf, TO, VIA } from "./header-name.ts";
import type { MessageHead } from "./message-head.ts";

const mandatory = (1 << FROM) | (1 << TO) | (1 << CALL_ID) | (1 << CSEQ);

/** The error when a field that every message has is missing (RFC 3261 §8.1.1, §8.2.6.2). One made here has no Via until it is sent. */
export function checkMandatory(head: MessageHead): SipParseError | undefined {
  if ((head.seen & mandatory) === mandatory) return undefined;
  for (const id of [FROM, TO, CALL_ID, CSEQ]) if (!head.hasSeen(id)) return missing(id);
  return undefined;
}

/** As {@link checkMandatory}, for a message that was received. */
export function checkReceivedMandatory(head: MessageHead): SipParseError | undefined {
  return head.hasSeen(VIA) ? checkMandatory(head) : missing(VIA);
}

function missing(id: number): SipParseError {
  const header = headerNameOf(id);
  return new SipParseError("SIP_PARSE_HEADER", `${header} is missing`, { header });
}
