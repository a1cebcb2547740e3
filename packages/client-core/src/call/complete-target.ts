import { SipUri } from "@sidetone/sip-core";
import { ClientError } from "../errors/client-error.ts";
import { reachable } from "../registration/account-uri.ts";

/** What a bare user or number is completed with. */
export interface Domain {
  readonly host: string;
  readonly port: number | undefined;
  readonly scheme: "sip" | "sips";
}

/** Of telephone numbers (RFC 3966 §5.1.1). */
const visualSeparators = /[\s().-]/g;

/**
 * The URI of what a person types: `bob`, `+49 30 1234` and `tel:` URIs get the domain; a SIP URI stays as it is, its headers left out.
 *
 * @throws {ClientError} `SIP_URI_INVALID`; `CONFIG_UNSUPPORTED` for a URI that needs a transport that there is not.
 */
export function completeTarget(target: string, domain: Domain | undefined): SipUri {
  if (typeof target !== "string") throw invalidTarget(String(target));
  const text = target.trim();
  if (/^sips?:/i.test(text)) return callUri(text);
  if (/^tel:/i.test(text)) return inDomain(target, text.slice(4).replace(/;.*/, "").replace(visualSeparators, ""), domain);
  if (text.includes("@")) return callUri(`sip:${text}`);
  return inDomain(target, /^\+?[\d\s().-]+$/.test(text) ? text.replace(visualSeparators, "") : text, domain);
}

function inDomain(target: string, user: string, domain: Domain | undefined): SipUri {
  if (user === "" || /[\s<>":/]/.test(user)) throw invalidTarget(target);
  if (!domain) throw invalidTarget(target, undefined, "there is no account or domain to complete it with");
  return SipUri.create({ user, ...domain });
}

function callUri(text: string): SipUri {
  try {
    return reachable(SipUri.parse(text), "target").withoutHeaders();
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    throw invalidTarget(text, cause);
  }
}

function invalidTarget(target: string, cause?: unknown, why?: string): ClientError {
  const advice = why ?? 'give a URI like "sip:bob@example.com", a user or a number';
  return new ClientError("SIP_URI_INVALID", `Cannot call ${JSON.stringify(target.slice(0, 80))}: ${advice}`, { cause });
}
