import { SipUri } from "@sidetone/sip-core";
import { ClientError } from "../errors/client-error.ts";

/** One of the ways in which an account registers and sends: by a proxy, to a registrar, or both. */
export interface AccountWay {
  /** URI of the proxy that requests go to first, loose (`lr`). */
  readonly outboundProxy: string | undefined;
  /** Request-URI of REGISTER. */
  readonly registrar: string | undefined;
}

export interface AccountWaysOptions {
  readonly outboundProxy: string | readonly string[] | undefined;
  readonly registrar: string | readonly string[] | undefined;
  /** Reads a URI, or throws naming the field. */
  readonly read: (field: string, text: string) => SipUri;
  /** Takes a URI over the account's transport. */
  readonly over: (uri: SipUri) => SipUri;
}

/**
 * The ways of an account, the one that is preferred first: one for each proxy, or for each registrar.
 *
 * @throws {ClientError} `CONFIG_INVALID`, naming the field.
 */
export function accountWays(
  field: string,
  { outboundProxy, registrar, read, over }: AccountWaysOptions,
): {
  ways: readonly AccountWay[];
  hosts: readonly string[];
} {
  const proxies = listOf(`${field}.outboundProxy`, outboundProxy, read);
  const registrars = listOf(`${field}.registrar`, registrar, read).map((uri) => uri.withUser(undefined));
  if (proxies.length > 1 && registrars.length > 1)
    throw new ClientError("CONFIG_INVALID", `${field}.registrar must be one where there are several proxies: each of them leads to it`);
  const ways = [];
  for (const proxy of proxies.length > 0 ? proxies : [undefined]) {
    for (const server of registrars.length > 0 ? registrars : [undefined]) {
      ways.push({
        outboundProxy: proxy && over(proxy.lr ? proxy : proxy.withParameter("lr")).toString(),
        registrar: server && (proxy ? server : over(server)).toString(),
      });
    }
  }
  return { ways, hosts: [...proxies, ...registrars].map(({ host }) => host) };
}

function listOf(field: string, value: string | readonly string[] | undefined, read: AccountWaysOptions["read"]): readonly SipUri[] {
  if (value === undefined) return [];
  if (typeof value === "string") return [read(field, value)];
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size < value.length)
    throw new ClientError("CONFIG_INVALID", `${field} must be a URI, or a list of one or more different ones`);
  return value.map((text, i) => read(`${field}[${i}]`, text as string));
}
