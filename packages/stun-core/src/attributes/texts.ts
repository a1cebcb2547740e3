import { StunError } from "../stun-error.ts";
import type { StunAttribute } from "./stun-attribute.ts";

/** "fewer than 128 characters (which can be as long as … 763 bytes when decoding)" (RFC 8489 §14.9, §14.10, §14.14). */
export const maxTextBytes = 763;
/** "USERNAME … less than 509 bytes" (RFC 8489 §14.3). */
const maxUsernameBytes = 508;
const maxDomainBytes = 255;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** USERNAME (RFC 8489 §14.3). */
export const Username: StunAttribute<string> = text(0x0006, "USERNAME", maxUsernameBytes);

/** REALM (RFC 8489 §14.9): its presence in an error asks for long-term credentials. */
export const Realm: StunAttribute<string> = text(0x0014, "REALM", maxTextBytes);

/** NONCE (RFC 8489 §14.10). */
export const Nonce: StunAttribute<string> = text(0x0015, "NONCE", maxTextBytes);

/** SOFTWARE (RFC 8489 §14.14): what the sender runs, for people. */
export const Software: StunAttribute<string> = text(0x8022, "SOFTWARE", maxTextBytes);

/** ALTERNATE-DOMAIN (RFC 8489 §14.16): the name to check the certificate of an alternate server against. */
export const AlternateDomain: StunAttribute<string> = text(0x8003, "ALTERNATE-DOMAIN", maxDomainBytes);

/** Undefined for what is too long or no UTF-8. */
export function decodeUtf8(bytes: Uint8Array, maxBytes: number): string | undefined {
  if (bytes.length > maxBytes) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function text(type: number, name: string, maxBytes: number): StunAttribute<string> {
  return {
    type,
    name,
    parse: (value) => decodeUtf8(value, maxBytes),
    serialize(value) {
      const bytes = Buffer.from(value);
      if (bytes.length > maxBytes) {
        throw new StunError("STUN_ATTRIBUTE_INVALID", `${name} may have ${maxBytes} bytes, not ${bytes.length}`);
      }
      return bytes;
    },
  };
}
