import type { StunAttribute } from "../attributes/stun-attribute.ts";
import { isComprehensionRequired } from "../attributes/stun-attribute.ts";
import { fingerprintType, integrityTypes, type IntegrityAttribute } from "./closing-attributes.ts";
import { classOf, hasMagicCookie, hasStunShape, methodOf, stunHeaderBytes, type StunClass } from "./stun-header.ts";

/** Why a datagram is no STUN message. */
export type StunRejection = "notStun" | "attributeTruncated";

export interface ParseStunOptions {
  /** Takes messages without the magic cookie too, as RFC 3489 has them. Default false. */
  classic?: boolean;
}

/**
 * A message that was received (RFC 8489 §5): header, and attributes that are read when asked for.
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |0 0|     STUN Message Type     |         Message Length        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                         Magic Cookie                          |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                     Transaction ID (96 bits)                  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 * A view on the datagram: nothing is copied, and nothing allocated for attributes that nobody reads.
 */
export class StunMessage {
  readonly bytes: Uint8Array;
  readonly class: StunClass;
  readonly method: number;
  /** Without the magic cookie: from an implementation of RFC 3489. */
  readonly isClassic: boolean;
  /** Where MESSAGE-INTEGRITY, MESSAGE-INTEGRITY-SHA256 and FINGERPRINT begin; −1 where they are absent. */
  readonly integrityOffset: number;
  readonly integritySha256Offset: number;
  readonly fingerprintOffset: number;
  /** What follows is integrity and fingerprint. */
  readonly #attributesEnd: number;

  /** @internal Use {@link parseStun}. */
  constructor(bytes: Uint8Array, sections: AttributeSections) {
    const type = ((bytes[0] as number) << 8) | (bytes[1] as number);
    this.bytes = bytes;
    this.class = classOf(type);
    this.method = methodOf(type);
    this.isClassic = !hasMagicCookie(bytes);
    this.integrityOffset = sections.integrityOffset;
    this.integritySha256Offset = sections.integritySha256Offset;
    this.fingerprintOffset = sections.fingerprintOffset;
    this.#attributesEnd = sections.attributesEnd;
  }

  /** 12 bytes; the 16 of RFC 3489 in a classic message. */
  get transactionId(): Uint8Array {
    return this.bytes.subarray(this.isClassic ? 4 : 8, stunHeaderBytes);
  }

  /** Which integrity attribute counts: the stronger one where both are there. */
  get integrity(): IntegrityAttribute | undefined {
    if (this.integritySha256Offset >= 0) return "MESSAGE-INTEGRITY-SHA256";
    return this.integrityOffset >= 0 ? "MESSAGE-INTEGRITY" : undefined;
  }

  /** The first attribute of its type ("only the first occurrence needs to be processed", RFC 8489 §14); undefined when absent or malformed. */
  get<Value>(attribute: StunAttribute<Value>): Value | undefined {
    const offset = this.#find(attribute.type);
    if (offset < 0) return undefined;
    const value = this.bytes.subarray(offset + 4, offset + 4 + lengthAt(this.bytes, offset));
    return attribute.parse(value, this.bytes.subarray(4, stunHeaderBytes));
  }

  has(attribute: StunAttribute<unknown>): boolean {
    return this.#find(attribute.type) >= 0;
  }

  /** The types of all attributes but integrity and fingerprint, in order. */
  *attributeTypes(): Generator<number, void, undefined> {
    for (let at = stunHeaderBytes; at < this.#attributesEnd; at = nextAfter(this.bytes, at)) yield typeAt(this.bytes, at);
  }

  /** Comprehension-required types that are not among the `known`, each once (RFC 8489 §6.3). */
  unknownRequired(known: ReadonlySet<number>): number[] {
    const unknown = new Set<number>();
    for (const type of this.attributeTypes()) if (isComprehensionRequired(type) && !known.has(type)) unknown.add(type);
    return [...unknown];
  }

  #find(type: number): number {
    for (let at = stunHeaderBytes; at < this.#attributesEnd; at = nextAfter(this.bytes, at)) if (typeAt(this.bytes, at) === type) return at;
    return -1;
  }
}

interface AttributeSections {
  integrityOffset: number;
  integritySha256Offset: number;
  fingerprintOffset: number;
  attributesEnd: number;
}

/** Reads a datagram. Never throws; what is no message comes back as the reason. */
export function parseStun(data: Uint8Array, { classic = false }: ParseStunOptions = {}): StunMessage | StunRejection {
  if (!hasStunShape(data) || !(classic || hasMagicCookie(data))) return "notStun";
  const sections = findSections(data);
  return sections ? new StunMessage(data, sections) : "attributeTruncated";
}

const messageIntegrityType = integrityTypes["MESSAGE-INTEGRITY"];
const messageIntegritySha256Type = integrityTypes["MESSAGE-INTEGRITY-SHA256"];

/** Where integrity and fingerprint are; undefined when an attribute goes over the end. */
function findSections(bytes: Uint8Array): AttributeSections | undefined {
  const found: AttributeSections = { integrityOffset: -1, integritySha256Offset: -1, fingerprintOffset: -1, attributesEnd: bytes.length };
  for (let at = stunHeaderBytes; at < bytes.length; at = nextAfter(bytes, at)) {
    if (nextAfter(bytes, at) > bytes.length) return undefined;
    const type = typeAt(bytes, at);
    if (type !== messageIntegrityType && type !== messageIntegritySha256Type && type !== fingerprintType) continue;
    found.attributesEnd = Math.min(found.attributesEnd, at);
    if (found.fingerprintOffset >= 0) continue;
    if (type === fingerprintType) found.fingerprintOffset = at;
    // "With the exception of the MESSAGE-INTEGRITY-SHA256 and FINGERPRINT attributes … agents MUST ignore all other attributes that
    // follow MESSAGE-INTEGRITY" (§14.5), and all but FINGERPRINT after MESSAGE-INTEGRITY-SHA256 (§14.6).
    else if (found.integritySha256Offset >= 0) continue;
    else if (type === messageIntegritySha256Type) found.integritySha256Offset = at;
    else if (found.integrityOffset < 0) found.integrityOffset = at;
  }
  return found;
}

function typeAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

/** "each attribute … is padded to end on a 32-bit boundary" (RFC 8489 §14); messages too, so its header is always whole. */
function nextAfter(bytes: Uint8Array, at: number): number {
  return at + 4 + ((lengthAt(bytes, at) + 3) & ~3);
}
