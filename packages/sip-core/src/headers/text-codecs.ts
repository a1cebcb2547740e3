import { SipError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { hasLineBreakOrNul } from "../grammar/character-class.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";

function write(name: string, text: string): string {
  if (hasLineBreakOrNul(text)) throw new SipError("SIP_HEADER_INVALID", `${name} must not hold CR, LF or NUL`);
  if (text.trim() !== text) throw new SipError("SIP_HEADER_INVALID", `${name} must not begin or end with white space`);
  return text;
}

/** TEXT-UTF8-TRIM: any text of one line without white space at its ends (RFC 3261 §25.1). */
function textCodec(name: string, compactName?: string): HeaderCodec<string> {
  return { name, ...(compactName && { compactName }), list: false, parse: (text) => text, serialize: (text) => write(name, text) };
}

/** A field whose whole value matches `pattern`, which must be linear. */
function patternCodec(name: string, pattern: RegExp, expected: string, list: boolean): HeaderCodec<string> {
  return {
    name,
    list,
    parse(text) {
      if (!pattern.test(text)) throw malformed(name, expected, text);
      return text;
    },
    serialize(text) {
      if (!pattern.test(text)) throw new SipError("SIP_HEADER_INVALID", `${name} must be ${expected}: ${excerpt(text)}`);
      return text;
    },
  };
}

/** Subject (RFC 3261 §20.36). */
export const Subject: HeaderCodec<string> = textCodec("Subject", "s");
/** Organization (RFC 3261 §20.25). */
export const Organization: HeaderCodec<string> = textCodec("Organization");
/** Server (RFC 3261 §20.35): products and comments, read as text, since nothing is decided by it. */
export const Server: HeaderCodec<string> = textCodec("Server");
/** User-Agent (RFC 3261 §20.41): products and comments, read as text. */
export const UserAgent: HeaderCodec<string> = textCodec("User-Agent");
/** MIME-Version, as `1.0` (RFC 3261 §20.24). */
export const MimeVersion: HeaderCodec<string> = patternCodec("MIME-Version", /^\d+\.\d+$/, "major.minor", false);
/** Content-Language: one language tag (RFC 3261 §20.13). */
export const ContentLanguage: HeaderCodec<string> = patternCodec(
  "Content-Language",
  /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/,
  "a language tag",
  true,
);
