import { SipParseError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { isToken } from "../grammar/character-class.ts";
import type { MediaType } from "../headers/media-type.ts";
import { BodyPart } from "./body-part.ts";

export interface MultipartLimits {
  /** Parts in all, those inside parts counted too. Default 32. */
  maxParts?: number;
  /** Multiparts inside multiparts. Default 4. */
  maxDepth?: number;
  /** Octets of the header fields of one part. Default 8192. */
  maxHeaderBytes?: number;
}

interface Budget {
  parts: number;
  depth: number;
  readonly maxHeaderBytes: number;
}

const CRLF = 0x0d0a;
const utf8 = new TextDecoder();

/**
 * Takes a multipart body apart (RFC 2046 §5.1.1), parts inside parts too. Content is never copied nor decoded, so binary
 * content survives (RFC 4475 §3.1.1.11). Preamble and epilogue are dropped.
 *
 * @throws {SipParseError} `SIP_PARSE_BODY` when the boundary is missing or no boundary, a delimiter or the end is missing,
 *   a part's header is malformed, or a limit is exceeded.
 */
export function parseMultipart(body: Uint8Array, contentType: MediaType, limits: MultipartLimits = {}): readonly BodyPart[] {
  const { maxParts = 32, maxDepth = 4, maxHeaderBytes = 8192 } = limits;
  return parseParts(body, contentType, { parts: maxParts, depth: maxDepth, maxHeaderBytes });
}

function parseParts(body: Uint8Array, contentType: MediaType, budget: Budget): readonly BodyPart[] {
  const boundary = contentType.parameters.get("boundary") ?? "";
  if (!isBoundary(boundary)) throw malformed(`no boundary: ${excerpt(boundary)}`);
  if (budget.depth-- === 0) throw malformed("too many multiparts inside each other");
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const parts: BodyPart[] = [];
  let delimiter = findDelimiter(buffer, boundary, 0);
  // multipart-body holds one body-part at least
  if (delimiter.isLast) throw malformed("no part");
  while (!delimiter.isLast) {
    const next = findDelimiter(buffer, boundary, delimiter.end);
    if (budget.parts-- === 0) throw malformed("too many parts");
    parts.push(parsePart(body.subarray(delimiter.end, Math.max(delimiter.end, next.start)), budget));
    delimiter = next;
  }
  budget.depth++;
  return parts;
}

interface Delimiter {
  /** Where the CRLF before it begins. */
  readonly start: number;
  /** After its own CRLF. */
  readonly end: number;
  /** Whether it is the close-delimiter. */
  readonly isLast: boolean;
}

/**
 * delimiter := CRLF "--" boundary; the first may stand at the very beginning. Transport padding (white space) may follow.
 * `from` is the end of the delimiter before, whose CRLF also begins the next one when a part is empty.
 */
function findDelimiter(buffer: Buffer, boundary: string, from: number): Delimiter {
  const dashBoundary = `--${boundary}`;
  for (let at = buffer.indexOf(dashBoundary, from, "latin1"); at >= 0; at = buffer.indexOf(dashBoundary, at + 1, "latin1")) {
    if (at !== 0 && (at < 2 || buffer.readUInt16BE(at - 2) !== CRLF)) continue;
    let end = at + dashBoundary.length;
    const isLast = buffer[end] === 0x2d && buffer[end + 1] === 0x2d;
    if (isLast) end += 2;
    while (buffer[end] === 0x20 || buffer[end] === 0x09) end++;
    const isAtCrlf = buffer[end] === 0x0d && buffer[end + 1] === 0x0a;
    if (isAtCrlf || (isLast && end === buffer.length)) return { start: Math.max(0, at - 2), end: isAtCrlf ? end + 2 : end, isLast };
  }
  throw malformed(from === 0 ? "no delimiter" : "the closing delimiter is missing");
}

function parsePart(bytes: Uint8Array, budget: Budget): BodyPart {
  const headerEnd = endOfHeader(bytes, budget.maxHeaderBytes);
  const part = new BodyPart(parseHeader(utf8.decode(bytes.subarray(0, headerEnd.text))), bytes.subarray(headerEnd.content));
  const { contentType } = part;
  return contentType.type === "multipart" ? new BodyPart(part.headers, part.content, parseParts(part.content, contentType, budget)) : part;
}

/** Where the header fields end and where the content begins. A part without fields begins with the empty line. */
function endOfHeader(bytes: Uint8Array, maxHeaderBytes: number): { text: number; content: number } {
  if (bytes[0] === 0x0d && bytes[1] === 0x0a) return { text: 0, content: 2 };
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, maxHeaderBytes + 4));
  const at = head.indexOf("\r\n\r\n", 0, "latin1");
  if (at >= 0) return { text: at, content: at + 4 };
  if (bytes.byteLength > maxHeaderBytes) throw malformed("the header of a part is too large");
  return { text: bytes.byteLength, content: bytes.byteLength };
}

function parseHeader(text: string): (readonly [name: string, value: string])[] {
  if (text === "") return [];
  return text
    .replace(/\r\n(?=[ \t])/g, "")
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      const name = line.slice(0, Math.max(0, colon)).trimEnd();
      if (!isToken(name)) throw malformed(`a part has no header field: ${excerpt(line)}`);
      return [name, line.slice(colon + 1).trim()] as const;
    });
}

/** boundary := 0*69<bchars> bcharsnospace (RFC 2046 §5.1.1) */
export function isBoundary(text: string): boolean {
  return /^[A-Za-z0-9'()+_,\-./:=? ]{0,69}[A-Za-z0-9'()+_,\-./:=?]$/.test(text);
}

function malformed(why: string): SipParseError {
  return new SipParseError("SIP_PARSE_BODY", `Not a multipart body: ${why}`);
}
