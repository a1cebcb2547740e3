import { SipParseError } from "../errors.ts";
import { CSEQ, FROM, headerNameOf, VIA } from "./header-name.ts";
import type { MessageHead } from "./message-head.ts";

/** The error when one of the fields that every message has is missing (RFC 3261 §8.1.1, §8.2.6.2). */
export function checkMandatory(head: MessageHead, isViaMandatory: boolean): SipParseError | undefined {
  for (let id = isViaMandatory ? VIA : FROM; id <= CSEQ; id++) {
    if (head.find(id) < 0) {
      const header = headerNameOf(id);
      return new SipParseError("SIP_PARSE_HEADER", `${header} is missing`, { header });
    }
  }
  return undefined;
}
