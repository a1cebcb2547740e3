/** Reads and writes one SIP header field (RFC 3261 §7.3). */
export interface HeaderCodec<Value> {
  /** Canonical field name, as written on the wire. */
  readonly name: string;
  /** Compact form (RFC 3261 §7.3.3), if one is defined. */
  readonly compactName?: string;
  /** Whether the field may appear more than once or as a comma list (then `getAll` applies). */
  readonly list: boolean;
  /** False for a list field whose commas belong to the value: one value per line, as in WWW-Authenticate (RFC 3261 §7.3.1). Default true. */
  readonly commaSeparated?: boolean;
  /** Parses one field value, already unfolded and trimmed; for a list field, one member of it. Throws {@link SipParseError}. */
  parse(text: string): Value;
  /** Writes the field value, without the name and CRLF. `parse(serialize(v))` equals `v`. */
  serialize(value: Value): string;
}
