import { SipError } from "../errors.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";

/**
 * Call-ID (RFC 3261 §20.8), compared octet by octet. `word [ "@" word ]` is what is sent; any visible ASCII is read, since
 * the field sends `=` and further `@`, and nothing but equality is asked of it.
 */
export const CallId: HeaderCodec<string> = {
  name: "Call-ID",
  compactName: "i",
  list: false,
  parse(text) {
    if (!isCallId(text)) throw malformed("Call-ID", "a word", text);
    return text;
  },
  serialize(callId) {
    if (!isCallId(callId)) throw new SipError("SIP_HEADER_INVALID", "A Call-ID must be visible ASCII characters");
    return callId;
  },
};

/** In-Reply-To: one Call-ID of a call being returned (RFC 3261 §20.21). */
export const InReplyTo: HeaderCodec<string> = {
  name: "In-Reply-To",
  list: true,
  parse(text) {
    if (!isCallId(text)) throw malformed("In-Reply-To", "a list of Call-IDs", text);
    return text;
  },
  serialize: CallId.serialize,
};

/** Visible ASCII, one character at least. */
export function isCallId(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return text !== "";
}
