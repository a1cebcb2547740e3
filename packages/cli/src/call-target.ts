import { ClientError } from "@sidetone/client-core";
import { addressFamily } from "@sidetone/infra-common";
import { SipUri } from "@sidetone/sip-core";

const transports: ReadonlySet<string> = new Set(["udp", "tcp", "tls", "ws", "wss"]);

/**
 * Reads whom to call or ask: a SIP URI, or one without its scheme (`bob@example.com`, `192.0.2.7:5070`).
 *
 * @throws {ClientError} `SIP_URI_INVALID`, `CONFIG_UNSUPPORTED` with advice.
 */
export function callTarget(text: string): SipUri {
  const trimmed = text.trim();
  if (/^tel:/i.test(trimmed)) {
    throw new ClientError("SIP_URI_INVALID", `A telephone number needs a server that knows it: sip:${trimmed.slice(4)}@sip.example.com`);
  }
  const uri = parse(trimmed);
  const { transport } = uri;
  if (transport === undefined || (transports.has(transport) && !(uri.scheme === "sips" && transport === "udp"))) return uri;
  throw new ClientError(
    "CONFIG_UNSUPPORTED",
    `${trimmed}: ${transport.toUpperCase()} is no transport for this URI; use ;transport=tcp or tls`,
  );
}

/**
 * Reads whom to call for somebody who has an account: `bob` and `+49 30 1234` are users of its domain, all else is read as `callTarget` does.
 *
 * @param domain the account's address; undefined where there is none.
 */
export function dialTarget(text: string, domain: SipUri | undefined): SipUri {
  const typed = text.trim();
  const isNumber = /^(tel:)?\+?[\d\s().-]+$/i.test(typed) && !addressFamily(typed);
  if (!domain || !(isNumber || /^[^\s.:;@<>"/[\]]+$/.test(typed))) return callTarget(text);
  const user = isNumber ? typed.replace(/^tel:|[\s().-]/gi, "") : typed;
  return SipUri.create({ user, scheme: domain.scheme, host: domain.host, port: domain.port });
}

function parse(text: string): SipUri {
  if (text === "") throw noUri(text, "it is empty");
  if (/^([a-z][a-z0-9+.-]*:\/\/|mailto:|xmpp:|callto:)/i.test(text)) throw noUri(text, "it is of another kind");
  try {
    return SipUri.parse(/^sips?:/i.test(text) ? text : `sip:${text}`);
  } catch (error) {
    // "Not a SIP URI (no host): …": the reason is what is new.
    throw noUri(text, /\(([^)]+)\)/.exec((error as Error).message)?.[1] ?? "it cannot be read");
  }
}

function noUri(text: string, why: string): ClientError {
  const shown = JSON.stringify(text.slice(0, 80));
  return new ClientError("SIP_URI_INVALID", `${shown} is no SIP URI (${why}); give one like sip:bob@example.com or sip:192.0.2.7:5070`);
}
