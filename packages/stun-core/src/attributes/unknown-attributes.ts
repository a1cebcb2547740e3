import type { StunAttribute } from "./stun-attribute.ts";

/** UNKNOWN-ATTRIBUTES (RFC 8489 §14.13): the types that a 420 complains of. */
export const UnknownAttributes: StunAttribute<readonly number[]> = {
  type: 0x000a,
  name: "UNKNOWN-ATTRIBUTES",
  parse(value) {
    if (value.length % 2 !== 0) return undefined;
    return Array.from({ length: value.length / 2 }, (_, index) => ((value[2 * index] as number) << 8) | (value[2 * index + 1] as number));
  },
  serialize: (types) => Uint8Array.from(types.flatMap((type) => [type >> 8, type & 0xff])),
};
