import { SipParseError } from "../errors.ts";

/** A field value that is not what its grammar says. What the peer wrote is quoted to 80 characters. */
export function malformed(header: string, expected: string, text: string, cause?: unknown): SipParseError {
  return new SipParseError("SIP_PARSE_HEADER", `${header} is not ${expected}: ${JSON.stringify(text.slice(0, 80))}`, { header, cause });
}
