import { equalsIgnoreCase, skipWhitespace, startsWithIgnoreCase } from "./character-class.ts";
import { headerSyntax, type ParameterSyntax } from "./parameter-syntax.ts";
import { decodeEscapes } from "./percent-escape.ts";
import { endOfQuotedString, unquote } from "./quoted-string.ts";

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
    return find(this.text, this.syntax, name) >= 0;
  }

  /** The value of the first parameter of that name, unquoted and unescaped; "" when it has none, undefined when it is not there. */
  get(name: string): string | undefined {
    const { text, syntax } = this;
    const nameEnd = find(text, syntax, name);
    if (nameEnd < 0) return undefined;
    const valueStart = startOfValue(text, nameEnd);
    return valueStart < 0 ? "" : decode(syntax, text, valueStart, endOfValue(text, valueStart, syntax.separator));
  }

  /** The value of {@link get} as a number, when it is 1*DIGIT below 2⁵³; undefined otherwise. */
  getInteger(name: string): number | undefined {
    const value = this.get(name);
    return value !== undefined && /^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  }

  /** Every parameter in order, names as written, values unquoted and unescaped ("" for none). */
  *[Symbol.iterator](): Generator<readonly [name: string, value: string], void, undefined> {
    const { text, syntax } = this;
    const cursor = new ParameterCursor(text, syntax.separator);
    while (cursor.next()) {
      const { nameStart, nameEnd, valueStart, valueEnd } = cursor;
      yield [decode(syntax, text, nameStart, nameEnd), decode(syntax, text, valueStart, valueEnd)];
    }
  }

  /** Internal: the first value of each name in lower case, read in one pass for who asks for most of them. */
  toMap(): Map<string, string> {
    const { text, syntax } = this;
    const values = new Map<string, string>();
    const cursor = new ParameterCursor(text, syntax.separator);
    while (cursor.next()) {
      const name = decode(syntax, text, cursor.nameStart, cursor.nameEnd).toLowerCase();
      if (!values.has(name)) values.set(name, decode(syntax, text, cursor.valueStart, cursor.valueEnd));
    }
    return values;
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
    const { text: before, syntax } = this;
    const cursor = new ParameterCursor(before, syntax.separator);
    let text = "";
    let replaced = replacement === undefined;
    while (cursor.next()) {
      if (!equalsIgnoreCase(decode(syntax, before, cursor.nameStart, cursor.nameEnd), name)) {
        text = this.#join(text, before.slice(cursor.nameStart, cursor.valueEnd));
      } else if (!replaced) {
        text = this.#join(text, replacement!);
        replaced = true;
      }
    }
    return new Parameters(text, syntax);
  }
}

/** Walks checked text from parameter to parameter. */
class ParameterCursor {
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  /** End of the value, or of the name when there is no value. */
  valueEnd = 0;
  private readonly text: string;
  private readonly separator: number;

  constructor(text: string, separator: number) {
    this.text = text;
    this.separator = separator;
  }

  /** Moves to the next parameter; false at the end. */
  next(): boolean {
    const { text, separator } = this;
    this.nameStart = startOfName(text, this.valueEnd, separator);
    if (this.nameStart >= text.length) return false;
    this.nameEnd = endOfName(text, this.nameStart, separator);
    const valueStart = startOfValue(text, this.nameEnd);
    this.valueStart = valueStart < 0 ? this.nameEnd : valueStart;
    this.valueEnd = valueStart < 0 ? this.nameEnd : endOfValue(text, valueStart, separator);
    return true;
  }
}

/** A name or value without its quotes or escapes. */
function decode(syntax: ParameterSyntax, text: string, start: number, end: number): string {
  if (syntax.isEscaped) return decodeEscapes(text.slice(start, end));
  return start < end && text.charCodeAt(start) === 0x22 ? unquote(text, start, end) : text.slice(start, end);
}

/** The index after the first parameter name that is `name`, or −1. */
function find(text: string, syntax: ParameterSyntax, name: string): number {
  if (text === "") return -1;
  const nameEnd = findWritten(text, syntax.separator, name);
  return nameEnd < 0 && syntax.isEscaped && text.includes("%") ? findEscaped(text, syntax, name) : nameEnd;
}

function findEscaped(text: string, syntax: ParameterSyntax, name: string): number {
  const cursor = new ParameterCursor(text, syntax.separator);
  while (cursor.next()) if (equalsIgnoreCase(decode(syntax, text, cursor.nameStart, cursor.nameEnd), name)) return cursor.nameEnd;
  return -1;
}

/** The index after the first parameter name that is written `name`, letters in either case; −1 when there is none. */
function findWritten(text: string, separator: number, name: string): number {
  let i = startOfName(text, 0, separator);
  while (i < text.length) {
    const nameEnd = i + name.length;
    if (startsWithIgnoreCase(text, i, name) && (nameEnd === text.length || endsName(text.charCodeAt(nameEnd), separator))) return nameEnd;
    i = startOfName(text, endOfParameter(text, i, separator), separator);
  }
  return -1;
}

/** The index of the separator after a parameter that begins at `start`, or of the end. */
function endOfParameter(text: string, start: number, separator: number): number {
  let i = start;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === separator) break;
    i = code === 0x22 ? endOfQuoted(text, i) : i + 1;
  }
  return i;
}

function endsName(code: number, separator: number): boolean {
  return code === 0x3d || code === separator || code === 0x20 || code === 0x09;
}

/** Skips white space and the separator before a name. */
function startOfName(text: string, start: number, separator: number): number {
  let i = start;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code !== separator && code !== 0x20 && code !== 0x09) break;
    i++;
  }
  return i;
}

function endOfName(text: string, start: number, separator: number): number {
  let i = start;
  while (i < text.length) {
    if (endsName(text.charCodeAt(i), separator)) break;
    i++;
  }
  return i;
}

/** The index of the value after a name that ends at `nameEnd`; −1 when it has none. */
function startOfValue(text: string, nameEnd: number): number {
  const equals = skipWhitespace(text, nameEnd, text.length);
  if (equals === text.length || text.charCodeAt(equals) !== 0x3d) return -1;
  return skipWhitespace(text, equals + 1, text.length);
}

function endOfValue(text: string, start: number, separator: number): number {
  if (start < text.length && text.charCodeAt(start) === 0x22) return endOfQuoted(text, start);
  let i = start;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === separator || code === 0x20 || code === 0x09) break;
    i++;
  }
  return i;
}

/** The index after a quoted-string; the end of the text when it does not close, which checked text never does. */
function endOfQuoted(text: string, start: number): number {
  const end = endOfQuotedString(text, start, text.length);
  return end < 0 ? text.length : end;
}
