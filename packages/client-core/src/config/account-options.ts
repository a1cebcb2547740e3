import type { TransportName } from "@sidetone/sip-transport";
import type { NatMode } from "../nat/nat-mode.ts";
import type { KeepAliveMode } from "../registration/keep-alive.ts";
import type { RequireAuthOptions } from "../security/security-options.ts";

/** Asks for the password when a server wants it; undefined: there is none. */
export type PasswordPrompt = (challenge: PasswordChallenge) => string | undefined | Promise<string | undefined>;

/** What a server asks to be proved. */
export interface PasswordChallenge {
  readonly accountId: string;
  readonly realm: string;
  /** Host of the server that asks, in lower case. */
  readonly target: string;
  /** 407 of a proxy, as opposed to 401. */
  readonly isProxy: boolean;
  /** Digest algorithm, as `SHA-256`. */
  readonly algorithm: string;
}

export interface AccountOptions {
  /** Names the account in events and commands. Default: `default` for the one of `account`, `user@host` for those of `accounts`. */
  id?: string;
  /** Address of record: `sip:alice@example.com`. */
  uri: string;
  /** The name that the other side sees. */
  displayName?: string;
  /** User name for authentication. Default: the user of the URI. */
  username?: string;
  /** The password, or a function that gets it when a server asks for it. */
  password?: string | PasswordPrompt;
  /**
   * The only realm whose challenges this account answers. Without it, only the hosts of its domain, registrar and outbound proxy may challenge, and
   * where its registrar has sent it by Service-Route (RFC 3608), for a realm that one of those has asked for.
   */
  realm?: string;
  /**
   * URI of the proxy that every request of this account goes to first: `sip:proxy.example.com;lr`. Of several, the account registers over
   * each (RFC 5626 §4.2) and sends over the first that works; calls may come over any.
   */
  outboundProxy?: string | readonly string[];
  /**
   * Where to register: the domain of the location service (RFC 3261 §10.2), `sip:example.com`. Several that know nothing of one another are all
   * registered at. Default: nowhere.
   */
  registrar?: string | readonly string[];
  /** How the flow to the registrar, or to its proxy, is kept open, and how soon a dead one is noticed. Default `auto`. */
  keepAlive?: KeepAliveMode;
  /** Whether the start of the client registers, and fails when that does. Default true; otherwise `register()` does. */
  autoRegister?: boolean;
  /** Lifetime of the registration to ask for, in seconds. Default 3,600. */
  expiresSeconds?: number;
  /**
   * Takes requests to proxy, registrar, or without either to whom is called, over this transport, where their URIs name none. Default: as
   * their URIs say. A sips URI goes over TLS all the same (RFC 5630 §3.1.3): with WS that is WSS, with TCP it is TLS.
   */
  transport?: TransportName;
  /** Encoding names of this account's calls, both ways, in order of preference. Default: those of the client. */
  codecs?: readonly string[];
  /** How this account is reached through a NAT. Default: as the client says, which is `auto` by default. */
  nat?: NatMode;
  /**
   * Users one of whom has to prove by digest who he is, before anybody here hears of a request to this account (RFC 3261 §22.1). Default:
   * nobody has to.
   */
  requireAuth?: RequireAuthOptions;
  /**
   * From where requests to this account are taken, outside of calls: addresses, networks (`192.0.2.0/24`), host names, and `servers` for its
   * registrar and outbound proxy. Others are answered 403, and nobody here hears of them. Together with `requireAuth`, both have to be right.
   * Default: from everywhere.
   */
  allowedPeers?: readonly string[];
}
