import { SipError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { PASSWORD, USER } from "../grammar/character-class.ts";
import { formatHost, isHost, withoutBrackets } from "../grammar/host.ts";
import { Parameters } from "../grammar/parameters.ts";
import { uriHeaderSyntax, uriSyntax } from "../grammar/parameter-syntax.ts";
import { decodeEscapes, encodeEscapes } from "../grammar/percent-escape.ts";
import { areEqualSipUris } from "./compare-sip-uris.ts";
import { parseSipUri } from "./parse-sip-uri.ts";
import { noHeaders, noParameters, type SipUriParts } from "./sip-uri-parts.ts";

/** What {@link SipUri.create} makes a URI of. Text is given plain; what must be escaped is escaped. */
export interface SipUriOptions {
  /** Default `sip`. */
  scheme?: "sip" | "sips";
  /** The user as people write it: `j@s0n` becomes `j%40s0n`. */
  user?: string | undefined;
  /** Do not use: it is sent in the clear (RFC 3261 §19.1.1). */
  password?: string | undefined;
  /** Host name, IPv4 address, or IPv6 address with or without brackets. */
  host: string;
  /** 1 to 65535. */
  port?: number | undefined;
  parameters?: Iterable<readonly [name: string, value?: string | number]> | undefined;
  headers?: Iterable<readonly [name: string, value: string]> | undefined;
}

/**
 * A SIP or SIPS URI (RFC 3261 §19.1): `sip:user:password@host:port;uri-parameters?headers`. Immutable.
 *
 * A URI that was parsed is written exactly as it was read; one that was made or changed is written from its parts.
 */
export class SipUri {
  readonly scheme: "sip" | "sips";
  /** As on the wire, escapes kept; everything before the `:` or `@`, semicolons included. See {@link decodedUser}. */
  readonly user: string | undefined;
  /** As on the wire, escapes kept. */
  readonly password: string | undefined;
  /** Host name or address as on the wire; an IPv6 address without its brackets, as sockets want it. */
  readonly host: string;
  /** As written; undefined when not written (5060, or 5061 for TLS, is then what RFC 3263 makes of it). */
  readonly port: number | undefined;
  /** The uri-parameters; names and values are unescaped when asked for. */
  readonly parameters: Parameters;
  /** The headers after `?`, the same way. Not to be honoured without thought (RFC 3261 §19.1.5). */
  readonly headers: Parameters;
  #text: string | undefined;

  /** Internal: `parts` are checked. Use {@link SipUri.parse} and {@link SipUri.create}. */
  constructor(parts: SipUriParts, text?: string) {
    this.scheme = parts.scheme;
    this.user = parts.user;
    this.password = parts.password;
    this.host = parts.host;
    this.port = parts.port;
    this.parameters = parts.parameters;
    this.headers = parts.headers;
    this.#text = text;
  }

  /**
   * Reads a SIP or SIPS URI.
   *
   * @throws {SipParseError} `SIP_PARSE_URI` when the text is not one (RFC 3261 §25.1). Three colons in an IPv6
   *   address (RFC 5118 §4.10) are refused.
   */
  static parse(text: string): SipUri {
    return new SipUri(parseSipUri(text), text);
  }

  /**
   * Makes a URI of plain parts.
   *
   * @throws {SipError} `SIP_URI_INVALID` when the host or port cannot stand in a URI, or the user is empty.
   */
  static create(options: SipUriOptions): SipUri {
    const { scheme = "sip", user, password, port, parameters = [], headers = [] } = options;
    const host = withoutBrackets(options.host);
    if (!isHost(host)) throw invalid(`not a host name or address: ${excerpt(options.host)}`);
    if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
      throw invalid(`port ${port} is not from 1 to 65535`);
    if (user === "" || (password !== undefined && user === undefined)) throw invalid("the user is empty");
    return new SipUri({
      scheme,
      user: user === undefined ? undefined : encodeEscapes(user, USER),
      password: password === undefined ? undefined : encodeEscapes(password, PASSWORD),
      host,
      port,
      parameters: Parameters.from(parameters, uriSyntax),
      headers: Parameters.from(headers, uriHeaderSyntax),
    });
  }

  /** The user with its escapes decoded, once, as UTF-8 (RFC 3261 §19.1.2). */
  get decodedUser(): string | undefined {
    return this.user === undefined ? undefined : decodeEscapes(this.user);
  }

  /** The password with its escapes decoded. */
  get decodedPassword(): string | undefined {
    return this.password === undefined ? undefined : decodeEscapes(this.password);
  }

  /** The host as it goes on the wire: an IPv6 address in brackets. */
  get hostText(): string {
    return formatHost(this.host);
  }

  /** The transport parameter in lower case, as `udp`, `tcp`, `tls`, `ws` (RFC 3261 §19.1.1, RFC 7118). */
  get transport(): string | undefined {
    return this.parameters.get("transport")?.toLowerCase();
  }

  /** Whether the `lr` parameter is there: a loose router (RFC 3261 §19.1.1). */
  get lr(): boolean {
    return this.parameters.has("lr");
  }

  /** The address that overrides the host (RFC 3261 §19.1.1), an IPv6 address without brackets. */
  get maddr(): string | undefined {
    const maddr = this.parameters.get("maddr");
    return maddr === undefined ? undefined : withoutBrackets(maddr);
  }

  /** A copy with another scheme. */
  withScheme(scheme: "sip" | "sips"): SipUri {
    return new SipUri({ ...this, scheme });
  }

  /** A copy with another plain user, or none (and then no password). Throws `SipError` `SIP_URI_INVALID` when it is empty. */
  withUser(user: string | undefined): SipUri {
    if (user === "") throw invalid("the user is empty");
    const escaped = user === undefined ? undefined : encodeEscapes(user, USER);
    return new SipUri({ ...this, user: escaped, password: escaped === undefined ? undefined : this.password });
  }

  /** A copy with another host and port. Throws `SipError` `SIP_URI_INVALID` when they cannot stand in a URI. */
  withHost(host: string, port?: number): SipUri {
    const { host: checkedHost, port: checkedPort } = SipUri.create({ host, port });
    return new SipUri({ ...this, host: checkedHost, port: checkedPort });
  }

  /** A copy with a uri-parameter set; without a value, the name alone. */
  withParameter(name: string, value?: string | number): SipUri {
    return new SipUri({ ...this, parameters: this.parameters.with(name, value) });
  }

  /** A copy without that uri-parameter. */
  withoutParameter(name: string): SipUri {
    return this.parameters.has(name) ? new SipUri({ ...this, parameters: this.parameters.without(name) }) : this;
  }

  /** A copy without any uri-parameter. */
  withoutParameters(): SipUri {
    return this.parameters.isEmpty ? this : new SipUri({ ...this, parameters: noParameters });
  }

  /** A copy without headers, as a Request-URI must be (RFC 3261 §19.1.1 Table 1). */
  withoutHeaders(): SipUri {
    return this.headers.isEmpty ? this : new SipUri({ ...this, headers: noHeaders });
  }

  /** The scheme, user and host alone: an address-of-record (RFC 3261 §10.3 step 5). */
  toAddressOfRecord(): SipUri {
    return new SipUri({ ...this, password: undefined, port: undefined, parameters: noParameters, headers: noHeaders });
  }

  /** Whether both URIs are equivalent by the rules of RFC 3261 §19.1.4, which are not transitive. */
  equals(other: unknown): boolean {
    return other instanceof SipUri && areEqualSipUris(this, other);
  }

  /** The URI as it goes on the wire. */
  toString(): string {
    return (this.#text ??= write(this));
  }
}

function write({ scheme, user, password, host, port, parameters, headers }: SipUri): string {
  const userinfo = user === undefined ? "" : `${user}${password === undefined ? "" : `:${password}`}@`;
  const hostport = port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
  return `${scheme}:${userinfo}${hostport}${parameters.text}${headers.isEmpty ? "" : `?${headers.text}`}`;
}

function invalid(what: string): SipError {
  return new SipError("SIP_URI_INVALID", `Not a SIP URI: ${what}`);
}
