import { SipParseError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";

/** A field value that is not what its grammar says. What the peer wrote is quoted to 80 characters. */
export function malformed(header: string, expected: string, text: string, cause?: unknown): SipParseError {
  return new SipParseError(
    "SIP_PARSE_HEADER",
    `${header} is not ${expected}: ${excerpt(text)}`,
    cause === undefined ? { header } : { header, cause },
  );
}
