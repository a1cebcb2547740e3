import { SipError } from "../errors.ts";
import { hasLineBreakOrNul } from "../grammar/character-class.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { Parameters } from "../grammar/parameters.ts";
import { headerSyntax } from "../grammar/parameter-syntax.ts";
import { quote } from "../grammar/quoted-string.ts";
import { parseUri, type Uri } from "../uri/uri.ts";

export const noParameters: Parameters = new Parameters("", headerSyntax);

export interface NameAddressOptions {
  /** A URI, or its text. */
  uri: Uri | string;
  /** Plain text; it is quoted on the wire. */
  displayName?: string | undefined;
  /** Header parameters, after the `>`. */
  parameters?: Iterable<readonly [name: string, value?: string | number]> | undefined;
}

/** {@link NameAddress} or a subclass of it. */
export type NameAddressClass<Address extends NameAddress> = new (
  uri: Uri,
  displayName: string | undefined,
  parameters: Parameters,
) => Address;

/**
 * A URI with an optional display name and header parameters: what From, To, Contact, Route and their like hold
 * (RFC 3261 §20.10, §25.1 name-addr / addr-spec). Immutable. Always written with `<` and `>`.
 */
export class NameAddress {
  /** Unquoted; undefined when there is none. */
  readonly displayName: string | undefined;
  readonly uri: Uri;
  /** The header's parameters, not those of the URI. */
  readonly parameters: Parameters;

  constructor(uri: Uri, displayName: string | undefined, parameters: Parameters) {
    this.uri = uri;
    this.displayName = displayName;
    this.parameters = parameters;
  }

  /**
   * Makes an address of plain parts.
   *
   * @throws {SipError} `SIP_HEADER_INVALID` when the display name or a parameter holds CR, LF or NUL; `SIP_URI_INVALID` when
   *   `uri` is text and not a URI.
   */
  static create<Address extends NameAddress>(
    this: NameAddressClass<Address>,
    { uri, displayName, parameters = [] }: NameAddressOptions,
  ): Address {
    if (displayName !== undefined && hasLineBreakOrNul(displayName)) {
      throw new SipError("SIP_HEADER_INVALID", "A display name must not hold CR, LF or NUL");
    }
    return new this(typeof uri === "string" ? toUri(uri) : uri, displayName, Parameters.from(parameters));
  }

  /** The tag of a From or To (RFC 3261 §19.3). */
  get tag(): string | undefined {
    return this.parameters.get("tag");
  }

  /** A copy with that tag, or without any. */
  withTag(tag: string | undefined): this {
    return tag === undefined ? this.withoutParameter("tag") : this.withParameter("tag", tag);
  }

  /** A copy with a header parameter set; without a value, the name alone. Throws `SipError` `SIP_HEADER_INVALID` when it cannot be written. */
  withParameter(name: string, value?: string | number): this {
    return this.#copy(this.parameters.with(name, value));
  }

  /** A copy without that header parameter. */
  withoutParameter(name: string): this {
    return this.parameters.has(name) ? this.#copy(this.parameters.without(name)) : this;
  }

  /** As it goes on the wire: `"Display name" <uri>;parameters`. */
  toString(): string {
    const name = this.displayName === undefined ? "" : `${quote(this.displayName)} `;
    return `${name}<${this.uri.toString()}>${this.parameters.text}`;
  }

  #copy(parameters: Parameters): this {
    return new (this.constructor as NameAddressClass<this>)(this.uri, this.displayName, parameters);
  }
}

/** A URI that the caller gave as text. */
function toUri(text: string): Uri {
  try {
    return parseUri(text);
  } catch (cause) {
    throw new SipError("SIP_URI_INVALID", `Not a URI: ${excerpt(text)}`, { cause });
  }
}
