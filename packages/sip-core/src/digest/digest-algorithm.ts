import { hash } from "node:crypto";

/** What RFC 8760 §2.1 allows, weakest first; `-sess` binds the hash of the password to the first nonce (RFC 7616 §3.4.2). */
export const digestAlgorithms = ["MD5", "MD5-sess", "SHA-512-256", "SHA-512-256-sess", "SHA-256", "SHA-256-sess"] as const;

export type DigestAlgorithm = (typeof digestAlgorithms)[number];

const hashNames: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: "md5",
  "MD5-sess": "md5",
  "SHA-512-256": "sha512-256",
  "SHA-512-256-sess": "sha512-256",
  "SHA-256": "sha256",
  "SHA-256-sess": "sha256",
};
const byLowerName = new Map(digestAlgorithms.map((algorithm) => [algorithm.toLowerCase(), algorithm]));

/** The algorithm of that name in any case; MD5 when there is none (RFC 7616 §3.3); undefined when it is unknown. */
export function toDigestAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  return name === undefined ? "MD5" : byLowerName.get(name.toLowerCase());
}

export function isSessionAlgorithm(algorithm: DigestAlgorithm): boolean {
  return algorithm.endsWith("-sess");
}

/** H(data) of RFC 7616 §3.4 as lower-case hexadecimal digits; text is hashed as UTF-8. */
export function digestHash(algorithm: DigestAlgorithm, data: string | Uint8Array): string {
  return hash(hashNames[algorithm], data, "hex");
}
