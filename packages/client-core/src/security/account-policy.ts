import { DigestServer, type DialogUsage, type DigestVerdict, type Refusal, type ServerDigestAlgorithm } from "@sidetone/dialog-core";
import type { Environment } from "@sidetone/infra-common";
import { computeHa1, type SipRequest } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { PeerGroup } from "./peer-group.ts";
import type { RequireAuthOptions } from "./security-options.ts";

/** From where, and by whom, requests to one account are taken. Nobody hears of any that it refuses. */
export class AccountPolicy {
  readonly #peers: PeerGroup | undefined;
  readonly #digest: DigestServer | undefined;
  readonly #holdsInDialog: boolean;

  /** @param realm for which passwords are asked, where the options name none. */
  constructor(environment: Environment, realm: string, peers: PeerGroup | undefined, requireAuth: RequireAuthOptions | undefined) {
    this.#peers = peers;
    this.#digest = requireAuth && digestServer(environment, realm, requireAuth);
    this.#holdsInDialog = requireAuth?.inDialog ?? false;
  }

  /** What refuses a request before anything is kept of it: where it comes from, or that it proves nothing. */
  admit(request: SipRequest, flow: Flow, usage: DialogUsage | undefined): Refusal | undefined {
    if (!usage && this.#peers && !this.#peers.has(flow.remoteAddress)) return { statusCode: 403 };
    const digest = this.#digestFor(usage);
    if (!digest || digest.hasCredentials(request)) return undefined;
    const verdict = digest.authenticate(request, flow);
    return verdict instanceof Promise ? undefined : verdict.refusal; // no promise without credentials
  }

  authenticate(request: SipRequest, flow: Flow, usage: DialogUsage | undefined): DigestVerdict | Promise<DigestVerdict> | undefined {
    return this.#digestFor(usage)?.authenticate(request, flow);
  }

  /** Whom this side called is no user of its own. */
  #digestFor(usage: DialogUsage | undefined): DigestServer | undefined {
    return !usage || (this.#holdsInDialog && usage.role === "UAS") ? this.#digest : undefined;
  }
}

function digestServer(environment: Environment, host: string, { users, realm = host, algorithms }: RequireAuthOptions): DigestServer {
  const passwordOf = typeof users === "function" ? users : (name: string) => (Object.hasOwn(users, name) ? users[name] : undefined);
  const hash = (username: string, algorithm: ServerDigestAlgorithm, password: string | undefined): string | undefined =>
    password === undefined ? undefined : computeHa1({ username, password, realm, algorithm });
  return new DigestServer(environment, {
    realm,
    algorithms,
    secrets: {
      ha1(username, _realm, algorithm) {
        const password = passwordOf(username);
        if (password instanceof Promise) return password.then((found) => hash(username, algorithm, found));
        return hash(username, algorithm, password);
      },
    },
  });
}
