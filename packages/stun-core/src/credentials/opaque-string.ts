import { StunError } from "../stun-error.ts";

/** Disallowed in the FreeformClass (RFC 8264 §4.3.3, §9): control characters, lone surrogates, non-characters, what is ignorable; joiners may stand. */
const disallowed = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]|(?![\u200C\u200D])\p{Default_Ignorable_Code_Point}/u;

/**
 * The OpaqueString profile (RFC 8265 §4.2) for user names, realms and passwords: other spaces become a plain one, composed form (NFC), case
 * is kept.
 *
 * @throws {StunError} `STUN_OPTION_INVALID` for an empty string or a disallowed character; the message does not repeat the string.
 */
export function opaqueString(text: string, what: string): string {
  if (typeof text !== "string") throw new StunError("STUN_OPTION_INVALID", `${what} is not a string`);
  const prepared = text.replace(/\p{Zs}/gu, " ").normalize("NFC");
  if (prepared === "") throw new StunError("STUN_OPTION_INVALID", `${what} is empty`);
  if (disallowed.test(prepared)) throw new StunError("STUN_OPTION_INVALID", `${what} has a character that RFC 8265 does not allow`);
  return prepared;
}
