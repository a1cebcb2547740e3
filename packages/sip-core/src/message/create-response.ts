import { SipError } from "../errors.ts";
import { isToken } from "../grammar/character-class.ts";
import { noContent, type Body } from "./body.ts";
import { HeadBuilder } from "./head-builder.ts";
import type { HeaderInput } from "./header-input.ts";
import { CALL_ID, CSEQ, FROM, RECORD_ROUTE, TIMESTAMP, TO, VIA } from "./header-name.ts";
import { reasonPhraseOf } from "./reason-phrases.ts";
import type { SipRequest } from "./sip-request.ts";
import { formatStatusLine, SipResponse } from "./sip-response.ts";

export interface CreateResponseOptions {
  /** Default: the usual phrase of the status code. */
  reasonPhrase?: string | undefined;
  /** Tag for To; ignored when the request's To has one (RFC 3261 §8.2.6.2). A response other than 100 needs one. */
  toTag?: string | undefined;
  /** Further fields, in order. */
  headers?: Iterable<HeaderInput> | undefined;
  body?: Body | undefined;
  /** Copies Record-Route: for responses that establish a dialog (RFC 3261 §12.1.1). Default false. */
  recordRoute?: boolean | undefined;
}

const none: readonly HeaderInput[] = [];

/**
 * The response to `request` (RFC 3261 §8.2.6): its Via values, From, To, Call-ID and CSeq as they were received, for 100 its
 * Timestamp too (§8.2.6.1), then `headers` and the body. Works for the request of a {@link SipParseError} as well.
 *
 * @throws {SipError} `SIP_START_LINE_INVALID` for a status code that is not from 100 to 699; `SIP_HEADER_INVALID` when a field of
 *   `headers` cannot be written, is malformed, or is one that is copied.
 */
export function createResponse(request: SipRequest, statusCode: number, options: CreateResponseOptions = {}): SipResponse {
  const { reasonPhrase = reasonPhraseOf(statusCode), toTag, headers = none, body } = options;
  const received = request.head;
  const builder = new HeadBuilder(formatStatusLine(statusCode, reasonPhrase), received);
  const addedTag = received.toTag === undefined ? toTag : undefined;
  if (addedTag !== undefined && !isToken(addedTag)) throw new SipError("SIP_HEADER_INVALID", "A tag must be a token");

  builder.copyAll(VIA);
  builder.copyFirst(FROM);
  if (addedTag === undefined) builder.copyFirst(TO);
  else builder.copyFirstWith(TO, `;tag=${addedTag}`);
  builder.copyFirst(CALL_ID);
  builder.copyFirst(CSEQ);
  if (options.recordRoute) builder.copyAll(RECORD_ROUTE);
  if (statusCode === 100) builder.copyFirst(TIMESTAMP);

  const copiedCount = builder.fieldCount;
  const head = builder.build(headers, body);
  // A second From, To, Call-ID or CSeq was refused as repeated.
  if (head.find(VIA, copiedCount) >= 0) throw new SipError("SIP_HEADER_INVALID", "Via of a response is that of the request");
  head.callId = received.callId;
  head.sequenceNumber = received.sequenceNumber;
  head.cseqMethod = received.cseqMethod;
  head.fromTag = received.fromTag;
  head.toTag = received.toTag ?? addedTag;
  head.topVia = received.topVia;
  return new SipResponse(statusCode, reasonPhrase, head, body?.content ?? noContent);
}
