import type { Environment } from "@sidetone/infra-common";
import {
  Authorization,
  Challenge,
  digestAlgorithms,
  ProxyAuthorization,
  SipUri,
  verifyDigest,
  type Credentials,
  type HeaderInput,
  type SipRequest,
} from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import { DialogError } from "../errors.ts";
import type { Refusal } from "../user-agent/incoming-request.ts";
import type { DigestSecretSource, ServerDigestAlgorithm } from "./digest-secret-source.ts";
import { FailureLimit } from "./failure-limit.ts";
import { NonceSource } from "./nonce-source.ts";
import { NonceUses } from "./nonce-uses.ts";

export interface DigestServerOptions {
  /** What the password is for: a host name or a phrase, shown to people. */
  readonly realm: string;
  readonly secrets: DigestSecretSource;
  /**
   * What is offered, a challenge each, the strongest first whatever the order here (RFC 8760 §2.4); credentials with another one are not
   * right. Without MD5, phones that know nothing better cannot log in. Default SHA-256, SHA-512-256 and MD5.
   */
  readonly algorithms?: readonly ServerDigestAlgorithm[] | undefined;
  /** Whether this is a proxy: 407 instead of 401. Default false. */
  readonly isProxy?: boolean | undefined;
  /** How long a nonce may be used. Default 300. */
  readonly nonceLifetimeSeconds?: number | undefined;
  /** Key of the nonces, 32 bytes or more: servers that share it take each other's nonces, and know them after a restart. Default random. */
  readonly key?: Uint8Array | undefined;
  readonly limits?: DigestServerLimits | undefined;
}

export interface DigestServerLimits {
  /** Nonces whose uses are remembered. Beyond, clients have to ask anew for a nonce that is as old as those forgotten. Default 50,000. */
  readonly nonces?: number | undefined;
  /**
   * Wrong passwords in a row for one username from one address, before they are answered 503 with Retry-After; Infinity for no limit. Some
   * phones try the same one a dozen times. Default 20.
   */
  readonly failures?: number | undefined;
  /** The same for all usernames together. Default 100. */
  readonly failuresPerAddress?: number | undefined;
  /** One more is allowed after so long. Default 2. */
  readonly secondsPerFailure?: number | undefined;
}

/** Who sent the request, or how it is to be refused. */
export type DigestVerdict =
  { readonly username: string; readonly refusal?: undefined } | { readonly username?: undefined; readonly refusal: Refusal };

/**
 * The digest server (RFC 3261 §22.1, §22.4; RFC 7616, RFC 8760): challenges requests and judges their credentials.
 *
 * It keeps nothing of a request whose password was not right, but a count of failures per address. An unknown user and a wrong password
 * are told apart by nothing: not by the answer, nor by the work that is done for it.
 */
export class DigestServer {
  readonly realm: string;
  readonly algorithms: readonly ServerDigestAlgorithm[];
  readonly isProxy: boolean;
  readonly #secrets: DigestSecretSource;
  readonly #environment: Environment;
  readonly #nonces: NonceSource;
  readonly #uses: NonceUses;
  readonly #lifetimeMs: number;
  /** What stands before and behind the nonce of each challenge: not stale, and stale. */
  readonly #challengeTexts: readonly [fresh: readonly ChallengeText[], stale: readonly ChallengeText[]];
  readonly #failures: FailureLimit;
  readonly #failuresPerAddress: FailureLimit;
  /** Stands for the hash of a user that does not exist; nobody knows it. */
  readonly #nobody: string;

  /** @throws {DialogError} `DIALOG_OPTION` when an option cannot be honoured. */
  constructor(environment: Environment, options: DigestServerOptions) {
    const { realm, secrets, algorithms = defaultAlgorithms, isProxy = false, nonceLifetimeSeconds = 300, key, limits = {} } = options;
    const { nonces = 50_000, failures = 20, failuresPerAddress = 100, secondsPerFailure = 2 } = limits;
    checkOptions({ algorithms, realm, key, positive: { nonceLifetimeSeconds, nonces, failures, failuresPerAddress, secondsPerFailure } });
    this.realm = realm;
    this.isProxy = isProxy;
    this.algorithms = [...new Set(algorithms)].sort((a, b) => digestAlgorithms.indexOf(b) - digestAlgorithms.indexOf(a));
    this.#challengeTexts = [challengeTexts(realm, this.algorithms, false), challengeTexts(realm, this.algorithms, true)];
    this.#environment = environment;
    this.#secrets = secrets;
    this.#nonces = new NonceSource(environment.clock, environment.random, realm, key);
    this.#uses = new NonceUses(nonces);
    this.#lifetimeMs = nonceLifetimeSeconds * 1000;
    this.#failures = new FailureLimit(environment.clock, failures, secondsPerFailure * 1000);
    this.#failuresPerAddress = new FailureLimit(environment.clock, failuresPerAddress, secondsPerFailure * 1000);
    this.#nobody = Buffer.from(environment.random.bytes(32)).toString("hex");
  }

  /**
   * Judges a request that came over `flow`. A promise only when the secret source gives one.
   *
   * The refusal is 401 (407) with challenges; 400 when the credentials are for another resource than the Request-URI (RFC 7616 §3.4.6);
   * 503 with Retry-After when there were too many failures.
   */
  authenticate(request: SipRequest, flow: Flow): DigestVerdict | Promise<DigestVerdict> {
    const credentials = this.#credentialsOf(request);
    if (!credentials) return this.#challenge(false);
    if (!isForRequestUri(credentials, request)) return { refusal: { statusCode: 400, reasonPhrase: "Digest URI Mismatch" } };
    const { username = "" } = credentials;
    const waitMs = this.#waitMs(flow.remoteAddress, username);
    if (waitMs > 0) return { refusal: { statusCode: 503, headers: [["Retry-After", String(Math.ceil(waitMs / 1000))]] } };
    const algorithm = this.algorithms.find((offered) => offered === credentials.algorithm);
    if (!algorithm) return this.#challenge(false);
    const ha1 = this.#secrets.ha1(username, this.realm, algorithm);
    if (ha1 instanceof Promise) return ha1.then((found) => this.#judge(request, flow, credentials, found));
    return this.#judge(request, flow, credentials, ha1);
  }

  /** The challenge fields for a 401 (407), with a new nonce, strongest first (RFC 8760 §2.4). */
  challenges(options: { stale?: boolean } = {}): readonly HeaderInput[] {
    const nonce = this.#nonces.create();
    const name = this.isProxy ? "Proxy-Authenticate" : "WWW-Authenticate";
    return this.#challengeTexts[options.stale ? 1 : 0].map(([before, behind]) => [name, before + nonce + behind]);
  }

  /** Whether a request carries credentials for the realm, right or wrong: without any, `authenticate` keeps nothing and answers at once. */
  hasCredentials(request: SipRequest): boolean {
    return this.#credentialsOf(request) !== undefined;
  }

  #credentialsOf(request: SipRequest): Credentials | undefined {
    const all = request.getAll(this.isProxy ? ProxyAuthorization : Authorization);
    return all.find((credentials) => credentials.isDigest && credentials.realm === this.realm);
  }

  /** How long the user has to wait after failures. As a rule there were none at all from there, and one look tells. */
  #waitMs(address: string, username: string): number {
    if (!this.#failuresPerAddress.has(address)) return 0;
    return Math.max(this.#failures.waitMs(address, username), this.#failuresPerAddress.waitMs(address));
  }

  #judge(request: SipRequest, flow: Flow, credentials: Credentials, ha1: string | undefined): DigestVerdict {
    const { realm } = this;
    const { method, body } = request;
    const digits = credentials.algorithm === "MD5" ? 32 : 64;
    const isRight = verifyDigest(credentials, { ha1: ha1 ?? this.#nobody.slice(0, digits), realm, method, body });
    if (!isRight || ha1 === undefined) {
      this.#failures.add(flow.remoteAddress, credentials.username);
      this.#failuresPerAddress.add(flow.remoteAddress);
      return this.#challenge(false);
    }
    // "stale … TRUE … the client may wish to simply retry the request with a new encrypted response, without re-prompting" (RFC 7616 §3.3)
    return this.#takeNonce(credentials) ? { username: credentials.username! } : this.#challenge(true);
  }

  /** Whether the nonce is ours, not too old, and used with this count for the first time. */
  #takeNonce({ nonce = "", nc, qop }: Credentials): boolean {
    const madeAtMs = this.#nonces.madeAtMs(nonce);
    const oldestMs = this.#environment.clock.wallNow() - this.#lifetimeMs;
    if (madeAtMs === undefined || madeAtMs < oldestMs) return false;
    return this.#uses.take(nonce, madeAtMs, qop === undefined ? 0 : Number.parseInt(nc!, 16));
  }

  #challenge(stale: boolean): DigestVerdict {
    return { refusal: { statusCode: this.isProxy ? 407 : 401, headers: this.challenges({ stale }) } };
  }
}

type ChallengeText = readonly [before: string, behind: string];

/** One challenge for each algorithm: they differ by their nonce alone. */
function challengeTexts(realm: string, algorithms: readonly ServerDigestAlgorithm[], stale: boolean): ChallengeText[] {
  const nonce = 'nonce="nonce"';
  return algorithms.map((offered) => {
    // Phones of RFC 2617 may not know the parameter, and MD5 is what it means to leave it out.
    const algorithm = offered === "MD5" ? undefined : offered;
    const text = Challenge.digest({ realm, nonce: "nonce", algorithm, stale }).toString();
    const end = text.indexOf(nonce) + nonce.length - 1; // no other place has it: the realm's own quotes are escaped
    return [text.slice(0, end - "nonce".length), text.slice(end)];
  });
}

const defaultAlgorithms: readonly ServerDigestAlgorithm[] = ["SHA-256", "SHA-512-256", "MD5"];

/** "the request-target … if they do not match … 400" (RFC 7616 §3.4.6); phones and proxies disagree on port and parameters. */
function isForRequestUri({ uri = "" }: Credentials, { requestUriText, requestUri }: SipRequest): boolean {
  if (uri === requestUriText || !(requestUri instanceof SipUri)) return uri === requestUriText;
  try {
    const named = SipUri.parse(uri);
    return named.decodedUser === requestUri.decodedUser && named.host.toLowerCase() === requestUri.host.toLowerCase();
  } catch {
    return false;
  }
}

interface CheckedOptions {
  readonly algorithms: readonly ServerDigestAlgorithm[];
  readonly realm: string;
  readonly key: Uint8Array | undefined;
  readonly positive: Readonly<Record<string, number>>;
}

function checkOptions({ algorithms, realm, key, positive }: CheckedOptions): void {
  const unknown = algorithms.find((algorithm) => !defaultAlgorithms.includes(algorithm));
  if (unknown !== undefined) throw new DialogError("DIALOG_OPTION", `algorithms names ${JSON.stringify(unknown)}, which cannot be offered`);
  if (algorithms.length === 0) throw new DialogError("DIALOG_OPTION", "algorithms is empty");
  if (realm === "" || /[\p{Cc}]/u.test(realm)) throw new DialogError("DIALOG_OPTION", "realm must be one line of text");
  if (key && key.length < 32) throw new DialogError("DIALOG_OPTION", `key has ${key.length} bytes, not 32 or more`);
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0)) throw new DialogError("DIALOG_OPTION", `${name} cannot be ${value}`);
  }
}
