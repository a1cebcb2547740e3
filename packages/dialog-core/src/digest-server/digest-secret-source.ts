import type { DigestAlgorithm } from "@sidetone/sip-core";

/** An algorithm that a server can offer: what is kept of a password serves it alone (RFC 8760 §2.4). */
export type ServerDigestAlgorithm = Extract<DigestAlgorithm, "MD5" | "SHA-256" | "SHA-512-256">;

/** Where a {@link DigestServer} finds what it knows of passwords. */
export interface DigestSecretSource {
  /**
   * H(username:realm:password) in lower-case hexadecimal digits (RFC 7616 §3.4.2); undefined when the user, or the user's hash for this
   * algorithm, is not known. A promise that rejects becomes that of `authenticate`.
   */
  ha1(username: string, realm: string, algorithm: ServerDigestAlgorithm): string | undefined | Promise<string | undefined>;
}
