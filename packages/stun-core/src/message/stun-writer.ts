import { ByteWriter } from "@sidetone/infra-common";
import type { StunAttribute } from "../attributes/stun-attribute.ts";
import { StunError } from "../stun-error.ts";
import { fingerprintType, integrityTypes, type IntegrityAttribute } from "./closing-attributes.ts";
import { fingerprintBytes, fingerprintOf } from "./fingerprint.ts";
import { integrityBytes, integrityOf } from "./message-integrity.ts";
import { magicCookie, maxMethod, messageType, stunHeaderBytes, type StunClass } from "./stun-header.ts";

/** In the order in which they may follow one another. */
type Stage = 0 | 1 | 2 | 3;
const stages: Readonly<Record<IntegrityAttribute | "FINGERPRINT", Stage>> = {
  "MESSAGE-INTEGRITY": 1,
  "MESSAGE-INTEGRITY-SHA256": 2,
  FINGERPRINT: 3,
};

/** Writes a message (RFC 8489 §5, §14), attribute after attribute; integrity and fingerprint come last, in this order. */
export class StunWriter {
  readonly #writer: ByteWriter = new ByteWriter(128);
  readonly #cookieAndId: Uint8Array;
  #stage: Stage = 0;

  /**
   * @param transactionId 12 bytes, unpredictable in a request; or the 16 of a message of RFC 3489, which has no magic cookie.
   * @throws {StunError} `STUN_OPTION_INVALID` for another length, or a method beyond 12 bits.
   */
  constructor(stunClass: StunClass, method: number, transactionId: Uint8Array) {
    if ((transactionId.length !== 12 && transactionId.length !== 16) || !Number.isInteger(method) || method < 0 || method > maxMethod) {
      throw new StunError("STUN_OPTION_INVALID", `no STUN header has method ${method} and an ID of ${transactionId.length} bytes`);
    }
    this.#cookieAndId = transactionId.length === 12 ? Buffer.concat([magicCookie, transactionId]) : transactionId;
    this.#writer.uint16(messageType(stunClass, method)).uint16(0).bytes(this.#cookieAndId);
  }

  /** @throws {StunError} `STUN_ATTRIBUTE_INVALID` for a value that cannot be written, or after integrity or fingerprint. */
  add<Value>(attribute: StunAttribute<Value>, value: Value): this {
    if (this.#stage > 0) throw new StunError("STUN_ATTRIBUTE_INVALID", `${attribute.name} cannot follow integrity or FINGERPRINT`);
    return this.#append(attribute.type, attribute.serialize(value, this.#cookieAndId));
  }

  /** Adds MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 over what was written so far. */
  addIntegrity(attribute: IntegrityAttribute, key: Uint8Array): this {
    this.#enter(attribute);
    const { length } = this.#writer;
    return this.#append(integrityTypes[attribute], integrityOf(attribute, key, this.#writer.toBytes(), length, integrityBytes[attribute]));
  }

  /** Adds FINGERPRINT; nothing can follow. */
  addFingerprint(): this {
    this.#enter("FINGERPRINT");
    const { length } = this.#writer;
    this.#writer.setUint16(2, length + fingerprintBytes - stunHeaderBytes);
    const value = fingerprintOf(this.#writer.toBytes(), length);
    this.#writer.uint16(fingerprintType).uint16(4).uint32(value);
    return this;
  }

  /** The message as far as it was written. */
  toBytes(): Buffer {
    return this.#writer.toBytes();
  }

  #enter(attribute: keyof typeof stages): void {
    if (this.#stage >= stages[attribute]) throw new StunError("STUN_ATTRIBUTE_INVALID", `it is too late for ${attribute}`);
    this.#stage = stages[attribute];
  }

  #append(type: number, value: Uint8Array): this {
    this.#writer
      .uint16(type)
      .uint16(value.length)
      .bytes(value)
      .zeros(-value.length & 3);
    this.#writer.setUint16(2, this.#writer.length - stunHeaderBytes);
    return this;
  }
}
