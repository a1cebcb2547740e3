import { SipParseError } from "../errors.ts";
import { splitList } from "../grammar/split-list.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { From, To } from "../headers/address-codecs.ts";
import { CallId } from "../headers/call-id.ts";
import { Contact } from "../headers/contact.ts";
import { CSeq } from "../headers/cseq.ts";
import { ContentLength, MaxForwards } from "../headers/integer-codecs.ts";
import { ContentType } from "../headers/media-type.ts";
import { ContentDisposition } from "../headers/parameterized-token.ts";
import { ContentEncoding, ProxyRequire, Require } from "../headers/token-codecs.ts";
import { Via } from "../headers/via.ts";
import type { SipLimits } from "../limits.ts";
import * as header from "./header-name.ts";
import type { MessageHead } from "./message-head.ts";

/** Lets the codec of the field that was read last judge it, and notes what the message asks of it. */
export function judgeField(head: MessageHead, id: number, limits: SipLimits): SipParseError | undefined {
  try {
    parseField(head, id, head.value(head.fields.length - 1), limits);
    return undefined;
  } catch (error) {
    return error as SipParseError;
  }
}

function parseField(head: MessageHead, id: number, value: string, limits: SipLimits): void {
  switch (id) {
    case header.VIA: {
      const vias = parseList(Via, value, limits);
      head.topVia ??= vias[0];
      break;
    }
    case header.FROM:
      head.fromTag = From.parse(value).tag;
      break;
    case header.TO:
      head.toTag = To.parse(value).tag;
      break;
    case header.CALL_ID:
      head.callId = CallId.parse(value);
      break;
    case header.CSEQ: {
      const { sequenceNumber, method } = CSeq.parse(value);
      head.sequenceNumber = sequenceNumber;
      head.cseqMethod = method;
      break;
    }
    case header.MAX_FORWARDS:
      MaxForwards.parse(value);
      break;
    case header.CONTACT:
      head.contact = undefined;
      parseList(Contact, value, limits);
      break;
    case header.REQUIRE:
      parseList(Require, value, limits, true);
      break;
    case header.PROXY_REQUIRE:
      parseList(ProxyRequire, value, limits, true);
      break;
    case header.CONTENT_LENGTH:
      head.contentLength = ContentLength.parse(value);
      break;
    case header.CONTENT_TYPE:
      ContentType.parse(value);
      break;
    case header.CONTENT_ENCODING:
      parseList(ContentEncoding, value, limits, true);
      break;
    case header.CONTENT_DISPOSITION:
      ContentDisposition.parse(value);
  }
}

function parseList<Value>(codec: HeaderCodec<Value>, value: string, limits: SipLimits, mayBeEmpty: boolean = false): Value[] {
  const { name } = codec;
  const members = splitList(value);
  if (members.length === 0 && !mayBeEmpty) throw new SipParseError("SIP_PARSE_HEADER", `${name} is empty`, { header: name });
  if (members.length > limits.sameHeader) {
    throw new SipParseError("SIP_PARSE_TOO_LARGE", `More than ${limits.sameHeader} ${name} values`, { header: name });
  }
  return members.map((member) => codec.parse(member));
}
