import { timingSafeEqual } from "node:crypto";
import { computeDigestResponse, computeHa1, type DigestSecret } from "./compute-digest.ts";
import type { Credentials } from "./credentials.ts";
import type { DigestAlgorithm } from "./digest-algorithm.ts";

export type VerifyDigestOptions = DigestSecret & {
  /** The realm of the challenge; credentials for another one are not right. */
  readonly realm: string;
  readonly method: string;
  /** The algorithms that were offered; credentials with another one are not right. Default: those of the credentials. */
  readonly algorithms?: readonly DigestAlgorithm[] | undefined;
  /** What `auth-int` covers. Default empty. */
  readonly body?: string | Uint8Array | undefined;
};

/**
 * Whether digest credentials prove knowledge of the password (RFC 7616 §3.4.6), compared in constant time.
 *
 * The caller judges the rest: that the nonce is its own, not too old and its count not seen before, and that the
 * digest-uri names the same resource as the Request-URI. Malformed credentials are not right; nothing is thrown.
 */
export function verifyDigest(credentials: Credentials, options: VerifyDigestOptions): boolean {
  const { algorithm, realm, nonce, uri, response, qop, nc, cnonce } = credentials;
  if (!credentials.isDigest || algorithm === undefined || realm !== options.realm) return false;
  if (options.algorithms && !options.algorithms.includes(algorithm)) return false;
  if (nonce === undefined || uri === undefined || response === undefined) return false;
  if (qop !== undefined && qop !== "auth" && qop !== "auth-int") return false;
  if (qop !== undefined && (cnonce === undefined || !/^[0-9a-f]{8}$/i.test(nc ?? ""))) return false;
  if (algorithm.endsWith("-sess") && cnonce === undefined) return false;

  const { method, body, ha1 = computeHa1({ ...options, realm, algorithm }) } = options;
  const expected = computeDigestResponse({ ha1, algorithm, realm, nonce, method, uri, qop, nc, cnonce, body });
  const received = response.toLowerCase();
  return received.length === expected.length && areEqual(received, expected, expected.length === 32 ? shortTexts : longTexts);
}

/** Room for two texts of 32 or of 64 digits. Two octets per character: no character that may come is like another. */
const shortTexts = [Buffer.alloc(64), Buffer.alloc(64)] as const;
const longTexts = [Buffer.alloc(128), Buffer.alloc(128)] as const;

/** In constant time. Both texts fill the rooms. */
function areEqual(received: string, expected: string, [left, right]: readonly [Buffer, Buffer]): boolean {
  left.write(received, "utf16le");
  right.write(expected, "utf16le");
  return timingSafeEqual(left, right);
}
