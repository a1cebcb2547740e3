import { SipError } from "../errors.ts";
import type { BodyPart } from "./body-part.ts";
import { isBoundary } from "./parse-multipart.ts";

/**
 * Joins parts into a multipart body (RFC 2046 §5.1.1). The Content-Type of the whole must name the same `boundary`, which
 * should be random: it must not occur in a part.
 *
 * @throws {SipError} `SIP_BODY_INVALID` when there is no part, the text is no boundary, or it occurs in a part.
 */
export function writeMultipart(parts: readonly BodyPart[], boundary: string): Uint8Array {
  if (parts.length === 0 || !isBoundary(boundary)) throw new SipError("SIP_BODY_INVALID", "A multipart body needs a part and a boundary");
  const chunks: Uint8Array[] = [];
  for (const { headers, content } of parts) {
    const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const part = Buffer.concat([Buffer.from(`${fields}\r\n`), content]);
    if (part.includes(`--${boundary}`, 0, "latin1")) throw new SipError("SIP_BODY_INVALID", "The boundary occurs in a part");
    chunks.push(Buffer.from(`${chunks.length === 0 ? "" : "\r\n"}--${boundary}\r\n`), part);
  }
  chunks.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  return new Uint8Array(Buffer.concat(chunks));
}
