/** Reads and writes the value of one attribute (RFC 8489 §14): the key by which `StunMessage.get` and `StunWriter.add` know its type. */
export interface StunAttribute<Value> {
  /** Number of the registry; below 0x8000 a receiver must understand it ("comprehension-required"). */
  readonly type: number;
  /** As the RFC writes it. */
  readonly name: string;
  /**
   * Undefined when the value is malformed.
   *
   * @param value Without padding, a view on the message.
   * @param cookieAndId The 16 bytes of the header that addresses are XORed with.
   */
  parse(value: Uint8Array, cookieAndId: Uint8Array): Value | undefined;
  /** @throws {StunError} `STUN_ATTRIBUTE_INVALID` for a value that cannot be written. */
  serialize(value: Value, cookieAndId: Uint8Array): Uint8Array;
}

/** "Attribute types in the range 0x0000-0x7FFF are comprehension-required" (RFC 8489 §14). */
export function isComprehensionRequired(type: number): boolean {
  return type < 0x8000;
}
