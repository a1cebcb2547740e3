import { ClientError } from "@sidetone/client-core";
import { SipUri } from "@sidetone/sip-core";

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
  const transport = uri.scheme === "sips" ? "tls" : (uri.transport ?? "udp");
  if (transport === "udp" || transport === "tcp") return uri;
  const name = transport.toUpperCase();
  throw new ClientError("CONFIG_UNSUPPORTED", `${trimmed}: ${name} is not available yet; use a sip: URI with ;transport=udp or tcp`);
}

function parse(text: string): SipUri {
  const shown = JSON.stringify(text.slice(0, 80));
  const advice = "give one like sip:bob@example.com or sip:192.0.2.7:5070";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw new ClientError("SIP_URI_INVALID", `${shown} is no SIP URI; ${advice}`);
  try {
    return SipUri.parse(/^sips?:/i.test(text) ? text : `sip:${text}`);
  } catch (cause) {
    throw new ClientError("SIP_URI_INVALID", `${shown} is no SIP URI; ${advice}`, { cause });
  }
}
