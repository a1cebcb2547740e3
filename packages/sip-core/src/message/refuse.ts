import { SipParseError } from "../errors.ts";
import { isToken } from "../grammar/character-class.ts";
import { splitList } from "../grammar/split-list.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { From, To } from "../headers/address-codecs.ts";
import { CSeq } from "../headers/cseq.ts";
import { Via, type ViaParm } from "../headers/via.ts";
import { CALL_ID, CSEQ, FROM, TO, VIA } from "./header-name.ts";
import type { MessageHead } from "./message-head.ts";
import { SipRequest } from "./sip-request.ts";
import { isStatusLine } from "./start-line.ts";

/**
 * `error` with the request it is about, if the top Via says where to send an answer. Of the other fields that an answer repeats it has
 * those that are there: "Ideally, it will respond with a 400" even where Call-ID, From and To are missing (RFC 4475 §3.3.1).
 */
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
  head.topVia = tryFirst(Via, head, VIA) ?? senderOf(head);
  if (!head.topVia) return undefined;
  const cseq = tryFirst(CSeq, head, CSEQ);
  const callId = head.find(CALL_ID);
  head.callId = callId < 0 ? "" : head.value(callId);
  head.fromTag = tryFirst(From, head, FROM)?.tag;
  head.toTag = tryFirst(To, head, TO)?.tag;
  head.sequenceNumber = cseq?.sequenceNumber ?? 0;
  head.cseqMethod = cseq?.method ?? method;
  return new SipRequest(method, line.slice(method.length + 1, Math.max(line.lastIndexOf(" "), method.length + 1)), undefined, head);
}

/** The top Via without its parameters, which are what is malformed most often (RFC 4475 §3.1.2.1). */
function senderOf(head: MessageHead): ViaParm | undefined {
  const index = head.find(VIA);
  const value = index < 0 ? "" : head.value(index);
  // What would be repeated must at least be text.
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) return undefined;
  try {
    return Via.parse(/^[^;,]*/.exec(value)![0]);
  } catch {
    return undefined;
  }
}

/** The first value of that field, or undefined when it is missing or malformed. */
function tryFirst<Value>(codec: HeaderCodec<Value>, head: MessageHead, id: number): Value | undefined {
  const index = head.find(id);
  if (index < 0) return undefined;
  const text = head.value(index);
  try {
    return codec.parse(codec.list ? (splitList(text)[0] ?? "") : text);
  } catch {
    return undefined;
  }
}
