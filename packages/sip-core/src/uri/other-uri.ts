import { SipParseError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";

/** Any absolute URI that is neither SIP, SIPS nor TEL (RFC 3261 §25.1 absoluteURI): `mailto:`, `http:`, `urn:` … Kept as text. Immutable. */
export class OtherUri {
  /** In lower case. */
  readonly scheme: string;
  /** What follows the first colon, as on the wire. */
  readonly schemeSpecificPart: string;
  readonly #text: string;

  private constructor(text: string, colon: number) {
    this.scheme = text.slice(0, colon).toLowerCase();
    this.schemeSpecificPart = text.slice(colon + 1);
    this.#text = text;
  }

  /**
   * Reads any absolute URI.
   *
   * @throws {SipParseError} `SIP_PARSE_URI` when there is no scheme, nothing after it, or a character that no URI holds.
   */
  static parse(text: string): OtherUri {
    const colon = endOfUriScheme(text);
    if (colon < 0 || colon + 1 === text.length || !isUriText(text, colon + 1)) {
      throw new SipParseError("SIP_PARSE_URI", `Not an absolute URI: ${excerpt(text)}`);
    }
    return new OtherUri(text, colon);
  }

  /** Whether both are the same text, the scheme without regard to case. */
  equals(other: unknown): boolean {
    return other instanceof OtherUri && other.scheme === this.scheme && other.schemeSpecificPart === this.schemeSpecificPart;
  }

  /** The URI as it goes on the wire. */
  toString(): string {
    return this.#text;
  }
}

/** scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ): the index of the colon after it, or −1. */
export function endOfUriScheme(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3a) return i === 0 ? -1 : i;
    const isAlpha = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const isRest = (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e;
    if (!isAlpha && !(i > 0 && isRest)) return -1;
  }
  return -1;
}

/** Visible ASCII without `"`, `<`, `>` and `\`, which end a URI wherever one stands (RFC 2396 §2.4.3 delims, unwise). */
function isUriText(text: string, start: number): boolean {
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || code === 0x22 || code === 0x3c || code === 0x3e || code === 0x5c) return false;
  }
  return true;
}
