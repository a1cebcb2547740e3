import type { HeaderCodec } from "../header-codec.ts";
import { SipError, type SipParseError } from "../errors.ts";
import { hasLineBreakOrNul, isToken } from "../grammar/character-class.ts";
import { ContentDisposition, type ParameterizedToken } from "../headers/parameterized-token.ts";
import { ContentType, MediaType } from "../headers/media-type.ts";

export interface BodyPartOptions {
  contentType: MediaType | string;
  content: Uint8Array;
  contentDisposition?: ParameterizedToken | undefined;
  /** Further header fields, in order. */
  headers?: Iterable<readonly [name: string, value: string]> | undefined;
}

/** One part of a multipart body: MIME header fields and content (RFC 2046 §5.1, RFC 5621). Immutable. */
export class BodyPart {
  /** In order, names as written, values trimmed and unfolded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The octets between the empty line and the delimiter, untouched; a view of the body that was parsed. */
  readonly content: Uint8Array;
  /** The parts inside, when this one is a multipart itself. */
  readonly parts: readonly BodyPart[] | undefined;

  /** Internal: use {@link BodyPart.create} and `parseMultipart`. */
  constructor(headers: readonly (readonly [name: string, value: string])[], content: Uint8Array, parts?: readonly BodyPart[]) {
    this.headers = headers;
    this.content = content;
    this.parts = parts;
  }

  /** @throws {SipError} `SIP_HEADER_INVALID` when a header field cannot be written. */
  static create({ contentType, content, contentDisposition, headers = [] }: BodyPartOptions): BodyPart {
    const list: (readonly [string, string])[] = [["Content-Type", contentType.toString()]];
    if (contentDisposition) list.push(["Content-Disposition", contentDisposition.toString()]);
    for (const header of headers) list.push(header);
    for (const [name, value] of list) {
      if (!isToken(name) || hasLineBreakOrNul(value))
        throw new SipError("SIP_HEADER_INVALID", `A part cannot hold the header field ${JSON.stringify(name)}`);
    }
    return new BodyPart(list, content);
  }

  /** The text of the first header field of that name, in any case. */
  getText(name: string): string | undefined {
    const lower = name.toLowerCase();
    return this.headers.find((header) => header[0].toLowerCase() === lower)?.[1];
  }

  /** The value of a header field; undefined when it is absent or malformed. */
  get<Value>(codec: HeaderCodec<Value>): Value | undefined {
    const text = this.getText(codec.name);
    if (text === undefined) return undefined;
    try {
      return codec.parse(text);
    } catch (error) {
      if ((error as SipParseError).code.startsWith("SIP_PARSE")) return undefined;
      throw error;
    }
  }

  /** Content-Type; `text/plain` when it is absent or malformed (RFC 2045 §5.2). */
  get contentType(): MediaType {
    return this.get(ContentType) ?? MediaType.create("text/plain");
  }

  /** Content-Disposition; undefined when it is absent or malformed. */
  get contentDisposition(): ParameterizedToken | undefined {
    return this.get(ContentDisposition);
  }

  /** Content-ID without its angle brackets, as `cid:` URIs name it (RFC 2392 §2). */
  get contentId(): string | undefined {
    return this.getText("Content-ID")?.replace(/^<(.*)>$/, "$1");
  }
}
