import { SipUri, type NameAddressOptions } from "@sidetone/sip-core";
import { ClientError } from "./errors/client-error.ts";

/** Asks for the password when a server wants it; undefined: there is none. */
export type PasswordPrompt = (challenge: {
  readonly realm: string;
  readonly target: string;
}) => string | undefined | Promise<string | undefined>;

export interface AccountOptions {
  /** Address of record: `sip:alice@example.com`. */
  uri: string;
  /** The name that the other side sees. */
  displayName?: string;
  /** User name for authentication. Default: the user of the URI. */
  username?: string;
  /** The password, or a function that gets it when a server asks for it. */
  password?: string | PasswordPrompt;
  /** The only realm whose challenges this account answers. Without it, only its domain's and its outbound proxy's hosts may challenge. */
  realm?: string;
  /** URI of the proxy that every request of this account goes to first: `sip:proxy.example.com;lr`. */
  outboundProxy?: string;
}

/** Who calls and is called: an identity, its credentials and its way out. */
export class Account {
  readonly id: string;
  readonly uri: SipUri;
  readonly displayName: string | undefined;
  readonly username: string;
  /** URIs of the route set that requests of this account start with. */
  readonly route: readonly string[];
  /** Host of the outbound proxy, if there is one. */
  readonly proxyHost: string | undefined;
  readonly realm: string | undefined;
  /** Completes bare users and numbers; undefined when there is none to complete them with. */
  readonly domain: { readonly host: string; readonly port: number | undefined; readonly scheme: "sip" | "sips" } | undefined;
  readonly #password: string | PasswordPrompt | undefined;
  readonly #trustedHosts: ReadonlySet<string>;

  /**
   * @internal
   * @param options undefined: nobody in particular (RFC 3261 §8.1.1.3).
   * @param domain completes bare users and numbers, in place of the account's own.
   * @throws {ClientError} `CONFIG_INVALID` or `CONFIG_UNSUPPORTED` naming the field.
   */
  constructor(id: string, options: AccountOptions | undefined, domain?: string) {
    const { uri, displayName, username, password, realm, outboundProxy } = options ?? { uri: anonymous };
    for (const [field, text] of Object.entries({ displayName, username, realm })) checkText(`account.${field}`, text);
    if (typeof password !== "function") checkText("account.password", password);
    this.id = id;
    this.uri = accountUri("account.uri", uri);
    this.displayName = displayName;
    this.username = username ?? this.uri.decodedUser ?? "anonymous";
    this.realm = realm;
    this.#password = password;
    const proxy = outboundProxy === undefined ? undefined : accountUri("account.outboundProxy", outboundProxy);
    this.proxyHost = proxy?.host;
    this.route = proxy ? [(proxy.lr ? proxy : proxy.withParameter("lr")).toString()] : [];
    this.#trustedHosts = new Set([this.uri.host, ...(proxy ? [proxy.host] : [])].map((host) => host.toLowerCase()));
    if (domain !== undefined) this.domain = domainOf(domain, this.uri.scheme);
    else if (options) this.domain = { host: this.uri.host, port: this.uri.port, scheme: this.uri.scheme };
  }

  /** Name and URI for From. */
  get identity(): NameAddressOptions {
    return { uri: this.uri, displayName: this.displayName };
  }

  /**
   * Completes what a person types: `bob`, `+49 30 1234` and `tel:` URIs get the domain; a SIP URI stays as it is, its headers left out.
   *
   * @throws {ClientError} `SIP_URI_INVALID`; `CONFIG_UNSUPPORTED` for a URI that needs a transport that there is not.
   */
  complete(target: string): SipUri {
    if (typeof target !== "string") throw invalidTarget(String(target));
    const text = target.trim();
    if (/^sips?:/i.test(text)) return callUri(text);
    if (/^tel:/i.test(text)) return this.#inDomain(target, text.slice(4).replace(/;.*/, "").replace(visualSeparators, ""));
    if (text.includes("@")) return callUri(`sip:${text}`);
    return this.#inDomain(target, /^\+?[\d\s().-]+$/.test(text) ? text.replace(visualSeparators, "") : text);
  }

  /**
   * The password, for a challenger that may ask for it: one of the configured realm, or without one, a server of the account's domain or its
   * outbound proxy. A hostile callee gets nothing to guess from.
   */
  async credentialsFor(challenge: { realm: string; target: string }): Promise<{ username: string; password: string } | undefined> {
    if (this.#password === undefined) return undefined;
    const trusted = this.realm === undefined ? this.#trustedHosts.has(challenge.target.toLowerCase()) : this.realm === challenge.realm;
    if (!trusted) return undefined;
    const { realm, target } = challenge;
    const password = typeof this.#password === "string" ? this.#password : await this.#password({ realm, target });
    return password === undefined ? undefined : { username: this.username, password };
  }

  #inDomain(target: string, user: string): SipUri {
    if (user === "" || /[\s<>":/]/.test(user)) throw invalidTarget(target);
    if (!this.domain) throw invalidTarget(target, undefined, "there is no account or domain to complete it with");
    return SipUri.create({ user, ...this.domain });
  }
}

const anonymous = "sip:anonymous@anonymous.invalid";
/** Of telephone numbers (RFC 3966 §5.1.1). */
const visualSeparators = /[\s().-]/g;
/** Transports of a URI that can be used here. */
const transports: ReadonlySet<string | undefined> = new Set([undefined, "udp", "tcp", "tls", "ws", "wss"]);

/** All of it is written into header fields, as quoted text. */
function checkText(field: string, text: unknown): void {
  if (text === undefined || (typeof text === "string" && !/[\x00-\x08\x0a-\x1f\x7f]/.test(text))) return;
  throw new ClientError("CONFIG_INVALID", `${field} must be text without control characters`);
}

function accountUri(field: string, text: string): SipUri {
  try {
    return reachable(SipUri.parse(text), field);
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    const quoted = JSON.stringify(String(text).slice(0, 80));
    throw new ClientError("CONFIG_INVALID", `${field} is not a SIP URI like "sip:alice@example.com": ${quoted}`, { cause });
  }
}

/** Whoever has a sips address calls bare users in the same way (RFC 5630 §5.1.1). */
function domainOf(text: string, scheme: "sip" | "sips"): Account["domain"] {
  const { host, port } = accountUri("domain", `sip:${text}`);
  return { host, port, scheme };
}

function callUri(text: string): SipUri {
  try {
    return reachable(SipUri.parse(text), "target").withoutHeaders();
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    throw invalidTarget(text, cause);
  }
}

function reachable(uri: SipUri, field: string): SipUri {
  const isPossible = transports.has(uri.transport) && !(uri.scheme === "sips" && uri.transport === "udp");
  if (isPossible) return uri;
  const which = uri.scheme === "sips" ? "of a sips URI" : "here";
  throw new ClientError("CONFIG_UNSUPPORTED", `${field}: ${uri} asks for ${uri.transport!.toUpperCase()}, which is no transport ${which}`);
}

function invalidTarget(target: string, cause?: unknown, why?: string): ClientError {
  const advice = why ?? 'give a URI like "sip:bob@example.com", a user or a number';
  return new ClientError("SIP_URI_INVALID", `Cannot call ${JSON.stringify(target.slice(0, 80))}: ${advice}`, { cause });
}
