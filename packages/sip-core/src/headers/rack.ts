import { SipError } from "../errors.ts";
import { isToken } from "../grammar/character-class.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { CSeq, maxSequenceNumber } from "./cseq.ts";
import { malformed } from "./malformed.ts";
import { isUnsigned } from "./numbers.ts";

/** Which provisional response a PRACK acknowledges: `776656 1 INVITE`. */
export interface RAck {
  /** The RSeq of the response, 1 to 2³² − 1. */
  readonly responseNumber: number;
  /** The CSeq of the response. */
  readonly sequenceNumber: number;
  readonly method: string;
}

const maxResponseNumber = 2 ** 32 - 1;
// RAck = response-num LWS CSeq-num LWS Method (RFC 3262 §10); the lengths keep the numbers exact
const pattern = /^0{0,100}(\d{1,10})[ \t]+0{0,100}(\d{1,10})[ \t]+([^ \t]+)$/;

/** RAck (RFC 3262 §7.2). */
export const RAck: HeaderCodec<RAck> = {
  name: "RAck",
  list: false,
  parse(text) {
    const [, response, sequence, method = ""] = pattern.exec(text) ?? [];
    const responseNumber = Number(response);
    const sequenceNumber = Number(sequence);
    if (!(responseNumber <= maxResponseNumber && sequenceNumber <= maxSequenceNumber) || !isToken(method))
      throw malformed("RAck", '"number number method"', text);
    return { responseNumber, sequenceNumber, method };
  },
  serialize({ responseNumber, ...cseq }) {
    if (!isUnsigned(responseNumber, maxResponseNumber))
      throw new SipError("SIP_HEADER_INVALID", `Not the number of a response: ${responseNumber}`);
    return `${responseNumber} ${CSeq.serialize(cseq)}`;
  },
};
