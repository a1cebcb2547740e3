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
    contactParameters: instanceParameters(options),
    learnsAddress,
    accountId,
    affinity: parts.affinity,
    failsBack: parts.failsBack,
  });
}

function headersOf(options: RegistrationOptions, { expiresSeconds, staleContact, removedContact }: RegisterParts): HeaderInput[] {
  const headers: HeaderInput[] = [];
  if (removedContact !== undefined) headers.push(["Contact", `<${removedContact}>${instanceParameters(options)};expires=0`]);
  if (staleContact !== undefined) headers.push(["Contact", `<${staleContact}>;expires=0`]);
  // "The UA MUST … include the option tag "path" … in the Supported header field" (RFC 3327 §5.1)
  headers.push(["Expires", String(removedContact === undefined ? expiresSeconds : 0)], ["Supported", "path"]);
  return [...headers, ...(options.headers ?? [])];
}

/** `+sip.instance` and `reg-id` (RFC 5626 §4.1, §4.2). */
function instanceParameters({ instanceId, regId }: RegistrationOptions): string {
  if (instanceId === undefined) return "";
  return `;+sip.instance="<${instanceId}>"${regId === undefined ? "" : `;reg-id=${regId}`}`;
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
  if (!(retryDelayMs > 0)) throw invalid("retryDelayMs", String(retryDelayMs));
  if (!(maxRetryDelayMs >= retryDelayMs)) throw invalid("maxRetryDelayMs", String(maxRetryDelayMs));
  checkRegistrar(registrar);
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
