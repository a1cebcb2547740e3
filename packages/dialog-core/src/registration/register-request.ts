import { SipUri, type HeaderInput } from "@sidetone/sip-core";
import { VoipError } from "@sidetone/infra-common";
import { DialogError } from "../errors.ts";
import { draftOutsideDialog } from "../user-agent/draft-outside-dialog.ts";
import type { RequestDraft } from "../user-agent/request-draft.ts";
import type { ServerAffinity } from "../user-agent/server-affinity.ts";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";
import type { RegistrationOptions } from "./registration.ts";

/** What differs from one REGISTER of a registration to the next. */
export interface RegisterParts {
  readonly callId: string;
  readonly sequenceNumber: number;
  /** Where a 3xx has sent us. */
  readonly redirection: string | undefined;
  readonly expiresSeconds: number;
  /** A binding to be removed along with it: the one of an address that is ours no more. */
  readonly staleContact: string | undefined;
  /** The one binding to be removed, in place of one to be made. */
  readonly removedContact?: string | undefined;
  readonly affinity: ServerAffinity;
  /** Whether a better server is tried than the one of the affinity. */
  readonly failsBack: boolean;
  /** Whether the registrar is asked for outbound (RFC 5626): not after it said 439. */
  readonly isOutbound: boolean;
}

/** A REGISTER (RFC 3261 §10.2). */
export function draftRegister(core: UserAgentHost, options: RegistrationOptions, parts: RegisterParts): RequestDraft {
  const { registrar, addressOfRecord, from, route, contactUser, accountId, learnsAddress = true } = options;
  const { redirection, removedContact } = parts;
  return draftOutsideDialog(core, "REGISTER", {
    method: "REGISTER",
    requestUri: redirection ?? registrar,
    from: from ?? addressOfRecord,
    to: addressOfRecord,
    route,
    callId: parts.callId,
    sequenceNumber: parts.sequenceNumber,
    headers: headersOf(options, parts),
    contact: removedContact === undefined,
    contactUser,
    contactParameters: instanceParameters(options, parts),
    learnsAddress,
    // "keep", without a value: we are willing, is the server? (RFC 6223 §4.2.1)
    viaParameters: options.keepAlive ? ";keep" : undefined,
    accountId,
    affinity: parts.affinity,
    failsBack: parts.failsBack,
  });
}

function headersOf(options: RegistrationOptions, parts: RegisterParts): HeaderInput[] {
  const { expiresSeconds, staleContact, removedContact, isOutbound } = parts;
  const headers: HeaderInput[] = [];
  if (removedContact !== undefined) headers.push(["Contact", `<${removedContact}>${instanceParameters(options, parts)};expires=0`]);
  if (staleContact !== undefined) headers.push(["Contact", `<${staleContact}>;expires=0`]);
  // "The UA MUST … include the option tag "path" … in the Supported header field" (RFC 3327 §5.1)
  headers.push(["Expires", String(removedContact === undefined ? expiresSeconds : 0)]);
  // "… MUST include the outbound option-tag in a Supported header field" (RFC 5626 §4.2.1)
  headers.push(["Supported", isOutbound ? "path, outbound" : "path"]);
  return [...headers, ...(options.headers ?? [])];
}

/** `+sip.instance` and `reg-id` (RFC 5626 §4.1, §4.2). */
function instanceParameters({ instanceId, regId, keepAlive }: RegistrationOptions, { isOutbound }: RegisterParts): string {
  if (instanceId === undefined) return "";
  // Without a flow that is kept, the number names one of several ways to the same place, and a registrar may ignore it.
  const isNumbered = regId !== undefined && (isOutbound || keepAlive === undefined);
  return `;+sip.instance="<${instanceId}>"${isNumbered ? `;reg-id=${regId}` : ""}`;
}

/** @throws {DialogError} `DIALOG_OPTION`, naming the option. */
export function checkRegistration(options: RegistrationOptions): void {
  const { registrar, instanceId, regId, expiresSeconds = 1, retryDelayMs = 1, maxRetryDelayMs = retryDelayMs } = options;
  if (instanceId !== undefined && !/^urn:[a-z0-9][a-z0-9-]{0,31}:[^\s"<>\\]+$/i.test(instanceId))
    throw invalid("instanceId", JSON.stringify(instanceId.slice(0, 80)));
  if (regId !== undefined && !(instanceId !== undefined && Number.isInteger(regId) && regId >= 1 && regId < 2 ** 31))
    throw invalid("regId", `${regId}${instanceId === undefined ? " without instanceId" : ""}`);
  if (!(Number.isInteger(expiresSeconds) && expiresSeconds >= 1 && expiresSeconds < 2 ** 31))
    throw invalid("expiresSeconds", String(expiresSeconds));
  checkKeepAlive(options);
  if (!(retryDelayMs > 0)) throw invalid("retryDelayMs", String(retryDelayMs));
  if (!(maxRetryDelayMs >= retryDelayMs)) throw invalid("maxRetryDelayMs", String(maxRetryDelayMs));
  checkRegistrar(registrar);
}

function checkKeepAlive({ keepAlive: { intervalMs = 1, method = "auto" } = {} }: RegistrationOptions): void {
  if (!(intervalMs > 0 && intervalMs < 2 ** 31)) throw invalid("keepAlive.intervalMs", String(intervalMs));
  if (method !== "auto" && method !== "options") throw invalid("keepAlive.method", JSON.stringify(method));
}

function checkRegistrar(registrar: string): void {
  let uri: SipUri;
  try {
    uri = SipUri.parse(registrar);
  } catch (cause) {
    if (!(cause instanceof VoipError)) throw cause;
    throw new DialogError("DIALOG_OPTION", `registrar cannot be used: ${cause.message}`, { cause });
  }
  if (uri.user !== undefined) throw invalid("registrar", "a URI with a user (RFC 3261 §10.2)");
}

function invalid(option: string, value: string): DialogError {
  return new DialogError("DIALOG_OPTION", `${option} cannot be ${value}`);
}
