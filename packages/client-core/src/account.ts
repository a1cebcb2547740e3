import { SipUri, type NameAddressOptions } from "@sidetone/sip-core";
import { ServerAffinity, type Binding } from "@sidetone/dialog-core";
import type { TransportName } from "@sidetone/sip-transport";
import { completeTarget, type Domain } from "./call/complete-target.ts";
import type { AccountOptions, PasswordChallenge, PasswordPrompt } from "./config/account-options.ts";
import { ClientError } from "./errors/client-error.ts";
import { natPolicy, type NatMode, type NatPolicy } from "./nat/nat-mode.ts";
import type { AccountLink } from "./registration/account-link.ts";
import { accountUri } from "./registration/account-uri.ts";
import { accountWays, type AccountWay } from "./registration/account-way.ts";
import type { KeepAliveMode } from "./registration/keep-alive.ts";
import type { RegistrationInfo } from "./registration/registration-info.ts";
import type { RequireAuthOptions } from "./security/security-options.ts";

/** Who calls and is called: an identity, its credentials and its way out. */
export class Account {
  readonly id: string;
  readonly uri: SipUri;
  readonly displayName: string | undefined;
  readonly username: string;
  /** The ways in which it registers and sends, the preferred first. */
  readonly ways: readonly AccountWay[];
  readonly keepAlive: KeepAliveMode;
  readonly autoRegister: boolean;
  readonly expiresSeconds: number | undefined;
  readonly transport: TransportName | undefined;
  readonly codecs: readonly string[] | undefined;
  readonly nat: NatMode;
  /** @internal */
  readonly natPolicy: NatPolicy;
  /** User part of its Contact: by it the client knows whom a call is for. */
  readonly contactUser: string;
  readonly realm: string | undefined;
  /** Completes bare users and numbers; undefined when there is none to complete them with. */
  readonly domain: Domain | undefined;
  /** @internal Keeps its registration, calls and requests with one server of those behind a name. */
  readonly affinity: ServerAffinity = new ServerAffinity({ isBusy: () => this.#link?.hasCalls ?? false });
  /** As in the options. */
  readonly allowedPeers: readonly string[] | undefined;
  readonly #requireAuth: RequireAuthOptions | undefined;
  readonly #password: string | PasswordPrompt | undefined;
  readonly #trustedHosts: ReadonlySet<string>;
  /** The latest realms that trusted hosts have asked for. */
  readonly #askedRealms = new Set<string>();
  #link: AccountLink | undefined = undefined;

  /**
   * @internal
   * @param options undefined: nobody in particular (RFC 3261 §8.1.1.3).
   * @param domain completes bare users and numbers, in place of the account's own.
   * @param field what the options are called in errors.
   * @param contactUser by default the user of the URI.
   * @param defaultNat for an account that says nothing of it.
   * @throws {ClientError} `CONFIG_INVALID` or `CONFIG_UNSUPPORTED` naming the field.
   */
  constructor(
    id: string,
    options: AccountOptions | undefined,
    domain?: string,
    field = "account",
    contactUser?: string,
    defaultNat: NatMode = "auto",
  ) {
    const { uri, displayName, username, password, realm, outboundProxy, registrar, transport }: AccountOptions = options ?? {
      uri: anonymous,
    };
    for (const [name, text] of Object.entries({ displayName, username, realm })) checkText(`${field}.${name}`, text);
    if (typeof password !== "function") checkText(`${field}.password`, password);
    this.id = id;
    this.uri = accountUri(`${field}.uri`, uri);
    this.displayName = displayName;
    this.username = username ?? this.uri.decodedUser ?? "anonymous";
    this.realm = realm;
    this.#password = password;
    this.transport = transport;
    const { ways, hosts } = accountWays(field, { outboundProxy, registrar, read: accountUri, over: (way) => this.#over(way) });
    this.ways = ways;
    this.keepAlive = options?.keepAlive ?? "auto";
    this.autoRegister = options?.autoRegister ?? true;
    this.expiresSeconds = options?.expiresSeconds;
    this.codecs = options?.codecs;
    this.nat = options?.nat ?? defaultNat;
    this.natPolicy = natPolicy(this.nat);
    this.allowedPeers = options?.allowedPeers;
    this.#requireAuth = options?.requireAuth;
    this.contactUser = contactUser ?? this.uri.decodedUser ?? "sidetone";
    this.#trustedHosts = new Set([this.uri.host, ...hosts].map((host) => host.toLowerCase()));
    if (domain !== undefined) this.domain = domainOf(domain, this.uri.scheme);
    else if (options) this.domain = { host: this.uri.host, port: this.uri.port, scheme: this.uri.scheme };
  }

  /** URI of the outbound proxy that requests go over now, if there is one. */
  get outboundProxy(): string | undefined {
    return this.#way.outboundProxy;
  }

  /** Request-URI of its registration, if there is a registrar: of several, the one that requests go along with now. */
  get registrar(): string | undefined {
    return this.#way.registrar;
  }

  /** What becomes of its registration; `Cancelled` before the first, and without a registrar. */
  get registration(): RegistrationInfo {
    return this.#linked.info;
  }

  /**
   * Registers, or refreshes at once, and resolves when the registrar has confirmed it. From then on it is kept alive: refreshed in time,
   * and tried again with growing waits when that fails. A failure that time may heal is tried again although this rejects; a wrong
   * password or an unknown user is not.
   *
   * @throws {ClientError} `AUTHENTICATION_FAILED`, `REGISTRATION_FAILED` with the status code, `TIMEOUT`, `SERVER_UNREACHABLE`;
   *   `NOT_REGISTERED` when it is un-registered meanwhile; `CONFIG_INVALID` without a registrar; `CLIENT_STOPPED`.
   * @throws `signal.reason` when aborted, which stops the waiting alone.
   */
  register(options: { signal?: AbortSignal } = {}): Promise<RegistrationInfo> {
    return this.#linked.register(options.signal);
  }

  /**
   * Removes this client's binding, and stops all trying. Resolves when the registrar has confirmed it; the state is `Cancelled` after 5 s
   * at most, whatever it says.
   *
   * @throws {ClientError} `TIMEOUT`, `REGISTRATION_FAILED` … when the registrar did not confirm.
   */
  unregister(): Promise<void> {
    return this.#linked.unregister();
  }

  /**
   * Every binding of the account's address at its registrar, those of other phones too (RFC 3261 §10.2.3).
   *
   * @throws {ClientError} as `register` does.
   */
  fetchBindings(options: { signal?: AbortSignal } = {}): Promise<readonly Binding[]> {
    return this.#linked.fetchBindings(options.signal);
  }

  /** Each change of the registration from now on. Ends when the client is closed. Of one who reads too slowly the oldest are dropped. */
  states(options: { signal?: AbortSignal } = {}): AsyncIterable<RegistrationInfo> {
    return this.#linked.states(options.signal);
  }

  /** @internal Passwords are in it. */
  get requireAuth(): RequireAuthOptions | undefined {
    return this.#requireAuth;
  }

  /** @internal Joins the account to the client that it belongs to. */
  set link(link: AccountLink) {
    this.#link = link;
  }

  /** Route set that requests of this account start with: the outbound proxy, and what the registrar has told (RFC 3608 §5). */
  get route(): readonly string[] {
    const serviceRoute = this.#link?.serviceRoute ?? [];
    const { outboundProxy } = this;
    if (outboundProxy === undefined) return serviceRoute;
    const isSame = serviceRoute[0] !== undefined && hostPortOf(serviceRoute[0]) === hostPortOf(outboundProxy);
    return isSame ? serviceRoute : [outboundProxy, ...serviceRoute];
  }

  /** Name and URI for From. */
  get identity(): NameAddressOptions {
    return { uri: this.uri, displayName: this.displayName };
  }

  /** Host that requests go to first; undefined when that is whoever is called. */
  get proxyHost(): string | undefined {
    const [first] = this.route;
    return first === undefined ? undefined : uriOfRoute(first).host;
  }

  /** The URI for a request to `target`: over the account's transport, when nothing else decides about it. */
  requestUri(target: SipUri): SipUri {
    return this.route.length > 0 ? target : this.#over(target);
  }

  /**
   * Completes what a person types: `bob`, `+49 30 1234` and `tel:` URIs get the domain; a SIP URI stays as it is, its headers left out.
   *
   * @throws {ClientError} `SIP_URI_INVALID`; `CONFIG_UNSUPPORTED` for a URI that needs a transport that there is not.
   */
  complete(target: string): SipUri {
    return completeTarget(target, this.domain);
  }

  /** @internal Whether a host is one of this account's own servers, or its domain. */
  isOwnServer(host: string): boolean {
    return this.#trustedHosts.has(host.toLowerCase());
  }

  /**
   * The password, for a challenger that may ask for it: one of the configured realm, or without one, a server of the account's own, or the one
   * that its registrar has named as its way. A hostile callee gets nothing to guess from.
   */
  async credentialsFor(challenge: Omit<PasswordChallenge, "accountId">): Promise<{ username: string; password: string } | undefined> {
    if (this.#password === undefined) return undefined;
    const { realm, target, isProxy, algorithm } = challenge;
    if (!this.#mayAsk(target.toLowerCase(), realm)) return undefined;
    const asked = { accountId: this.id, realm, target, isProxy, algorithm };
    const password = typeof this.#password === "string" ? this.#password : await this.#password(asked);
    return password === undefined ? undefined : { username: this.username, password };
  }

  #mayAsk(host: string, realm: string): boolean {
    if (this.realm !== undefined) return this.realm === realm;
    const asked = this.#askedRealms;
    if (!this.#trustedHosts.has(host)) return asked.has(realm) && this.#isServiceRoute(host);
    asked.delete(realm);
    asked.add(realm);
    if (asked.size > maxAskedRealms) for (const oldest of asked) return asked.delete(oldest);
    return true;
  }

  #isServiceRoute(host: string): boolean {
    const first = this.#link?.serviceRoute[0];
    return first !== undefined && uriOfRoute(first).host.toLowerCase() === host;
  }

  get #way(): AccountWay {
    return this.ways[this.#link?.wayIndex ?? 0]!;
  }

  get #linked(): AccountLink {
    if (!this.#link) throw new ClientError("CLIENT_STOPPED", "The account belongs to no client");
    return this.#link;
  }

  #over(uri: SipUri): SipUri {
    const { transport } = this;
    // What is called by a sips URI finds a secure transport by itself, whatever others are called over (RFC 5630 §3.1.3).
    if (transport === undefined || uri.transport !== undefined || (transport === "UDP" && uri.scheme === "sips")) return uri;
    return uri.withParameter("transport", transport.toLowerCase());
  }
}

function uriOfRoute(route: string): SipUri {
  return SipUri.parse(/<([^>]*)>/.exec(route)?.[1] ?? route);
}

function hostPortOf(route: string): string {
  const { host, port = 5060 } = uriOfRoute(route);
  return `${host.toLowerCase()}:${port}`;
}

/** Servers that ask for a new realm each time leave no more than these behind. */
const maxAskedRealms = 8;
const anonymous = "sip:anonymous@anonymous.invalid";

/** All of it is written into header fields, as quoted text. */
function checkText(field: string, text: unknown): void {
  if (text === undefined || (typeof text === "string" && !/[\x00-\x08\x0a-\x1f\x7f]/.test(text))) return;
  throw new ClientError("CONFIG_INVALID", `${field} must be text without control characters`);
}

/** Whoever has a sips address calls bare users in the same way (RFC 5630 §5.1.1). */
function domainOf(text: string, scheme: "sip" | "sips"): Domain {
  const { host, port } = accountUri("domain", `sip:${text}`);
  return { host, port, scheme };
}
