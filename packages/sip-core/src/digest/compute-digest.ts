import { SipError } from "../errors.ts";
import { flat } from "../message/flat.ts";
import { digestHash, isSessionAlgorithm, type DigestAlgorithm } from "./digest-algorithm.ts";

/** Quality of protection: `auth` covers method and URI, `auth-int` the body too. */
export type DigestQop = "auth" | "auth-int";

/** What proves the identity: the password, or H(username:realm:password) where the password is not kept (RFC 7616 §3.4.2). */
export type DigestSecret =
  | { readonly username: string; readonly password: string; readonly ha1?: never }
  | { readonly ha1: string; readonly username?: string; readonly password?: never };

export type DigestInput = DigestSecret & {
  /** Default MD5. */
  readonly algorithm?: DigestAlgorithm | undefined;
  readonly realm: string;
  readonly nonce: string;
  readonly method: string;
  /** The digest-uri: the Request-URI, as written in the credentials. */
  readonly uri: string;
  /** Absent: the computation of RFC 2069. */
  readonly qop?: DigestQop | undefined;
  /** Eight hexadecimal digits, how often the nonce was used. Required with `qop`. */
  readonly nc?: string | undefined;
  /** Required with `qop` and by `-sess`. */
  readonly cnonce?: string | undefined;
  /** Required by `auth-int`; text is hashed as UTF-8. Default empty. */
  readonly body?: string | Uint8Array | undefined;
};

/**
 * The `response` of digest credentials (RFC 7616 §3.4.1, RFC 8760): MD5, SHA-256 and SHA-512-256, each with -sess.
 * The same function computes what a server expects.
 *
 * @throws {SipError} `SIP_DIGEST_UNSUPPORTED` when `nc` or `cnonce` is missing where the computation needs it.
 */
export function computeDigestResponse(input: DigestInput): string {
  const { algorithm = "MD5", nonce, qop, nc, cnonce } = input;
  if ((qop !== undefined && nc === undefined) || ((qop !== undefined || isSessionAlgorithm(algorithm)) && cnonce === undefined)) {
    throw new SipError("SIP_DIGEST_UNSUPPORTED", "qop and -sess need nc and cnonce");
  }
  const secret = computeHa1(input);
  // A1 = H( unq(username) ":" unq(realm) ":" passwd ) ":" unq(nonce-prime) ":" unq(cnonce-prime)
  const ha1 = isSessionAlgorithm(algorithm) ? digestHash(algorithm, `${secret}:${nonce}:${cnonce}`) : secret;
  const ha2 = computeHa2(algorithm, input);
  return digestHash(algorithm, qop === undefined ? `${ha1}:${nonce}:${ha2}` : `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`);
}

/** The last H(method:uri) and what it was made of: most requests to a registrar have the same, and nothing in it is secret. */
let lastHa2: { readonly algorithm: DigestAlgorithm; readonly text: string; readonly hash: string } | undefined;

/** H(A2): of method and digest-uri, with `auth-int` of the body too (RFC 7616 §3.4.3). */
function computeHa2(algorithm: DigestAlgorithm, { method, uri, qop, body = "" }: DigestInput): string {
  const text = `${method}:${uri}`;
  if (qop === "auth-int") return digestHash(algorithm, `${text}:${digestHash(algorithm, body)}`);
  if (lastHa2?.algorithm !== algorithm || lastHa2.text !== text)
    lastHa2 = { algorithm, text: flat(text), hash: digestHash(algorithm, text) };
  return lastHa2.hash;
}

/** H(username:realm:password), before -sess: what a server keeps instead of the password. */
export function computeHa1(input: DigestSecret & { readonly algorithm?: DigestAlgorithm | undefined; readonly realm: string }): string {
  const { algorithm = "MD5", realm } = input;
  return input.ha1 ?? digestHash(algorithm, `${input.username}:${realm}:${input.password}`);
}

/** H(username:realm): what stands for the username when the server asks for `userhash` (RFC 7616 §3.4.4). */
export function computeUserhash(algorithm: DigestAlgorithm, username: string, realm: string): string {
  return digestHash(algorithm, `${username}:${realm}`);
}
