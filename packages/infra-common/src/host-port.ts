import { addressFamily, isIpv6 } from "./ip-address.ts";

/** A host name or numeric address (IPv6 without brackets), and the port if one was given. */
export interface HostPort {
  readonly host: string;
  readonly port: number | undefined;
}

/** Puts an IPv6 address into brackets, as URIs, Via and Contact want it (RFC 3261 §25.1, IPv6reference); other hosts come back as they are. */
export function bracketHost(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** `host:port`, with brackets around an IPv6 address; only the host when `port` is undefined. */
export function formatHostPort(host: string, port?: number): string {
  return port === undefined ? bracketHost(host) : `${bracketHost(host)}:${port}`;
}

/**
 * Reads `host`, `host:port`, `[v6]`, `[v6]:port`, or a bare IPv6 address; the host comes without brackets.
 * Returns undefined when `text` is none of these or the port is not between 0 and 65535.
 */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]*)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match) return isIpv6(text) ? { host: text, port: undefined } : undefined;
  const host = match[1] ?? (match[2] as string);
  const port = match[3] === undefined ? undefined : Number(match[3]);
  if (port !== undefined && port > 65_535) return undefined;
  if (match[1] !== undefined && addressFamily(host) !== 6) return undefined;
  return { host, port };
}
