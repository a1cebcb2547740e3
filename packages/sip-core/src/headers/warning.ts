import { SipError } from "../errors.ts";
import { hasLineBreakOrNul } from "../grammar/character-class.ts";
import { endOfQuotedString, quote, unquote } from "../grammar/quoted-string.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";

/** One warning: `307 isi.edu "Session parameter 'foo' not understood"`. */
export interface Warning {
  /** 300 to 399 by RFC 3261 §20.43; any three digits are read. */
  readonly code: number;
  /** Host and port, or the pseudonym, of the server that warns. */
  readonly agent: string;
  /** Unquoted. */
  readonly text: string;
}

// warn-code SP warn-agent SP warn-text; the agent is a hostport or a token
const pattern = /^(\d{3})[ \t]+([A-Za-z0-9\-.!%*_+`'~:[\]]+)[ \t]+(?=")/;

/** Warning (RFC 3261 §20.43). */
export const Warning: HeaderCodec<Warning> = {
  name: "Warning",
  list: true,
  parse(text) {
    const match = pattern.exec(text);
    const start = match?.[0].length ?? 0;
    if (!match || endOfQuotedString(text, start, text.length) !== text.length) throw malformed("Warning", 'code agent "text"', text);
    return { code: Number(match[1]), agent: match[2]!, text: unquote(text, start, text.length) };
  },
  serialize({ code, agent, text }) {
    const head = `${code} ${agent} `;
    if (hasLineBreakOrNul(text) || !pattern.test(`${head}"`)) throw new SipError("SIP_HEADER_INVALID", `Not a Warning: ${head}`);
    return head + quote(text);
  },
};
