import type { Random } from "@sidetone/infra-common";
import {
  answerChallenge,
  AuthenticationInfo,
  Challenge,
  ProxyAuthenticate,
  selectChallenge,
  SipUri,
  WWWAuthenticate,
  type HeaderInput,
  type SipResponse,
} from "@sidetone/sip-core";
import type { AccountCredentials, CredentialSource } from "./credential-source.ts";
import type { RequestDraft } from "./request-draft.ts";

/** A challenge whose answer is known: what later requests to the same server are sent with at once. */
interface KnownChallenge {
  readonly realm: string;
  readonly isProxy: boolean;
  readonly challenge: Challenge;
  readonly credentials: AccountCredentials;
  readonly cnonce: string;
  /** Uses of this nonce so far (RFC 7616 §3.4). */
  nonceCount: number;
}

/** How often one request may follow a server from nonce to nonce. */
const maxAnswers = 4;
/** Servers times accounts that challenges are kept for; the oldest go first. */
const maxServers = 1_000;

/** The digest client (RFC 3261 §22.2, §22.3; RFC 7616, RFC 8760): answers challenges, and remembers them per account and server. */
export class Authenticator {
  readonly #source: CredentialSource | undefined;
  readonly #random: Random;
  readonly #known = new Map<string, KnownChallenge[]>();

  constructor(source: CredentialSource | undefined, random: Random) {
    this.#source = source;
    this.#random = random;
  }

  /** Authorization and Proxy-Authorization for the next sending of a request, as far as its server has challenged before. */
  credentialsFor(draft: RequestDraft): readonly HeaderInput[] {
    const known = this.#known.size > 0 ? this.#known.get(serverKey(draft)) : undefined;
    return known ? known.map((challenge) => this.#answer(challenge, draft)) : none;
  }

  /**
   * Takes the challenges of a 401 or 407 and asks for the credentials of each realm; true when the request should be sent again.
   *
   * `answeredRealms` is the request's own memory: a realm that asks twice without `stale` has refused the password. Credentials that a
   * server took before answer its next nonce, too, so that nobody is asked for a password again; only when they are refused, the source is.
   */
  async answerChallenge(draft: RequestDraft, response: SipResponse, answeredRealms: string[]): Promise<boolean> {
    const isProxy = response.statusCode === 407;
    let isAnswered = false;
    for (const challenge of strongestByRealm(response.getAll(isProxy ? ProxyAuthenticate : WWWAuthenticate))) {
      const realm = challenge.realm!;
      const key = `${isProxy} ${realm}`;
      const isRefused = answeredRealms.includes(key) && !challenge.stale;
      if (isRefused || answeredRealms.length >= maxAnswers) {
        this.#forget(draft, realm, isProxy);
        return false;
      }
      const rememberedKey = `remembered ${key}`;
      const isOutdated = answeredRealms.includes(rememberedKey) && !challenge.stale;
      const remembered = isOutdated ? undefined : this.#remembered(draft, realm, isProxy);
      const credentials = remembered ?? (await this.#ask(draft, challenge, isProxy));
      if (!credentials) continue;
      answeredRealms.push(remembered ? rememberedKey : key);
      // nc counts the requests "sent with the nonce value" (RFC 7616 §3.4), also when a server asks with the same nonce again.
      const { cnonce, nonceCount } = this.#usesOf(draft, challenge, isProxy) ?? { cnonce: this.#random.token(16), nonceCount: 0 };
      this.#remember(draft, { realm, isProxy, challenge, credentials, cnonce, nonceCount });
      isAnswered = true;
    }
    return isAnswered;
  }

  /** Takes the nonce that a server wants to see next (RFC 7616 §3.5). */
  takeNextNonce(draft: RequestDraft, response: SipResponse): void {
    const nextnonce = response.get(AuthenticationInfo)?.nextnonce;
    const known = this.#known.get(serverKey(draft))?.find(({ isProxy }) => !isProxy);
    if (nextnonce === undefined || !known) return;
    this.#remember(draft, { ...known, challenge: withNonce(known.challenge, nextnonce), nonceCount: 0 });
  }

  #ask(draft: RequestDraft, challenge: Challenge, isProxy: boolean): ReturnType<CredentialSource["get"]> {
    return this.#source?.get({
      accountId: draft.accountId,
      realm: challenge.realm!,
      target: hostOf(draft.nextHop),
      isProxy,
      algorithm: challenge.algorithm!,
    });
  }

  #find(draft: RequestDraft, realm: string, isProxy: boolean): KnownChallenge | undefined {
    return this.#known.get(serverKey(draft))?.find((each) => each.isProxy === isProxy && each.realm === realm);
  }

  /** What the server took before for this realm: in answer to the same challenge, or to another for the same user. */
  #remembered(draft: RequestDraft, realm: string, isProxy: boolean): AccountCredentials | undefined {
    const inOrder = [this.#known.get(serverKey(draft, true)), this.#known.get(serverKey(draft, false))];
    const known = this.#find(draft, realm, isProxy) ?? inOrder.flatMap((each) => each ?? []).find((each) => each.realm === realm);
    return known?.credentials;
  }

  #usesOf(draft: RequestDraft, { realm, nonce }: Challenge, isProxy: boolean): KnownChallenge | undefined {
    const known = this.#find(draft, realm!, isProxy);
    return known?.challenge.nonce === nonce ? known : undefined;
  }

  #answer(known: KnownChallenge, { method, requestUri, body }: RequestDraft): HeaderInput {
    const { challenge, credentials, cnonce } = known;
    const nonceCount = ++known.nonceCount;
    const answer = answerChallenge(challenge, { ...credentials, method, uri: requestUri, cnonce, nonceCount, body: body?.content });
    return [known.isProxy ? "Proxy-Authorization" : "Authorization", answer.toString()];
  }

  #remember(draft: RequestDraft, challenge: KnownChallenge): void {
    this.#forget(draft, challenge.realm, challenge.isProxy);
    const key = serverKey(draft);
    const known = this.#known.get(key) ?? [];
    this.#known.delete(key);
    this.#known.set(key, [...known, challenge]);
    if (this.#known.size > maxServers) for (const oldest of this.#known.keys()) return void this.#known.delete(oldest);
  }

  #forget(draft: RequestDraft, realm: string, isProxy: boolean): void {
    const key = serverKey(draft);
    const left = this.#known.get(key)?.filter((known) => known.realm !== realm || known.isProxy !== isProxy);
    if (left?.length === 0) this.#known.delete(key);
    else if (left) this.#known.set(key, left);
  }
}

const none: readonly HeaderInput[] = [];

/** One challenge per realm: the strongest that this stack can answer (RFC 8760 §2.4). */
function strongestByRealm(challenges: readonly Challenge[]): Challenge[] {
  const realms = new Set(challenges.map((challenge) => challenge.realm));
  return [...realms]
    .map((realm) => selectChallenge(challenges.filter((challenge) => challenge.realm === realm)))
    .filter((challenge) => challenge !== undefined);
}

function withNonce({ realm, algorithm, qop, opaque, userhash, parameters }: Challenge, nonce: string): Challenge {
  const named = parameters.has("algorithm") ? algorithm : undefined;
  return Challenge.digest({ realm: realm!, nonce, algorithm: named, qop, opaque, userhash });
}

/**
 * REGISTER on its own: a registrar that finds the credentials of a proxy beside its own in a REGISTER has no use for them, and there are some
 * that fall over them.
 */
function serverKey(draft: RequestDraft, isRegister: boolean = draft.method === "REGISTER"): string {
  return `${draft.accountId ?? ""}\n${hostOf(draft.nextHop)}${isRegister ? "\nREGISTER" : ""}`;
}

function hostOf(uri: string): string {
  return SipUri.parse(uri).host.toLowerCase();
}
