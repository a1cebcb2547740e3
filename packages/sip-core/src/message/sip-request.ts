import { SipError } from "../errors.ts";
import { isToken } from "../grammar/character-class.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { SipUri } from "../uri/sip-uri.ts";
import { parseUri, type Uri } from "../uri/uri.ts";
import type { Body } from "./body.ts";
import { buildHead, rebuildHead } from "./build-head.ts";
import type { HeaderInput } from "./header-input.ts";
import { MessageEditor } from "./message-editor.ts";
import type { MessageHead } from "./message-head.ts";
import { SipMessage } from "./sip-message.ts";
import { parseRequestLine } from "./start-line.ts";

export interface SipRequestOptions {
  /** Case-sensitive token: `INVITE`. */
  method: string;
  requestUri: Uri | string;
  /** In order. From, To, Call-ID and CSeq must be there; Via is added when the request is sent, Content-Length always. */
  headers: Iterable<HeaderInput>;
  body?: Body | undefined;
}

/** A SIP request (RFC 3261 §7.1). */
export class SipRequest extends SipMessage {
  readonly method: string;
  /** As on the wire. */
  readonly requestUriText: string;
  #requestUri: Uri | undefined;

  /** Internal: the parts are checked. Use {@link SipRequest.create} and `parseMessage`. */
  constructor(method: string, requestUriText: string, requestUri: Uri | undefined, head: MessageHead, body?: Uint8Array) {
    super(head, body);
    this.method = method;
    this.requestUriText = requestUriText;
    this.#requestUri = requestUri;
  }

  /**
   * Makes a request.
   *
   * @throws {SipError} `SIP_START_LINE_INVALID` when method or URI cannot be written; `SIP_HEADER_INVALID` when a name is no token, a
   *   value holds CR, LF or NUL, or a field that is validated on arrival is malformed or repeated; `SIP_HEADER_MISSING` without From, To, Call-ID or CSeq.
   */
  static create({ method, requestUri, headers, body }: SipRequestOptions): SipRequest {
    if (!isToken(method)) throw new SipError("SIP_START_LINE_INVALID", `A method must be a token: ${excerpt(method)}`);
    const requestUriText = uriOnWire(requestUri);
    const head = buildHead(`${method} ${requestUriText} SIP/2.0\r\n`, headers, body);
    return withMethod(method, requestUriText, head, body?.content);
  }

  /** The Request-URI. Of a received request it is well formed. */
  get requestUri(): Uri {
    return (this.#requestUri ??= parseUri(this.requestUriText));
  }

  override edit(): RequestEditor {
    return new RequestEditor(this.head, this.body, rebuild);
  }
}

/** Changes a copy of a request. */
export class RequestEditor extends MessageEditor<SipRequest> {
  /** Replaces the Request-URI. Throws `SipError` `SIP_START_LINE_INVALID`. */
  requestUri(uri: Uri | string): this {
    this.startLine = `${this.startLine.slice(0, this.startLine.indexOf(" "))} ${uriOnWire(uri)} SIP/2.0\r\n`;
    return this;
  }
}

function rebuild(startLine: string, fieldLines: string, body: Uint8Array): SipRequest {
  const { method, requestUriText } = parseRequestLine(startLine.slice(0, -2));
  return withMethod(method, requestUriText, rebuildHead(startLine, fieldLines, body.length), body);
}

function withMethod(method: string, requestUriText: string, head: MessageHead, body: Uint8Array | undefined): SipRequest {
  if (head.cseqMethod !== method) throw new SipError("SIP_HEADER_INVALID", `CSeq names ${head.cseqMethod}, the request is ${method}`);
  return new SipRequest(method, requestUriText, undefined, head, body);
}

function uriOnWire(uri: Uri | string): string {
  const text = uri.toString();
  const parsed = typeof uri === "string" ? tryParse(uri) : uri;
  // Headers are "not allowed" in a Request-URI (RFC 3261 §19.1.1, Table 1): they say how to make the request (§19.1.5).
  if (!parsed || (parsed instanceof SipUri && !parsed.headers.isEmpty)) {
    throw new SipError("SIP_START_LINE_INVALID", `Not a Request-URI: ${excerpt(text)}`);
  }
  return text;
}

function tryParse(text: string): Uri | undefined {
  try {
    return parseUri(text);
  } catch {
    return undefined;
  }
}
