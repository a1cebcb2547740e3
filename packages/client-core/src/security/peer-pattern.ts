import { addressFamily, addressToBytes, normaliseAddress } from "@sidetone/infra-common";
import { SipUri } from "@sidetone/sip-core";

/** One address, a network of them, or whatever a SIP URI leads to. */
export type PeerPattern =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "network"; readonly bytes: Uint8Array; readonly prefixBits: number }
  | { readonly kind: "uri"; readonly uri: SipUri };

/** `192.0.2.7`, `2001:db8::/32`, `pbx.example.com`, `pbx.example.com:5070`; undefined for anything else. */
export function parsePeerPattern(text: string): PeerPattern | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  if (rest.length > 0) return undefined;
  if (prefix !== undefined) return parseNetwork(address, prefix);
  if (addressFamily(address)) return { kind: "address", address: normaliseAddress(address) };
  try {
    return patternOfUri(SipUri.parse(`sip:${text}`));
  } catch {
    return undefined;
  }
}

/** Where requests to `uri` go, which is where its server's come from. */
export function patternOfUri(uri: SipUri): PeerPattern {
  const host = uri.host.replace(/^\[|\]$/g, "");
  return addressFamily(host) ? { kind: "address", address: normaliseAddress(host) } : { kind: "uri", uri: uri.withUser(undefined) };
}

/** Whether the address of these bytes is in the network. */
export function isInNetwork(address: Uint8Array, { bytes, prefixBits }: Extract<PeerPattern, { kind: "network" }>): boolean {
  if (address.length !== bytes.length) return false;
  const whole = prefixBits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== bytes[i]) return false;
  const restBits = prefixBits & 7;
  return restBits === 0 || ((address[whole]! ^ bytes[whole]!) & (0xff00 >> restBits) & 0xff) === 0;
}

function parseNetwork(address: string, prefix: string): PeerPattern | undefined {
  const bytes = addressToBytes(address);
  const prefixBits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
  return bytes && prefixBits <= 8 * bytes.length ? { kind: "network", bytes, prefixBits } : undefined;
}
