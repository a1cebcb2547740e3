import { VoipError } from "@sidetone/infra-common";
import { CallId, CSeq, From, NameAddress, parseUri, Route, SipError, SipUri } from "@sidetone/sip-core";
import { asNameAddress, noRoute, routeRequest } from "../dialog/dialog-route.ts";
import { DialogError } from "../errors.ts";
import { RequestDraft, type RequestDraftParts } from "./request-draft.ts";
import type { InviteOptions, RequestOptions } from "./request-options.ts";
import type { UserAgentHost } from "./user-agent-host.ts";

/** RFC 3261 §8.1.1.3. */
const anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/** A request or a call, and what only a REGISTER has. */
export type OutsideDialogOptions = (RequestOptions | InviteOptions) &
  Pick<RequestDraftParts, "contactParameters" | "learnsAddress" | "viaParameters" | "failsBack">;

/**
 * A request that begins something new (RFC 3261 §8.1.1): a From tag and a Call-ID of its own, To without tag.
 *
 * @throws {DialogError} `DIALOG_OPTION` when an address cannot be read.
 */
export function draftOutsideDialog(core: UserAgentHost, method: string, options: OutsideDialogOptions): RequestDraft {
  const { random } = core.environment;
  const requestUri = options.requestUri.toString();
  try {
    checkParts(method, options);
    return new RequestDraft({
      method,
      route: routeRequest(requestUri, options.route ?? noRoute),
      from: From.parse(options.from ?? anonymous)
        .withTag(random.token(12))
        .toString(),
      to:
        options.to === undefined
          ? NameAddress.create({ uri: requestUri }).toString()
          : From.parse(options.to).withTag(undefined).toString(),
      callId: options.callId ?? random.token(24),
      sequenceNumber: options.sequenceNumber ?? 1,
      headers: options.headers,
      body: "body" in options ? options.body : undefined,
      hasContact: method === "INVITE" || ("contact" in options && options.contact === true),
      contactUser: options.contactUser === undefined ? undefined : SipUri.create({ user: options.contactUser, host: "a.invalid" }).user,
      contactParameters: options.contactParameters,
      learnsAddress: options.learnsAddress,
      viaParameters: options.viaParameters,
      accountId: options.accountId,
      affinity: options.affinity,
      failsBack: options.failsBack,
    });
  } catch (cause) {
    if (!(cause instanceof VoipError)) throw cause;
    throw new DialogError("DIALOG_OPTION", `${method} to ${requestUri} cannot be written`, { cause });
  }
}

/** What would be noticed only when the request is sent, and then be the caller's mistake all the same. */
function checkParts(method: string, { requestUri, callId, sequenceNumber = 1, route }: RequestOptions | InviteOptions): void {
  const uri = typeof requestUri === "string" ? parseUri(requestUri) : requestUri;
  // "not allowed" in a Request-URI (RFC 3261 §19.1.1, Table 1)
  if (uri instanceof SipUri && !uri.headers.isEmpty) throw new SipError("SIP_URI_INVALID", "A Request-URI has no headers");
  if (callId !== undefined) CallId.serialize(callId);
  CSeq.serialize({ sequenceNumber, method });
  route?.forEach((value) => Route.parse(asNameAddress(value)));
}
