import { createHash } from "node:crypto";
import type { PasswordAlgorithmName } from "../attributes/password-algorithms.ts";

/** `key = OpaqueString(password)` (RFC 8489 §9.1.1); the password is to be prepared already. */
export function shortTermKey(password: string): Uint8Array {
  return Buffer.from(password);
}

/**
 * `key = MD5(username ":" realm ":" password)` (RFC 8489 §9.2.2), or SHA-256 of the same (§18.5.1.2): what SIP calls H(A1).
 * User name and password are to be prepared already. "with any quotes and trailing nulls removed" goes for the realm of a peer.
 */
export function longTermKey(username: string, realm: string, password: string, algorithm: PasswordAlgorithmName = "MD5"): Uint8Array {
  const bareRealm = realm.replace(/\0+$/, "").replace(/^"(.*)"$/s, "$1");
  return createHash(algorithm === "MD5" ? "md5" : "sha256")
    .update(`${username}:${bareRealm}:${password}`)
    .digest();
}
