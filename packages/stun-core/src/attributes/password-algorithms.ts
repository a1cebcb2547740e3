import type { StunAttribute } from "./stun-attribute.ts";

/** How the key of long-term credentials is made (RFC 8489 §18.5). */
export interface PasswordAlgorithmValue {
  /** 1 is MD5, 2 is SHA-256. */
  readonly algorithm: number;
  /** None for either. */
  readonly parameters: Uint8Array;
}

export type PasswordAlgorithmName = "MD5" | "SHA-256";

const numbers: Readonly<Record<PasswordAlgorithmName, number>> = { MD5: 1, "SHA-256": 2 };
const noParameters = new Uint8Array(0);
const headBytes = 4;

export function passwordAlgorithm(name: PasswordAlgorithmName): PasswordAlgorithmValue {
  return { algorithm: numbers[name], parameters: noParameters };
}

/** Undefined for an algorithm that is not known here. */
export function passwordAlgorithmName({ algorithm, parameters }: PasswordAlgorithmValue): PasswordAlgorithmName | undefined {
  if (parameters.length > 0) return undefined;
  return algorithm === 1 ? "MD5" : algorithm === 2 ? "SHA-256" : undefined;
}

/** PASSWORD-ALGORITHMS (RFC 8489 §14.11): what the server can do, best first; the client sends the list back. */
export const PasswordAlgorithms: StunAttribute<readonly PasswordAlgorithmValue[]> = {
  type: 0x8002,
  name: "PASSWORD-ALGORITHMS",
  parse(value) {
    const list: PasswordAlgorithmValue[] = [];
    for (let at = 0; at < value.length;) {
      const entry = entryAt(value, at);
      if (!entry) return undefined;
      list.push(entry);
      at += headBytes + ((entry.parameters.length + 3) & ~3);
    }
    return list.length > 0 ? list : undefined;
  },
  serialize: (list) => Buffer.concat(list.map((entry, index) => entryBytes(entry, index < list.length - 1))),
};

/** PASSWORD-ALGORITHM (RFC 8489 §14.12): which of them the client took. */
export const PasswordAlgorithm: StunAttribute<PasswordAlgorithmValue> = {
  type: 0x001d,
  name: "PASSWORD-ALGORITHM",
  parse: (value) => entryAt(value, 0),
  serialize: (value) => entryBytes(value, false),
};

function entryAt(bytes: Uint8Array, at: number): PasswordAlgorithmValue | undefined {
  if (at + headBytes > bytes.length) return undefined;
  const end = at + headBytes + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
  if (end > bytes.length) return undefined;
  return { algorithm: ((bytes[at] as number) << 8) | (bytes[at + 1] as number), parameters: bytes.subarray(at + headBytes, end) };
}

/** "Parameters … padded to a multiple of 4 bytes" between entries; the padding after the last one is the attribute's own. */
function entryBytes({ algorithm, parameters }: PasswordAlgorithmValue, isPadded: boolean): Uint8Array {
  const { length } = parameters;
  const head = Uint8Array.of(algorithm >> 8, algorithm & 0xff, length >> 8, length & 0xff);
  return Buffer.concat([head, parameters, new Uint8Array(isPadded ? -length & 3 : 0)]);
}
