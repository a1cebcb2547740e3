import { StunError } from "../stun-error.ts";
import type { StunAttribute } from "./stun-attribute.ts";
import { decodeUtf8, maxTextBytes } from "./texts.ts";

/** A code from 300 to 699 and what it means, for people. */
export interface StunErrorCodeValue {
  readonly code: number;
  readonly reasonPhrase: string;
}

/** ERROR-CODE (RFC 8489 §14.8): hundreds in three bits, the rest as a number below 100, then the reason phrase in UTF-8. */
export const ErrorCode: StunAttribute<StunErrorCodeValue> = {
  type: 0x0009,
  name: "ERROR-CODE",
  parse(value) {
    const hundreds = (value[2] ?? 0) & 7;
    const rest = value[3] ?? 100;
    const reasonPhrase = decodeUtf8(value.subarray(4), maxTextBytes);
    if (hundreds < 3 || hundreds > 6 || rest > 99 || reasonPhrase === undefined) return undefined;
    return { code: 100 * hundreds + rest, reasonPhrase };
  },
  serialize({ code, reasonPhrase }) {
    const text = Buffer.from(reasonPhrase);
    if (!Number.isInteger(code) || code < 300 || code > 699 || text.length > maxTextBytes) {
      throw new StunError("STUN_ATTRIBUTE_INVALID", `ERROR-CODE needs a code from 300 to 699 and a short reason, not ${code}`);
    }
    return Buffer.concat([Uint8Array.of(0, 0, Math.trunc(code / 100), code % 100), text]);
  },
};

/** The reason phrases of RFC 8489 §14.8. */
export const reasonPhrases: Readonly<Record<300 | 400 | 401 | 420 | 438 | 500, string>> = {
  300: "Try Alternate",
  400: "Bad Request",
  401: "Unauthenticated",
  420: "Unknown Attribute",
  438: "Stale Nonce",
  500: "Server Error",
};
