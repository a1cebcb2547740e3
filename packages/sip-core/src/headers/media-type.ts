import { SipError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { isToken, skipClass, skipWhitespace, TOKEN } from "../grammar/character-class.ts";
import { Parameters } from "../grammar/parameters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";
import { parseQualityValue } from "./numbers.ts";
import { parseHeaderParameters } from "./parse-name-address.ts";

/** A media type or, in Accept, a media range: `multipart/mixed;boundary="x"` (RFC 3261 §25.1 media-type, media-range). Immutable. */
export class MediaType {
  /** In lower case; `*` in a range. */
  readonly type: string;
  /** In lower case; `*` in a range. */
  readonly subtype: string;
  readonly parameters: Parameters;

  /** Internal: the parts are checked. Use the codecs and {@link MediaType.create}. */
  constructor(type: string, subtype: string, parameters: Parameters) {
    this.type = type;
    this.subtype = subtype;
    this.parameters = parameters;
  }

  /** @throws {SipError} `SIP_HEADER_INVALID` when `name` is not `type/subtype` or a parameter cannot be written. */
  static create(name: string, parameters: Iterable<readonly [name: string, value?: string | number]> = []): MediaType {
    const [type = "", subtype = "", ...rest] = name.toLowerCase().split("/");
    if (!isToken(type) || !isToken(subtype) || rest.length > 0) {
      throw new SipError("SIP_HEADER_INVALID", `Not a media type: ${excerpt(name)}`);
    }
    return new MediaType(type, subtype, Parameters.from(parameters));
  }

  /** `application/sdp`: type and subtype in lower case, without parameters. */
  get name(): string {
    return `${this.type}/${this.subtype}`;
  }

  /** Preference in Accept from 0 to 1; 1 when absent or malformed (RFC 3261 §20.1). */
  get q(): number {
    return parseQualityValue(this.parameters.get("q") ?? "1") ?? 1;
  }

  /** Whether this media type falls in `range` by type and subtype (RFC 2616 §14.1). */
  isIn(range: MediaType): boolean {
    return (range.type === "*" || range.type === this.type) && (range.subtype === "*" || range.subtype === this.subtype);
  }

  /** As it goes on the wire. */
  toString(): string {
    return `${this.type}/${this.subtype}${this.parameters.text}`;
  }
}

/** m-type SLASH m-subtype *( SEMI m-parameter ) */
export function parseMediaType(header: string, text: string): MediaType {
  const end = text.length;
  const typeEnd = skipClass(text, 0, end, TOKEN);
  const slash = skipWhitespace(text, typeEnd, end);
  const subtypeStart = skipWhitespace(text, slash + 1, end);
  const subtypeEnd = skipClass(text, subtypeStart, end, TOKEN);
  if (typeEnd === 0 || slash === end || text.charCodeAt(slash) !== 0x2f || subtypeEnd === subtypeStart) {
    throw malformed(header, "type/subtype", text);
  }
  const parameters = parseHeaderParameters(header, text, subtypeEnd);
  return new MediaType(text.slice(0, typeEnd).toLowerCase(), text.slice(subtypeStart, subtypeEnd).toLowerCase(), parameters);
}

/** Content-Type (RFC 3261 §20.15). */
export const ContentType: HeaderCodec<MediaType> = {
  name: "Content-Type",
  compactName: "c",
  list: false,
  parse: (text) => parseMediaType("Content-Type", text),
  serialize: (mediaType) => mediaType.toString(),
};

/** Accept (RFC 3261 §20.1): one media range; `*` subtypes are ranges. */
export const Accept: HeaderCodec<MediaType> = {
  name: "Accept",
  list: true,
  parse: (text) => parseMediaType("Accept", text),
  serialize: (range) => range.toString(),
};
