import type { StunAttribute } from "./stun-attribute.ts";

/** From where else a server is to answer. */
export interface ChangeRequestValue {
  /** From its other address. */
  readonly address: boolean;
  /** From its other port. */
  readonly port: boolean;
}

const addressFlag = 0x04;
const portFlag = 0x02;

/**
 * CHANGE-REQUEST (RFC 5780 §7.2):
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 A B 0|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export const ChangeRequest: StunAttribute<ChangeRequestValue> = {
  type: 0x0003,
  name: "CHANGE-REQUEST",
  parse: (value) => (value.length === 4 ? { address: (value[3]! & addressFlag) !== 0, port: (value[3]! & portFlag) !== 0 } : undefined),
  serialize: ({ address, port }) => Uint8Array.of(0, 0, 0, (address ? addressFlag : 0) | (port ? portFlag : 0)),
};
