import { SipError } from "../errors.ts";
import { hasLineBreakOrNul } from "../grammar/character-class.ts";
import type { Body } from "./body.ts";
import { buildHead, rebuildHead } from "./build-head.ts";
import type { HeaderInput } from "./header-input.ts";
import { toWire } from "./latin1.ts";
import { MessageEditor } from "./message-editor.ts";
import type { MessageHead } from "./message-head.ts";
import { reasonPhraseOf } from "./reason-phrases.ts";
import { SipMessage } from "./sip-message.ts";
import { parseStatusLine } from "./start-line.ts";

export interface SipResponseOptions {
  /** 100 to 699. */
  statusCode: number;
  /** Default: the phrase of RFC 3261 §21 and its extensions. */
  reasonPhrase?: string | undefined;
  headers: Iterable<HeaderInput>;
  body?: Body | undefined;
}

/** A SIP response (RFC 3261 §7.2). `createResponse` makes the one to a request. */
export class SipResponse extends SipMessage {
  /** 100 to 699. */
  readonly statusCode: number;
  readonly reasonPhrase: string;

  /** Internal: the parts are checked. */
  constructor(statusCode: number, reasonPhrase: string, head: MessageHead, body?: Uint8Array) {
    super(head, body);
    this.statusCode = statusCode;
    this.reasonPhrase = reasonPhrase;
  }

  /** Makes a response of nothing but what is given. Throws as `SipRequest.create` does. */
  static create({ statusCode, reasonPhrase = reasonPhraseOf(statusCode), headers, body }: SipResponseOptions): SipResponse {
    return new SipResponse(statusCode, reasonPhrase, buildHead(formatStatusLine(statusCode, reasonPhrase), headers, body), body?.content);
  }

  override edit(): MessageEditor<SipResponse> {
    return new MessageEditor(this.head, this.body, rebuild);
  }
}

/** Status lines with their usual phrase, which are written again and again. */
const usualLines: string[] = [];

/** The Status-Line with its CRLF. Throws `SipError` `SIP_START_LINE_INVALID`. */
export function formatStatusLine(statusCode: number, reasonPhrase: string): string {
  const usual = usualLines[statusCode];
  if (usual !== undefined && reasonPhrase === reasonPhraseOf(statusCode)) return usual;
  if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 699) {
    throw new SipError("SIP_START_LINE_INVALID", `A status code is from 100 to 699, not ${statusCode}`);
  }
  if (hasLineBreakOrNul(reasonPhrase)) throw new SipError("SIP_START_LINE_INVALID", "A reason phrase must not hold CR, LF or NUL");
  return `SIP/2.0 ${statusCode} ${toWire(reasonPhrase)}\r\n`;
}

for (let statusCode = 100; statusCode < 700; statusCode++)
  usualLines[statusCode] = formatStatusLine(statusCode, reasonPhraseOf(statusCode));

function rebuild(startLine: string, fieldLines: string, body: Uint8Array): SipResponse {
  const { statusCode, reasonPhrase } = parseStatusLine(startLine.slice(0, -2));
  return new SipResponse(statusCode, reasonPhrase, rebuildHead(startLine, fieldLines, body.length), body);
}
