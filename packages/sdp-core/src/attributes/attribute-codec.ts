const colon = 58;

/** Reads and writes the value of one attribute, the text after `a=<name>:` (RFC 8866 §6). */
export interface AttributeCodec<Value> {
  /** As registered; attribute names are case-sensitive. */
  readonly name: string;
  /** The value, or undefined when `text` is none: a peer's malformed attribute counts as absent. */
  parse(text: string): Value | undefined;
  /** `parse(serialize(value))` equals `value`. */
  serialize(value: Value): string;
}

/** The whole line of an attribute: `a=ptime:20`. */
export function attributeLine<Value>(codec: AttributeCodec<Value>, value: Value): string {
  return `a=${codec.name}:${codec.serialize(value)}`;
}

/** The value of a line that is an attribute of this name, empty when it has none; undefined for any other line. */
export function attributeValue(line: string, name: string): string | undefined {
  if (!line.startsWith("a=") || !line.startsWith(name, 2)) return undefined;
  const end = name.length + 2;
  if (line.charCodeAt(end) === colon) return line.slice(end + 1);
  return end === line.length || line.slice(end).trim() === "" ? "" : undefined;
}
