import { SipUri } from "@sidetone/sip-core";
import { ClientError } from "../errors/client-error.ts";

/** Transports of a URI that can be used here. */
const transports: ReadonlySet<string | undefined> = new Set([undefined, "udp", "tcp", "tls", "ws", "wss"]);

/**
 * Reads a URI of the options of an account.
 *
 * @throws {ClientError} `CONFIG_INVALID`, or `CONFIG_UNSUPPORTED` as {@link reachable} does, naming the field.
 */
export function accountUri(field: string, text: string): SipUri {
  try {
    return reachable(SipUri.parse(text), field);
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    const quoted = JSON.stringify(String(text).slice(0, 80));
    throw new ClientError("CONFIG_INVALID", `${field} is not a SIP URI like "sip:alice@example.com": ${quoted}`, { cause });
  }
}

/** @throws {ClientError} `CONFIG_UNSUPPORTED` for a URI that asks for a transport that there is not. */
export function reachable(uri: SipUri, field: string): SipUri {
  const isPossible = transports.has(uri.transport) && !(uri.scheme === "sips" && uri.transport === "udp");
  if (isPossible) return uri;
  const which = uri.scheme === "sips" ? "of a sips URI" : "here";
  throw new ClientError("CONFIG_UNSUPPORTED", `${field}: ${uri} asks for ${uri.transport!.toUpperCase()}, which is no transport ${which}`);
}
