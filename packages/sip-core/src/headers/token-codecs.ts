import { SipError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { isToken } from "../grammar/character-class.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";

interface TokenCodecOptions {
  name: string;
  compactName?: string;
  list?: boolean;
}

function tokenCodec({ name, compactName, list = true }: TokenCodecOptions): HeaderCodec<string> {
  return {
    name,
    ...(compactName && { compactName }),
    list,
    parse(text) {
      if (!isToken(text)) throw malformed(name, "a token", text);
      return text;
    },
    serialize(token) {
      if (!isToken(token)) throw new SipError("SIP_HEADER_INVALID", `${name} must be a token: ${excerpt(token)}`);
      return token;
    },
  };
}

/** Allow: one method, case-sensitive (RFC 3261 §20.5). */
export const Allow: HeaderCodec<string> = tokenCodec({ name: "Allow" });
/** Supported: one option tag (RFC 3261 §20.37). An empty field supports nothing. */
export const Supported: HeaderCodec<string> = tokenCodec({ name: "Supported", compactName: "k" });
/** Require: one option tag (RFC 3261 §20.32). */
export const Require: HeaderCodec<string> = tokenCodec({ name: "Require" });
/** Proxy-Require: one option tag (RFC 3261 §20.29). */
export const ProxyRequire: HeaderCodec<string> = tokenCodec({ name: "Proxy-Require" });
/** Unsupported: one option tag (RFC 3261 §20.40). */
export const Unsupported: HeaderCodec<string> = tokenCodec({ name: "Unsupported" });
/** Content-Encoding: one coding (RFC 3261 §20.12). */
export const ContentEncoding: HeaderCodec<string> = tokenCodec({ name: "Content-Encoding", compactName: "e" });
/** Allow-Events: one event type (RFC 6665 §8.2.2). */
export const AllowEvents: HeaderCodec<string> = tokenCodec({ name: "Allow-Events", compactName: "u" });
/** Priority: `emergency`, `urgent`, `normal`, `non-urgent` or another token (RFC 3261 §20.26). */
export const Priority: HeaderCodec<string> = tokenCodec({ name: "Priority", list: false });
/** SIP-ETag (RFC 3903 §11.3.1). */
export const SipETag: HeaderCodec<string> = tokenCodec({ name: "SIP-ETag", list: false });
/** SIP-If-Match (RFC 3903 §11.3.2). */
export const SipIfMatch: HeaderCodec<string> = tokenCodec({ name: "SIP-If-Match", list: false });
