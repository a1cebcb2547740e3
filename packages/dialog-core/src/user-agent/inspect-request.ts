import { Accept, ContentDisposition, ContentEncoding, ContentType, MediaType, Require, type SipRequest } from "@sidetone/sip-core";
import type { Capabilities } from "./capabilities.ts";
import type { Refusal } from "./incoming-request.ts";
import { sessionDescriptionOf } from "./session-description.ts";

/**
 * What every request is looked at for, in the order of RFC 3261 §8.2; the refusal, or undefined when all is well. Merged requests and
 * the SIP version were dealt with below; Max-Forwards is a proxy's business.
 */
export function inspectRequest(request: SipRequest, capabilities: Capabilities): Refusal | undefined {
  const statusCode = capabilities.refusalOfMethod(request.method);
  if (statusCode !== undefined) return { statusCode, headers: [capabilities.allow] };
  if (!isKnownScheme(request.requestUriText)) return { statusCode: 416 };
  return (
    (request.has("Require") ? inspectRequire(request, capabilities) : undefined) ??
    (request.body.length > 0 ? inspectContent(request, capabilities) : undefined) ??
    (request.has("Accept") ? inspectAccept(request, capabilities) : undefined)
  );
}

const knownScheme = /^(?:sips?|tel):/i;

function isKnownScheme(requestUri: string): boolean {
  return requestUri.startsWith("sip:") || knownScheme.test(requestUri);
}

/** "If a UAS does not understand an option-tag listed in a Require header field, it MUST respond … 420 … add an Unsupported header field" (§8.2.2.3). */
function inspectRequire(request: SipRequest, { optionTags }: Capabilities): Refusal | undefined {
  const unsupported = request.getAll(Require).filter((tag) => !optionTags.has(tag.toLowerCase()));
  return unsupported.length === 0 ? undefined : { statusCode: 420, headers: [["Unsupported", unsupported.join(", ")]] };
}

/** "If there are any bodies whose type … or encoding are not understood, and that body part is not optional … 415" (§8.2.3). */
function inspectContent(request: SipRequest, { bodyTypes, accept }: Capabilities): Refusal | undefined {
  if (request.has("Content-Disposition") && isOptional(request)) return undefined;
  const codings = request.has("Content-Encoding") ? request.getAll(ContentEncoding) : [];
  if (codings.some((coding) => coding.toLowerCase() !== "identity")) return { statusCode: 415, headers: [["Accept-Encoding", "identity"]] };
  // A usual value needs no parsing.
  if (bodyTypes.has(request.contentType ?? "")) return undefined;
  const contentType = request.get(ContentType);
  // What a multipart body of another request means is the application's affair.
  const isMultipart = contentType?.type === "multipart" && (request.method !== "INVITE" || sessionDescriptionOf(request, bodyTypes));
  return contentType && (bodyTypes.has(contentType.name) || isMultipart) ? undefined : { statusCode: 415, headers: [accept] };
}

/** The `handling` of Content-Disposition (RFC 3261 §20.11). */
function isOptional(request: SipRequest): boolean {
  return request.get(ContentDisposition)?.parameters.get("handling")?.toLowerCase() === "optional";
}

/** An INVITE whose sender takes none of the bodies that this side would answer with (§20.1, §21.4.7). */
function inspectAccept(request: SipRequest, { bodyTypes }: Capabilities): Refusal | undefined {
  if (request.method !== "INVITE") return undefined;
  const ranges = request.getAll(Accept).filter((range) => range.q > 0);
  const isAccepted = [...bodyTypes].some((type) => ranges.some((range) => MediaType.create(type).isIn(range)));
  return isAccepted ? undefined : { statusCode: 406 };
}
