import { parseHostPort } from "@sidetone/infra-common";
import { StunError } from "./stun-error.ts";

/** Where STUN servers listen (RFC 8489 §8.1). */
export const defaultStunPort = 3478;

/**
 * Host and port of a STUN server over UDP: `stun:stun.example.org`, `stun:192.0.2.1:3479` (RFC 7064 §3.1), or the same without the scheme.
 * The port is 3478 where none stands. The name is to be resolved by the caller.
 *
 * @throws {StunError} `STUN_OPTION_INVALID` for anything else; `stuns:` is not supported.
 */
export function parseStunUri(text: string): { readonly host: string; readonly port: number } {
  const [, scheme, rest] = /^(?:(stuns?):)?(.*)$/is.exec(text) ?? [];
  const parsed = rest === undefined || scheme?.toLowerCase() === "stuns" ? undefined : parseHostPort(rest);
  if (!parsed || parsed.port === 0)
    throw new StunError("STUN_OPTION_INVALID", `no STUN server over UDP: ${JSON.stringify(text.slice(0, 80))}`);
  return { host: parsed.host, port: parsed.port ?? defaultStunPort };
}
