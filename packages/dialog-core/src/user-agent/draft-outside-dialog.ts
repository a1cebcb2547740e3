import { VoipError } from "@sidetone/infra-common";
import { From, NameAddress, SipUri } from "@sidetone/sip-core";
import { routeRequest, noRoute } from "../dialog/dialog-route.ts";
import { DialogError } from "../errors.ts";
import { RequestDraft } from "./request-draft.ts";
import type { InviteOptions, RequestOptions } from "./request-options.ts";
import type { UserAgentHost } from "./user-agent-host.ts";

/** RFC 3261 §8.1.1.3. */
const anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/**
 * A request that begins something new (RFC 3261 §8.1.1): a From tag and a Call-ID of its own, To without tag.
 *
 * @throws {DialogError} `DIALOG_OPTION` when an address cannot be read.
 */
export function draftOutsideDialog(core: UserAgentHost, method: string, options: RequestOptions | InviteOptions): RequestDraft {
  const { random } = core.environment;
  const requestUri = options.requestUri.toString();
  try {
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
      accountId: options.accountId,
    });
  } catch (cause) {
    if (!(cause instanceof VoipError)) throw cause;
    throw new DialogError("DIALOG_OPTION", `${method} to ${requestUri} cannot be written`, { cause });
  }
}
