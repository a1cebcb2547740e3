import { isToken } from "../grammar/character-class.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";

/** Which provisional response a PRACK acknowledges: `776656 1 INVITE`. */
export interface RAck {
  /** The RSeq of the response, 1 to 2³² − 1. */
  readonly responseNumber: number;
  /** The CSeq of the response. */
  readonly sequenceNumber: number;
  readonly method: string;
}

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
    if (!(responseNumber < 2 ** 32 && sequenceNumber < 2 ** 31) || !isToken(method))
      throw malformed("RAck", '"number number method"', text);
    return { responseNumber, sequenceNumber, method };
  },
  serialize: ({ responseNumber, sequenceNumber, method }) => `${responseNumber} ${sequenceNumber} ${method}`,
};
