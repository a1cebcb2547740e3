import { SipError } from "../errors.ts";
import { isDigit, isToken, skipClass, skipWhitespace, TOKEN } from "../grammar/character-class.ts";
import { excerpt } from "../grammar/excerpt.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";
import { isUnsigned } from "./numbers.ts";

/** The CSeq header value: `314159 INVITE`. */
export interface CSeq {
  /** 0 … 2³¹ − 1 (RFC 3261 §8.1.1.5). */
  readonly sequenceNumber: number;
  readonly method: string;
}

/** Sequence numbers are less than 2³¹ (RFC 3261 §8.1.1.5). */
export const maxSequenceNumber: number = 2 ** 31 - 1;

/** CSeq (RFC 3261 §20.16). */
export const CSeq: HeaderCodec<CSeq> = {
  name: "CSeq",
  list: false,
  // CSeq = 1*DIGIT LWS Method (RFC 3261 §25.1)
  parse(text) {
    const end = text.length;
    let sequenceNumber = 0;
    let i = 0;
    for (; i < end && isDigit(text.charCodeAt(i)); i++) sequenceNumber = sequenceNumber * 10 + text.charCodeAt(i) - 0x30;
    const methodStart = skipWhitespace(text, i, end);
    const isWhole = i > 0 && methodStart > i && methodStart < end && skipClass(text, methodStart, end, TOKEN) === end;
    if (!isWhole || sequenceNumber > maxSequenceNumber) throw malformed("CSeq", '"number method"', text);
    return { sequenceNumber, method: text.slice(methodStart) };
  },
  serialize({ sequenceNumber, method }) {
    if (!isUnsigned(sequenceNumber, maxSequenceNumber) || !isToken(method)) {
      throw new SipError(
        "SIP_HEADER_INVALID",
        `A CSeq needs a number from 0 to 2³¹ − 1 and a method: ${excerpt(`${sequenceNumber} ${method}`)}`,
      );
    }
    return `${sequenceNumber} ${method}`;
  },
};
