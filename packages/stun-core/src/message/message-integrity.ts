import { createHmac, timingSafeEqual } from "node:crypto";
import type { IntegrityAttribute } from "./closing-attributes.ts";
import { stunHeaderBytes } from "./stun-header.ts";
import type { StunMessage } from "./stun-message.ts";

/** Length of the whole HMAC. */
export const integrityBytes: Readonly<Record<IntegrityAttribute, number>> = { "MESSAGE-INTEGRITY": 20, "MESSAGE-INTEGRITY-SHA256": 32 };
/** "MUST be at least 16 bytes … and the size MUST be a multiple of 4 bytes" where HMAC-SHA256 is truncated. */
const minTruncatedBytes = 16;

/** The HMAC over what precedes the attribute at `offset`, as if the message ended with that attribute of `valueLength` bytes. */
export function integrityOf(
  attribute: IntegrityAttribute,
  key: Uint8Array,
  bytes: Uint8Array,
  offset: number,
  valueLength: number,
): Uint8Array {
  const head = Uint8Array.from(bytes.subarray(0, 4));
  const length = offset - stunHeaderBytes + 4 + valueLength;
  head[2] = length >> 8;
  head[3] = length & 0xff;
  const hmac = createHmac(attribute === "MESSAGE-INTEGRITY" ? "sha1" : "sha256", key);
  return hmac.update(head).update(bytes.subarray(4, offset)).digest();
}

/** Whether the message carries the attribute, made with `key`. The time it takes does not depend on what is wrong. */
export function isIntegrityValid(message: StunMessage, attribute: IntegrityAttribute, key: Uint8Array): boolean {
  const offset = attribute === "MESSAGE-INTEGRITY" ? message.integrityOffset : message.integritySha256Offset;
  if (offset < 0) return false;
  const { bytes } = message;
  const length = ((bytes[offset + 2] as number) << 8) | (bytes[offset + 3] as number);
  const whole = integrityBytes[attribute];
  const isAllowed =
    attribute === "MESSAGE-INTEGRITY" ? length === whole : length <= whole && length >= minTruncatedBytes && length % 4 === 0;
  if (!isAllowed) return false;
  const expected = integrityOf(attribute, key, bytes, offset, length);
  return timingSafeEqual(expected.subarray(0, length), bytes.subarray(offset + 4, offset + 4 + length));
}
