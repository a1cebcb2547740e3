import { equalsIgnoreCase, skipWhitespace, trimEnd } from "./character-class.ts";
import { headerSyntax, type ParameterSyntax } from "./parameter-syntax.ts";
import { endOfQuotedString } from "./quoted-string.ts";

/**
 * The parameters of a header field, of a URI, or the headers of a URI: ordered names with values.
 *
 * Names are compared without regard to case (RFC 3261 §7.3.1) and are plain data: `__proto__` is a name like any other.
 * The text is kept as it stood on the wire and searched when asked; nothing is built before. Immutable.
 */
export class Parameters implements Iterable<readonly [name: string, value: string]> {
  /** As on the wire: `;tag=a48s;x`, with its leading separator; "" without parameters. */
  readonly text: string;
  readonly syntax: ParameterSyntax;

  /** `text` must have been checked against `syntax`; use the parsers and {@link Parameters.from}. */
  constructor(text: string, syntax: ParameterSyntax) {
    this.text = text;
    this.syntax = syntax;
  }

  /** Header parameters from pairs, in order; a value that is undefined or "" writes the name alone. */
  static from(pairs: Iterable<readonly [name: string, value?: string | number]>, syntax: ParameterSyntax = headerSyntax): Parameters {
    let parameters = new Parameters("", syntax);
    for (const [name, value] of pairs) parameters = parameters.#append(name, value);
    return parameters;
  }

  /** Whether there are no parameters. */
  get isEmpty(): boolean {
    return this.text === "";
  }

  /** Whether the parameter is there, with or without a value. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** The value of the first parameter of that name, unquoted and unescaped; "" when it has none, undefined when it is not there. */
  get(name: string): string | undefined {
    const found = this.#find(name);
    return found && this.syntax.decodeValue(this.text, found.valueStart, found.valueEnd);
  }

  /** Every parameter in order, names as written, values unquoted and unescaped ("" for none). */
  *[Symbol.iterator](): Generator<readonly [name: string, value: string], void, undefined> {
    const { text, syntax } = this;
    const cursor = new ParameterCursor(text, syntax.separator);
    while (cursor.next()) {
      const { nameStart, nameEnd, valueStart, valueEnd } = cursor;
      yield [syntax.decodeName(text, nameStart, nameEnd), syntax.decodeValue(text, valueStart, valueEnd)];
    }
  }

  /**
   * A copy in which `name` has that value, in the place of the first one of that name, else at the end.
   * A value that is undefined or "" writes the name alone.
   *
   * @throws {SipError} `SIP_HEADER_INVALID` when a header's parameter name is no token or its value holds CR, LF or NUL.
   */
  with(name: string, value?: string | number): Parameters {
    if (!this.has(name)) return this.#append(name, value);
    return this.#rebuild(name, this.#encode(name, value));
  }

  /** A copy without any parameter of that name; this object when there is none. */
  without(name: string): Parameters {
    return this.has(name) ? this.#rebuild(name, undefined) : this;
  }

  /** The text as it goes on the wire. */
  toString(): string {
    return this.text;
  }

  #find(name: string): ParameterCursor | undefined {
    if (this.text === "") return undefined;
    const cursor = new ParameterCursor(this.text, this.syntax.separator);
    while (cursor.next()) if (this.#isNamed(cursor, name)) return cursor;
    return undefined;
  }

  #isNamed(cursor: ParameterCursor, name: string): boolean {
    const { text, syntax } = this;
    if (equalsIgnoreCase(text, cursor.nameStart, cursor.nameEnd, name)) return true;
    // An escape makes the written name longer: three characters for one.
    if (cursor.nameEnd - cursor.nameStart <= name.length) return false;
    const decoded = syntax.decodeName(text, cursor.nameStart, cursor.nameEnd);
    return equalsIgnoreCase(decoded, 0, decoded.length, name);
  }

  #encode(name: string, value: string | number | undefined): string {
    const { syntax } = this;
    const encodedName = syntax.encodeName(name);
    if (value === undefined || value === "") return encodedName + syntax.noValue;
    return `${encodedName}=${syntax.encodeValue(String(value))}`;
  }

  #append(name: string, value: string | number | undefined): Parameters {
    return new Parameters(this.#join(this.text, this.#encode(name, value)), this.syntax);
  }

  #join(before: string, parameter: string): string {
    const separator = before === "" && !this.syntax.leading ? "" : String.fromCharCode(this.syntax.separator);
    return before + separator + parameter;
  }

  /** Every parameter as it is, except those of that name: the first becomes `replacement`, the others go. */
  #rebuild(name: string, replacement: string | undefined): Parameters {
    const cursor = new ParameterCursor(this.text, this.syntax.separator);
    let text = "";
    let replaced = replacement === undefined;
    while (cursor.next()) {
      if (!this.#isNamed(cursor, name)) {
        text = this.#join(text, this.text.slice(cursor.nameStart, cursor.valueEnd));
      } else if (!replaced) {
        text = this.#join(text, replacement!);
        replaced = true;
      }
    }
    return new Parameters(text, this.syntax);
  }
}

/** Walks checked text from parameter to parameter. */
class ParameterCursor {
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  /** End of the value, or of the name when there is no value. */
  valueEnd = 0;
  private position = 0;
  private readonly text: string;
  private readonly separator: number;

  constructor(text: string, separator: number) {
    this.text = text;
    this.separator = separator;
  }

  /** Moves to the next parameter; false at the end. */
  next(): boolean {
    const text = this.text;
    const end = text.length;
    let i = skipWhitespace(text, this.position, end);
    if (i < end && text.charCodeAt(i) === this.separator) i = skipWhitespace(text, i + 1, end);
    if (i >= end) return false;
    this.nameStart = i;
    let code = 0;
    for (; i < end; i++) {
      code = text.charCodeAt(i);
      if (code === 0x3d || code === this.separator) break;
    }
    this.nameEnd = trimEnd(text, this.nameStart, i);
    this.valueStart = this.valueEnd = this.nameEnd;
    if (i < end && code === 0x3d) i = this.readValue(skipWhitespace(text, i + 1, end));
    this.position = i;
    return true;
  }

  private readValue(start: number): number {
    const text = this.text;
    const end = text.length;
    let i = start;
    this.valueStart = start;
    if (text.charCodeAt(start) === 0x22) i = this.valueEnd = endOfQuotedString(text, start, end);
    while (i < end && text.charCodeAt(i) !== this.separator) i++;
    if (text.charCodeAt(start) !== 0x22) this.valueEnd = trimEnd(text, start, i);
    return i;
  }
}
