import { SipParseError } from "../errors.ts";
import { isToken } from "../grammar/character-class.ts";
import { splitList } from "../grammar/split-list.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { From, To } from "../headers/address-codecs.ts";
import { CSeq } from "../headers/cseq.ts";
import { Via } from "../headers/via.ts";
import { CALL_ID, CSEQ, FROM, TO, VIA } from "./header-name.ts";
import type { MessageHead } from "./message-head.ts";
import { SipRequest } from "./sip-request.ts";
import { isStatusLine } from "./start-line.ts";

/** `error` with the request it is about, if the fields that an answer repeats are there and the top Via says where to send it. */
export function refuse(error: SipParseError, line: string, head: MessageHead): SipParseError<SipRequest> {
  const { code, message, header, statusCode, cause } = error;
  return new SipParseError(code, message, {
    ...(header !== undefined && { header }),
    statusCode,
    cause,
    request: readForRefusal(line, head),
  });
}

function readForRefusal(line: string, head: MessageHead): SipRequest | undefined {
  const method = line.slice(0, Math.max(line.indexOf(" "), 0));
  if (!isToken(method) || isStatusLine(line)) return undefined;
  for (const id of [VIA, FROM, TO, CALL_ID, CSEQ]) if (head.find(id) < 0) return undefined;
  head.topVia = tryFirst(Via, head, VIA);
  if (!head.topVia) return undefined;
  const cseq = tryFirst(CSeq, head, CSEQ);
  head.callId = head.value(head.find(CALL_ID));
  head.fromTag = tryFirst(From, head, FROM)?.tag;
  head.toTag = tryFirst(To, head, TO)?.tag;
  head.sequenceNumber = cseq?.sequenceNumber ?? 0;
  head.cseqMethod = cseq?.method ?? method;
  return new SipRequest(method, line.slice(method.length + 1, Math.max(line.lastIndexOf(" "), method.length + 1)), undefined, head);
}

/** The first value of that field, or undefined when it is malformed. */
function tryFirst<Value>(codec: HeaderCodec<Value>, head: MessageHead, id: number): Value | undefined {
  const text = head.value(head.find(id));
  try {
    return codec.parse(codec.list ? (splitList(text)[0] ?? "") : text);
  } catch {
    return undefined;
  }
}
