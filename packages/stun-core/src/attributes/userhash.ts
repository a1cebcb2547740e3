import { createHash } from "node:crypto";
import { StunError } from "../stun-error.ts";
import type { StunAttribute } from "./stun-attribute.ts";

const hashBytes = 32;

/** USERHASH (RFC 8489 §14.4): stands in for USERNAME where the server lets users stay anonymous. */
export const Userhash: StunAttribute<Uint8Array> = {
  type: 0x001e,
  name: "USERHASH",
  parse: (value) => (value.length === hashBytes ? value : undefined),
  serialize(value) {
    if (value.length !== hashBytes) throw new StunError("STUN_ATTRIBUTE_INVALID", `USERHASH has 32 bytes, not ${value.length}`);
    return value;
  },
};

/** `userhash = SHA-256(OpaqueString(username) ":" OpaqueString(realm))` (RFC 8489 §14.4); both are to be prepared already. */
export function userhashOf(username: string, realm: string): Uint8Array {
  return createHash("sha256").update(`${username}:${realm}`).digest();
}
