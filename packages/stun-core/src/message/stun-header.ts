/** What a message is: the two bits C1 and C0 of its type (RFC 8489 §5). */
export type StunClass = "request" | "indication" | "success" | "error";

/** The one method of RFC 8489; TURN and others add theirs. */
export const bindingMethod = 0x001;

/** Largest method number: 12 bits. */
export const maxMethod = 0xfff;

/** "The Magic Cookie field MUST contain the fixed value 0x2112A442" (RFC 8489 §5). */
export const magicCookie: Uint8Array = Uint8Array.of(0x21, 0x12, 0xa4, 0x42);

/** Type, length, cookie and transaction ID. */
export const stunHeaderBytes = 20;

const classes: readonly StunClass[] = ["request", "indication", "success", "error"];

/**
 * Class and method share the 14 bits of the type (RFC 8489 §5, Figure 3):
 * ```
 *  0                 1
 *  2  3  4 5 6 7 8 9 0 1 2 3 4 5
 * +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
 * |M |M |M|M|M|C|M|M|M|C|M|M|M|M|
 * |11|10|9|8|7|1|6|5|4|0|3|2|1|0|
 * +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function messageType(stunClass: StunClass, method: number): number {
  const bits = classes.indexOf(stunClass);
  return ((method & 0xf80) << 2) | ((method & 0x070) << 1) | (method & 0x00f) | ((bits & 2) << 7) | ((bits & 1) << 4);
}

export function classOf(type: number): StunClass {
  return classes[((type >> 7) & 2) | ((type >> 4) & 1)] as StunClass;
}

export function methodOf(type: number): number {
  return ((type & 0x3e00) >> 2) | ((type & 0x00e0) >> 1) | (type & 0x000f);
}

/**
 * Whether a datagram can be STUN where it shares a port with SIP or RTP: the first two bits are 0 (RFC 7983 §7: 0 to 3 in the first byte),
 * the magic cookie is there, and the length fits (RFC 8489 §6.3). Messages of RFC 3489 have no cookie and are not seen.
 */
export function looksLikeStun(data: Uint8Array): boolean {
  return hasStunShape(data) && hasMagicCookie(data);
}

/** "The most significant 2 bits of every STUN message MUST be zeroes", and the length counts what follows the header in fours (RFC 8489 §5). */
export function hasStunShape(data: Uint8Array): boolean {
  if (data.length < stunHeaderBytes || (data[0] as number) > 3) return false;
  const length = ((data[2] as number) << 8) | (data[3] as number);
  return (length & 3) === 0 && length + stunHeaderBytes === data.length;
}

export function hasMagicCookie(data: Uint8Array): boolean {
  return data[4] === 0x21 && data[5] === 0x12 && data[6] === 0xa4 && data[7] === 0x42;
}
