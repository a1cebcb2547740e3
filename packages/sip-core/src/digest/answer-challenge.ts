import { SipError } from "../errors.ts";
import type { Challenge } from "./challenge.ts";
import { computeDigestResponse, computeUserhash, type DigestQop, type DigestSecret } from "./compute-digest.ts";
import { Credentials } from "./credentials.ts";
import { digestAlgorithms, isSessionAlgorithm } from "./digest-algorithm.ts";

export type AnswerChallengeOptions = DigestSecret & {
  readonly username: string;
  readonly method: string;
  /** The Request-URI, as it is sent. */
  readonly uri: string;
  /** At least eight characters that nobody can guess, new for each nonce. */
  readonly cnonce: string;
  /** How often this nonce is used with this request, from 1. */
  readonly nonceCount: number;
  /** What `auth-int` covers. Default empty. */
  readonly body?: string | Uint8Array | undefined;
};

/** Whether {@link answerChallenge} can answer: Digest, with realm and nonce, a known algorithm, and `auth`, `auth-int` or no qop. */
export function isSupportedChallenge(challenge: Challenge): boolean {
  const { isDigest, realm, nonce, algorithm } = challenge;
  return isDigest && realm !== undefined && nonce !== undefined && algorithm !== undefined && chooseQop(challenge) !== null;
}

/**
 * The challenge with the strongest algorithm among those that can be answered, the first of equals; undefined when there is none.
 * RFC 8760 §2.4 lets local policy overrule the server's order, and a stranger's order could ask for MD5.
 */
export function selectChallenge(challenges: Iterable<Challenge>): Challenge | undefined {
  let best: Challenge | undefined;
  for (const challenge of challenges) {
    if (isSupportedChallenge(challenge) && (best === undefined || strength(challenge) > strength(best))) best = challenge;
  }
  return best;
}

/**
 * The credentials that answer a challenge (RFC 7616 §3.4, RFC 3261 §22.4): `auth` before `auth-int`, `opaque` returned,
 * the algorithm named when the challenge named it, the username hashed when asked.
 *
 * @throws {SipError} `SIP_DIGEST_UNSUPPORTED` when {@link isSupportedChallenge} is false.
 */
export function answerChallenge(challenge: Challenge, options: AnswerChallengeOptions): Credentials {
  const { realm, nonce, algorithm, opaque, userhash } = challenge;
  const qop = chooseQop(challenge);
  if (!challenge.isDigest || realm === undefined || nonce === undefined || algorithm === undefined || qop === null) {
    throw new SipError("SIP_DIGEST_UNSUPPORTED", "The challenge is no Digest challenge with a known algorithm and qop");
  }
  const { username, method, uri, nonceCount } = options;
  const nc = qop && nonceCount.toString(16).padStart(8, "0");
  const cnonce = qop || isSessionAlgorithm(algorithm) ? options.cnonce : undefined;
  const response = computeDigestResponse({ ...options, algorithm, realm, nonce, method, uri, qop, nc, cnonce });
  return Credentials.digest({
    username: userhash ? computeUserhash(algorithm, username, realm) : username,
    realm,
    nonce,
    uri,
    response,
    // RFC 2617 peers that named no algorithm may not know the parameter
    algorithm: challenge.parameters.has("algorithm") ? algorithm : undefined,
    cnonce,
    opaque,
    qop,
    nc,
    userhash,
  });
}

/** `auth` or `auth-int`; undefined for the computation of RFC 2069; null when the offer holds nothing known. */
function chooseQop(challenge: Challenge): DigestQop | undefined | null {
  const { qop } = challenge;
  if (qop.length === 0) return undefined;
  if (qop.includes("auth")) return "auth";
  return qop.includes("auth-int") ? "auth-int" : null;
}

function strength({ algorithm }: Challenge): number {
  return algorithm === undefined ? -1 : digestAlgorithms.indexOf(algorithm);
}
