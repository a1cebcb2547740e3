import { SipParseError } from "../errors.ts";
import { isToken } from "../grammar/character-class.ts";
import { splitList } from "../grammar/split-list.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { From, To } from "../headers/address-codecs.ts";
import { CallId } from "../headers/call-id.ts";
import { Contact } from "../headers/contact.ts";
import { CSeq } from "../headers/cseq.ts";
import { ContentLength, MaxForwards } from "../headers/integer-codecs.ts";
import { ContentType } from "../headers/media-type.ts";
import { ContentEncoding, ProxyRequire, Require } from "../headers/token-codecs.ts";
import { Via } from "../headers/via.ts";
import type { SipLimits } from "../limits.ts";
import * as name from "./header-name.ts";
import { fieldId, type MessageHead } from "./message-head.ts";

/**
 * Validates the fields that transactions, dialogs and framing rest on, from field `first` on, and notes what they ask for.
 * Throws {@link SipParseError} at the first that is wrong. What is not looked at here is judged when it is read.
 */
export function checkFields(head: MessageHead, limits: SipLimits, first: number = 0): void {
  const { fields } = head;
  if (fields.length > limits.sameHeader) checkCounts(head, limits);
  let seenLow = 0;
  let seenHigh = 0;
  for (let i = 0; i < fields.length; i++) {
    const id = fieldId(fields[i]!);
    if (id > name.LAST_SINGLE || id === name.OTHER_HEADER) continue;
    const bit = 1 << (id & 31);
    const seen = id < 32 ? seenLow : seenHigh;
    if ((seen & bit) !== 0 && name.isSingleHeader(id)) throw repeated(id);
    if (id < 32) seenLow |= bit;
    else seenHigh |= bit;
    if (id <= name.LAST_VALIDATED && i >= first) checkField(head, i, id, limits);
  }
}

/** Throws when one of the fields that every message has is missing (RFC 3261 §8.1.1, §8.2.6.2). */
export function checkMandatory(head: MessageHead, isViaMandatory: boolean): void {
  for (let id = isViaMandatory ? name.VIA : name.FROM; id <= name.CSEQ; id++) {
    if (head.find(id) < 0) {
      const header = name.headerNameOf(id);
      throw new SipParseError("SIP_PARSE_HEADER", `${header} is missing`, { header });
    }
  }
}

function checkField(head: MessageHead, index: number, id: number, limits: SipLimits): void {
  const value = head.value(index);
  switch (id) {
    case name.VIA: {
      const vias = checkList(Via, value, limits);
      head.topVia ??= vias[0];
      break;
    }
    case name.FROM:
      head.fromTag = From.parse(value).tag;
      break;
    case name.TO:
      head.toTag = To.parse(value).tag;
      break;
    case name.CALL_ID:
      head.callId = CallId.parse(value);
      break;
    case name.CSEQ: {
      const { sequenceNumber, method } = CSeq.parse(value);
      head.sequenceNumber = sequenceNumber;
      head.cseqMethod = method;
      break;
    }
    case name.MAX_FORWARDS:
      MaxForwards.parse(value);
      break;
    case name.CONTACT:
      checkList(Contact, value, limits);
      break;
    case name.REQUIRE:
      checkList(Require, value, limits, true);
      break;
    case name.PROXY_REQUIRE:
      checkList(ProxyRequire, value, limits, true);
      break;
    case name.CONTENT_LENGTH:
      head.contentLength = ContentLength.parse(value);
      break;
    case name.CONTENT_TYPE:
      ContentType.parse(value);
      break;
    case name.CONTENT_ENCODING:
      checkList(ContentEncoding, value, limits, true);
      break;
    case name.CONTENT_DISPOSITION:
      checkDisposition(value);
  }
}

function checkList<Value>(codec: HeaderCodec<Value>, value: string, limits: SipLimits, mayBeEmpty: boolean = false): Value[] {
  const members = splitList(value);
  if (members.length === 0 && !mayBeEmpty) throw new SipParseError("SIP_PARSE_HEADER", `${codec.name} is empty`, { header: codec.name });
  if (members.length > limits.sameHeader) throw tooMany(codec.name, limits);
  return members.map((member) => codec.parse(member));
}

function checkDisposition(value: string): void {
  if (!isToken(value.split(";", 1)[0]!.trimEnd())) {
    throw new SipParseError("SIP_PARSE_HEADER", "Content-Disposition has no type", { header: "Content-Disposition" });
  }
}

/** More than `sameHeader` of any one name. */
function checkCounts(head: MessageHead, limits: SipLimits): void {
  const counts = new Map<string, number>();
  for (let i = 0; i < head.fields.length; i++) {
    const id = fieldId(head.fields[i]!);
    const key = id === name.OTHER_HEADER ? head.name(i).toLowerCase() : name.headerNameOf(id);
    const count = (counts.get(key) ?? 0) + 1;
    if (count > limits.sameHeader) throw tooMany(key, limits);
    counts.set(key, count);
  }
}

function tooMany(header: string, limits: SipLimits): SipParseError {
  return new SipParseError("SIP_PARSE_TOO_LARGE", `More than ${limits.sameHeader} ${header} values`, { header });
}

function repeated(id: number): SipParseError {
  const header = name.headerNameOf(id);
  return new SipParseError("SIP_PARSE_HEADER", `${header} is repeated`, { header });
}
