import { quote, SdpParseError } from "./errors.ts";
import { MediaDescription } from "./media-description.ts";
import { SessionDescription } from "./session-description.ts";

/** What a description may weigh before it is refused with `SDP_PARSE_TOO_LARGE`. */
export interface SdpLimits {
  /** Bytes, or UTF-16 units of a text. Default 65,536. */
  readonly maxBytes: number;
  /** Default 2,048. */
  readonly maxLines: number;
  /** Media descriptions. Default 64. */
  readonly maxMediaDescriptions: number;
}

export const defaultSdpLimits: SdpLimits = { maxBytes: 65_536, maxLines: 2048, maxMediaDescriptions: 64 };

const lineFeedCode = 10;
const carriageReturnCode = 13;
const equalsCode = 61;
const letterA = 97;
const letterZ = 122;
const letterM = 109;
const lowerCaseBit = 32;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads a session description (RFC 8866 §9), in time linear in its length.
 *
 * Bytes are UTF-8; a byte that is not becomes U+FFFD. Every line is kept as written and in its place, known or not, so
 * {@link serializeSdp} gives back the same bytes, with each line end as CRLF. Accepted, because deployed devices send it:
 * - line ends of LF alone, no line end after the last line, blank lines after it;
 * - lines in another order than the grammar's (`v=` is first, and what follows an `m=` line belongs to it), of types unknown;
 * - an empty or missing `s=`, a missing `t=`, a missing `c=` (a stream without an address is refused when it is negotiated);
 * - several blanks between fields, and blanks at the end of a line;
 * - a user name in `o=` that is empty or holds spaces;
 * - `m=video 0 RTP/AVP` without a format, when its port is 0.
 *
 * @throws {SdpParseError} with the number of the line: `SDP_PARSE_TOO_LARGE` beyond `limits`; `SDP_PARSE_LINE` for a line that is not
 *   `<type>=<value>`, and for NUL or a bare CR; `SDP_PARSE_VERSION`, `_ORIGIN`, `_TIMING`, `_CONNECTION`, `_MEDIA` for such a line that
 *   is missing, malformed, or there twice.
 */
export function parseSdp(input: string | Uint8Array, limits: SdpLimits = defaultSdpLimits): SessionDescription {
  if (input.length > limits.maxBytes) throw new SdpParseError("SDP_PARSE_TOO_LARGE", `more than ${limits.maxBytes} bytes`);
  const sections = splitSections(typeof input === "string" ? input : utf8.decode(input), limits);
  const sessionLines = sections[0]!;
  const media: MediaDescription[] = [];
  let lineNumber = sessionLines.length + 1;
  for (let i = 1; i < sections.length; i++) {
    media.push(new MediaDescription(sections[i]!, lineNumber));
    lineNumber += sections[i]!.length;
  }
  return new SessionDescription(sessionLines, media);
}

/** Cuts the text into lines, and the lines before each m= line. */
function splitSections(text: string, limits: SdpLimits): string[][] {
  let section: string[] = [];
  const sections = [section];
  const end = endOfLastLine(text);
  let lineNumber = 0;
  let carriageReturn = -1;
  for (let start = 0; start < end;) {
    if (++lineNumber > limits.maxLines) throw new SdpParseError("SDP_PARSE_TOO_LARGE", `more than ${limits.maxLines} lines`);
    const found = text.indexOf("\n", start);
    const lineFeed = found < 0 || found > end ? end : found;
    const lineEnd = text.charCodeAt(lineFeed - 1) === carriageReturnCode ? lineFeed - 1 : lineFeed;
    if (carriageReturn < start) carriageReturn = indexOrEnd(text, "\r", start);
    const line = text.slice(start, lineEnd);
    if (carriageReturn < lineEnd || !isTypeAndValue(line)) {
      throw new SdpParseError("SDP_PARSE_LINE", `not "<type>=<value>": ${quote(line)}`, lineNumber);
    }
    if (line.charCodeAt(0) === letterM) {
      if (sections.length > limits.maxMediaDescriptions) {
        throw new SdpParseError("SDP_PARSE_TOO_LARGE", `more than ${limits.maxMediaDescriptions} media descriptions`, lineNumber);
      }
      sections.push((section = []));
    }
    // RFC 3264 §5: exactly one description, so `v=` is the first line and no other.
    if ((lineNumber === 1) !== line.startsWith("v=") || (lineNumber === 1 && line.trimEnd() !== "v=0")) {
      throw new SdpParseError("SDP_PARSE_VERSION", `"v=0" is the first line and no other: ${quote(line)}`, lineNumber);
    }
    section.push(line);
    start = lineFeed + 1;
  }
  if (lineNumber === 0) throw new SdpParseError("SDP_PARSE_VERSION", "empty");
  return sections;
}

/** Where the last line that is not blank ends, without its line end. */
function endOfLastLine(text: string): number {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === lineFeedCode || text.charCodeAt(end - 1) === carriageReturnCode)) end--;
  return end;
}

function indexOrEnd(text: string, search: string, start: number): number {
  const index = text.indexOf(search, start);
  return index < 0 ? text.length : index;
}

function isTypeAndValue(line: string): boolean {
  const type = line.charCodeAt(0) | lowerCaseBit;
  return line.charCodeAt(1) === equalsCode && type >= letterA && type <= letterZ && !line.includes("\0");
}
