import { SipUri, type NameAddressOptions } from "@sidetone/sip-core";
import { ClientError } from "./client-error.ts";

/** Asks for the password when a server wants it; undefined: there is none. */
export type PasswordPrompt = (challenge: {
  readonly realm: string;
  readonly target: string;
}) => string | undefined | Promise<string | undefined>;

export interface AccountOptions {
  /** Address of record: `sip:alice@example.com`, or `Alice <sip:alice@example.com>` through `displayName`. */
  uri: string;
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
  readonly #password: string | PasswordPrompt | undefined;
  readonly #trustedHosts: ReadonlySet<string>;

  /** @internal @throws {ClientError} `CONFIG_INVALID` naming the field. */
  constructor(id: string, options: AccountOptions) {
    this.id = id;
    this.uri = accountUri("account.uri", options.uri);
    this.displayName = options.displayName;
    this.username = options.username ?? this.uri.decodedUser ?? "anonymous";
    this.realm = options.realm;
    this.#password = options.password;
    const proxy = options.outboundProxy === undefined ? undefined : accountUri("account.outboundProxy", options.outboundProxy);
    this.proxyHost = proxy?.host;
    this.route = proxy ? [(proxy.lr ? proxy : proxy.withParameter("lr")).toString()] : [];
    this.#trustedHosts = new Set([this.uri.host, ...(proxy ? [proxy.host] : [])].map((host) => host.toLowerCase()));
  }

  /** Name and URI for From. */
  get identity(): NameAddressOptions {
    return { uri: this.uri, displayName: this.displayName };
  }

  /** Completes what a person types: `bob` and `+49 30 1234` get the account's domain; a URI stays as it is. */
  complete(target: string): SipUri {
    const text = target.trim();
    if (/^sips?:/i.test(text)) return callUri(text);
    if (/^tel:/i.test(text)) return SipUri.create({ user: text.slice(4).replace(/;.*/, ""), host: this.uri.host, port: this.uri.port });
    if (text.includes("@")) return callUri(`sip:${text}`);
    const user = /^\+?[\d\s().-]+$/.test(text) ? text.replace(/[\s().-]/g, "") : text;
    if (user === "" || /[\s<>"]/.test(user)) throw invalidTarget(target);
    return SipUri.create({ user, host: this.uri.host, port: this.uri.port });
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
}

function accountUri(field: string, text: string): SipUri {
  try {
    return SipUri.parse(text);
  } catch (cause) {
    throw new ClientError(
      "CONFIG_INVALID",
      `${field} is not a SIP URI like "sip:alice@example.com": ${JSON.stringify(text.slice(0, 80))}`,
      { cause },
    );
  }
}

function callUri(text: string): SipUri {
  try {
    return SipUri.parse(text);
  } catch (cause) {
    throw invalidTarget(text, cause);
  }
}

function invalidTarget(target: string, cause?: unknown): ClientError {
  return new ClientError(
    "SIP_URI_INVALID",
    `Cannot call ${JSON.stringify(target.slice(0, 80))}: give a URI like "sip:bob@example.com", a user or a number`,
    { cause },
  );
}
