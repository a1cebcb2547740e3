import { SipError } from "../errors.ts";
import { excerpt } from "../grammar/excerpt.ts";
import { isToken, skipClass, skipDigits, skipWhitespace, TOKEN } from "../grammar/character-class.ts";
import { endOfHost, formatHost, isHost, parsePort, withoutBrackets } from "../grammar/host.ts";
import { Parameters } from "../grammar/parameters.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { malformed } from "./malformed.ts";
import { parseDigits } from "./numbers.ts";
import { parseHeaderParameters } from "./parse-name-address.ts";

export interface ViaOptions {
  /** UDP, TCP, TLS, SCTP, WS, WSS … */
  transport: string;
  /** Host name or address; an IPv6 address without brackets. */
  host: string;
  /** 1 to 65535; undefined leaves it out. */
  port?: number | undefined;
  branch?: string | undefined;
  /** `true` asks for the source port (RFC 3581). */
  rport?: true | number | undefined;
  received?: string | undefined;
  parameters?: Iterable<readonly [name: string, value?: string | number]> | undefined;
}

/** What a server wrote into the top Via on arrival. */
interface ViaSource {
  readonly received: string;
  readonly rport: number;
}

/** One Via value (RFC 3261 §20.42 via-parm): `SIP/2.0/UDP host:port;branch=z9hG4bK…`. Immutable. */
export class ViaParm {
  /** `SIP`. */
  readonly protocolName: string;
  /** `2.0`. */
  readonly protocolVersion: string;
  /** In upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS`. */
  readonly transport: string;
  /** Host of sent-by; an IPv6 address without its brackets. */
  readonly host: string;
  /** Port of sent-by; undefined when not written (5060, or 5061 for TLS, RFC 3261 §18.2.2). */
  readonly port: number | undefined;
  readonly parameters: Parameters;
  #branch: string | undefined;
  readonly #source: ViaSource | undefined;

  /** Internal: the parts are checked. Use the {@link Via} codec and {@link ViaParm.create}. `branch` and `source` save looking for them. */
  constructor(
    protocolName: string,
    protocolVersion: string,
    transport: string,
    host: string,
    port: number | undefined,
    parameters: Parameters,
    branch?: string,
    source?: ViaSource,
  ) {
    this.protocolName = protocolName;
    this.protocolVersion = protocolVersion;
    this.transport = transport;
    this.host = host;
    this.port = port;
    this.parameters = parameters;
    this.#branch = branch;
    this.#source = source;
  }

  /** @throws {SipError} `SIP_HEADER_INVALID` when a part cannot be written. */
  static create({ transport, host, port, branch, rport, received, parameters = [] }: ViaOptions): ViaParm {
    const isPort = port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65_535);
    if (!isToken(transport) || !isHost(host) || !isPort) {
      throw new SipError("SIP_HEADER_INVALID", `Not a Via: ${excerpt(`${transport} ${host}:${port}`)}`);
    }
    let list = Parameters.from(parameters);
    if (branch !== undefined) list = list.with("branch", branch);
    if (received !== undefined) list = list.with("received", received);
    if (rport !== undefined) list = list.with("rport", rport === true ? undefined : rport);
    return new ViaParm("SIP", "2.0", transport.toUpperCase(), host, port, list);
  }

  /** The transaction's id when it begins with `z9hG4bK` (RFC 3261 §8.1.1.7). */
  get branch(): string | undefined {
    return (this.#branch ??= this.parameters.get("branch"));
  }

  /** The address the request came from (RFC 3261 §18.2.1); brackets around it are tolerated (RFC 5118 §4.5) and removed. */
  get received(): string | undefined {
    if (this.#source) return this.#source.received;
    const received = this.parameters.get("received");
    return received === undefined ? undefined : withoutBrackets(received);
  }

  /** `true` when the source port is asked for, the port when it is filled in (RFC 3581 §3, §4); undefined when absent or no port. */
  get rport(): true | number | undefined {
    if (this.#source) return this.#source.rport;
    const rport = this.parameters.get("rport");
    if (rport === undefined || rport === "") return rport === "" ? true : undefined;
    const port = parsePort(rport, 0, rport.length);
    return port < 0 ? undefined : port;
  }

  /** Where responses go instead of sent-by (RFC 3261 §18.1.1), an IPv6 address without brackets. */
  get maddr(): string | undefined {
    const maddr = this.parameters.get("maddr");
    return maddr === undefined ? undefined : withoutBrackets(maddr);
  }

  /** Multicast hop limit, 0 to 255; undefined when absent or malformed. */
  get ttl(): number | undefined {
    const ttl = parseDigits(this.parameters.get("ttl") ?? "", 255);
    return ttl === Infinity ? undefined : ttl;
  }

  /** Host and port as they stand in the field: `[2001:db8::9]:5060`. */
  get sentBy(): string {
    return this.port === undefined ? formatHost(this.host) : `${formatHost(this.host)}:${this.port}`;
  }

  /** A copy with a parameter set; without a value, the name alone. Throws `SipError` `SIP_HEADER_INVALID` when it cannot be written. */
  withParameter(name: string, value?: string | number): ViaParm {
    return new ViaParm(this.protocolName, this.protocolVersion, this.transport, this.host, this.port, this.parameters.with(name, value));
  }

  /** As it goes on the wire. */
  toString(): string {
    return `${this.protocolName}/${this.protocolVersion}/${this.transport} ${this.sentBy}${this.parameters.text}`;
  }
}

/** Via (RFC 3261 §20.42). */
export const Via: HeaderCodec<ViaParm> = {
  name: "Via",
  compactName: "v",
  list: true,
  parse: parseVia,
  serialize: (via) => via.toString(),
};

/** via-parm = sent-protocol LWS sent-by *( SEMI via-params ), white space around `/`, `:`, `;` and `=` allowed (RFC 3261 §25.1). */
function parseVia(text: string): ViaParm {
  const end = text.length;
  const isUsual = text.startsWith("SIP/2.0/");
  const transportStart = isUsual ? skipWhitespace(text, 8, end) : startOfTransport(text);
  const transportEnd = transportStart < 0 ? -1 : skipClass(text, transportStart, end, TOKEN);
  const hostStart = skipWhitespace(text, transportEnd, end);
  if (transportEnd <= transportStart || hostStart === transportEnd) throw malformed("Via", "SIP/2.0/transport host", text);

  const hostEnd = endOfHost(text, hostStart, end);
  if (hostEnd < 0) throw malformed("Via", "SIP/2.0/transport host", text);
  const isIpv6 = text.charCodeAt(hostStart) === 0x5b;
  const host = isIpv6 ? text.slice(hostStart + 1, hostEnd - 1) : text.slice(hostStart, hostEnd);

  let i = skipWhitespace(text, hostEnd, end);
  let port: number | undefined;
  if (i < end && text.charCodeAt(i) === 0x3a) {
    const portStart = skipWhitespace(text, i + 1, end);
    i = skipDigits(text, portStart, end);
    port = parsePort(text, portStart, i);
    if (port < 0) throw malformed("Via", "a host with a port from 1 to 65535", text);
  }
  const parameters = parseHeaderParameters("Via", text, i);
  const transport = transportName(text, transportStart, transportEnd);
  if (isUsual) return new ViaParm("SIP", "2.0", transport, host, port, parameters);
  const [name = "", version = ""] = text.slice(0, transportStart).split("/");
  return new ViaParm(name.trim(), version.trim(), transport, host, port, parameters);
}

/** protocol-name SLASH protocol-version SLASH: the index after it, or −1. */
function startOfTransport(text: string): number {
  const end = text.length;
  let i = 0;
  for (let slashes = 0; slashes < 2; slashes++) {
    const tokenEnd = skipClass(text, i, end, TOKEN);
    const slash = skipWhitespace(text, tokenEnd, end);
    if (tokenEnd === i || slash === end || text.charCodeAt(slash) !== 0x2f) return -1;
    i = skipWhitespace(text, slash + 1, end);
  }
  return i;
}

function transportName(text: string, start: number, end: number): string {
  const isUdp =
    end - start === 3 && text.charCodeAt(start) === 0x55 && text.charCodeAt(start + 1) === 0x44 && text.charCodeAt(start + 2) === 0x50;
  return isUdp ? "UDP" : text.slice(start, end).toUpperCase();
}
