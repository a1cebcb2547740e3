/** The only source of randomness. The system one is cryptographically strong; tests inject a seeded one. */
export interface Random {
  /** `length` random bytes, owned by the caller. */
  bytes(length: number): Uint8Array;
  /** A uniform integer from 0 to 2³² − 1. */
  uint32(): number;
  /** A uniform number in [0, 1). */
  float(): number;
  /** `length` characters of `a-z0-9`: tags, branches, Call-IDs (RFC 3261 §19.3 asks for 32 bits or more; 12 characters are 62). */
  token(length: number): string;
}
