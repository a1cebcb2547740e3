/** What a server of RFC 8489 says in the first 13 characters of its nonces (§9.2, §18.1), so that nobody on the way can take it out. */
export interface SecurityFeatures {
  /** It sends PASSWORD-ALGORITHMS. */
  readonly passwordAlgorithms: boolean;
  /** It wants USERHASH in place of USERNAME. */
  readonly usernameAnonymity: boolean;
}

const cookie = "obMatJos2";
const featuresLength = 4;
/** "bit 0 as the most significant bit of the first byte" (RFC 8489 §9.2). */
const passwordAlgorithmsBit = 0x80;
const usernameAnonymityBit = 0x40;

/** The first 13 characters of a nonce. */
export function nonceCookie({ passwordAlgorithms, usernameAnonymity }: SecurityFeatures): string {
  const first = (passwordAlgorithms ? passwordAlgorithmsBit : 0) | (usernameAnonymity ? usernameAnonymityBit : 0);
  return cookie + Buffer.from([first, 0, 0]).toString("base64");
}

/**
 * Undefined where the server is of RFC 5389 or earlier. The vector of RFC 8489 §B.1 counts the bits from the other end than §9.2 does, and so
 * do some servers; nothing else is assigned there, so that both are understood.
 */
export function securityFeaturesOf(nonce: string): SecurityFeatures | undefined {
  const encoded = nonce.slice(cookie.length, cookie.length + featuresLength);
  if (!nonce.startsWith(cookie) || !/^[A-Za-z0-9+/]{4}$/.test(encoded)) return undefined;
  const [first, , last] = Buffer.from(encoded, "base64") as unknown as [number, number, number];
  return {
    passwordAlgorithms: (first & passwordAlgorithmsBit) !== 0 || (last & 1) !== 0,
    usernameAnonymity: (first & usernameAnonymityBit) !== 0 || (last & 2) !== 0,
  };
}
