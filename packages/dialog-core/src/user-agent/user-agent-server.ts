import { RecordRoute, SipParseError, SipUri, type SipRequest } from "@sidetone/sip-core";
import type { ServerTransaction } from "@sidetone/transaction-core";
import type { Dialog } from "../dialog/dialog.ts";
import type { DigestVerdict } from "../digest-server/digest-server.ts";
import { IncomingInviteMachine } from "../invite/incoming-invite-machine.ts";
import type { CancelReceiver } from "./cancel-receiver.ts";
import type { Refusal } from "./incoming-request.ts";
import { inspectRequest } from "./inspect-request.ts";
import { ReceivedRequest } from "./received-request.ts";
import type { UserAgentHost } from "./user-agent-host.ts";
import type { UserAgentUser } from "./user-agent-user.ts";

/** Requests that mean nothing outside of a dialog. */
const dialogMethods: ReadonlySet<string> = new Set(["BYE", "PRACK", "UPDATE", "INFO"]);

/** The user agent server (RFC 3261 §8.2, §12.2.2): finds out who sent a request, looks at it, finds its dialog, and hands it on. */
export class UserAgentServer {
  readonly #core: UserAgentHost;
  readonly #user: UserAgentUser;

  constructor(core: UserAgentHost, user: UserAgentUser) {
    this.#core = core;
    this.#user = user;
  }

  /** Takes a request that is neither ACK nor CANCEL. What the application throws over it is answered 500. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    try {
      const verdict = this.#user.authenticate?.(request, transaction.flow, this.#dialogOf(request)?.usage);
      if (verdict instanceof Promise) void this.#receiveLater(transaction, request, verdict);
      else this.#receive(transaction, request, verdict);
    } catch (error) {
      this.#fail(transaction, request, error);
    }
  }

  /** Until it is known who sent it, a CANCEL finds nobody else to answer the INVITE. */
  async #receiveLater(transaction: ServerTransaction, request: SipRequest, verdict: Promise<DigestVerdict>): Promise<void> {
    const receiver: CancelReceiver = { onCancel: () => this.#core.respond(transaction, request, 487, {}) };
    transaction.context = receiver;
    try {
      const known = await verdict;
      const isWanted = transaction.state === "Proceeding" || transaction.state === "Trying";
      transaction.context = undefined;
      if (isWanted) this.#receive(transaction, request, known);
    } catch (error) {
      this.#fail(transaction, request, error);
    }
  }

  #receive(transaction: ServerTransaction, request: SipRequest, verdict: DigestVerdict | undefined): void {
    if (verdict?.username !== undefined) this.#core.peerProved(transaction.flow);
    const refusal = verdict?.refusal ?? inspectRequest(request, this.#core.capabilities);
    if (refusal) this.#refuse(transaction, request, refusal);
    else if (request.toTag !== undefined) this.#receiveInDialog(transaction, request);
    else this.#receiveOutsideDialog(transaction, request, verdict?.username);
  }

  #dialogOf(request: SipRequest): Dialog | undefined {
    return request.toTag === undefined ? undefined : this.#core.dialogs.find(request.callId, request.toTag, request.fromTag ?? "");
  }

  #receiveInDialog(transaction: ServerTransaction, request: SipRequest): void {
    const dialog = this.#dialogOf(request);
    // "If the UAS wishes to reject the request because it does not wish to recreate the dialog, it MUST respond … 481" (§12.2.2)
    if (!dialog?.usage) this.#core.respond(transaction, request, 481, {});
    // "the request is out of order and MUST be rejected with a 500" (§12.2.2)
    else if (!dialog.takeSequenceNumber(request.sequenceNumber)) this.#core.respond(transaction, request, 500, {});
    else if (request.method === "OPTIONS") this.#answerOptions(transaction, request);
    else dialog.usage.onDialogRequest(transaction, dialog);
  }

  #receiveOutsideDialog(transaction: ServerTransaction, request: SipRequest, username: string | undefined): void {
    if (request.method === "INVITE") this.#receiveInvite(transaction, request, username);
    else if (request.method === "OPTIONS") this.#answerOptions(transaction, request);
    else if (dialogMethods.has(request.method)) this.#core.respond(transaction, request, 481, {});
    else if (this.#user.onRequest) this.#user.onRequest(new ReceivedRequest(this.#core, transaction, username));
    else this.#core.respond(transaction, request, 405, { headers: [this.#core.capabilities.allow] });
  }

  #receiveInvite(transaction: ServerTransaction, request: SipRequest, username: string | undefined): void {
    if (!hasReadableRouteSet(request)) return this.#core.respond(transaction, request, 400, { reasonPhrase: "Bad Record-Route" });
    const invite = new IncomingInviteMachine(this.#core, transaction, request, username);
    this.#core.usageBegun(invite);
    try {
      this.#user.onInvite(invite);
    } catch (error) {
      this.#core.environment.onListenerError(error, "UserAgentUser.onInvite");
      invite.terminate({ statusCode: 500 });
    }
  }

  /** As an INVITE would be answered now: 200 or 486, with what this side can do (RFC 3261 §11.2). */
  #answerOptions(transaction: ServerTransaction, request: SipRequest): void {
    const statusCode = this.#user.isBusy?.() ? 486 : 200;
    this.#core.respondBounded(transaction, request, statusCode, { headers: this.#core.capabilities.ofOptions });
  }

  #refuse(transaction: ServerTransaction, request: SipRequest, refusal: Refusal): void {
    this.#core.respondBounded(transaction, request, refusal.statusCode, refusal);
  }

  #fail(transaction: ServerTransaction, request: SipRequest, error: unknown): void {
    this.#core.environment.onListenerError(error, "UserAgentUser");
    this.#core.respond(transaction, request, 500, {});
  }
}

/** A dialog cannot do without any part of its route set (RFC 3261 §12.1.1). */
function hasReadableRouteSet(request: SipRequest): boolean {
  if (!request.has("Record-Route")) return true;
  try {
    const routes = request.requireAll(RecordRoute);
    return routes.length > 0 && routes.every(({ uri }) => uri instanceof SipUri);
  } catch (error) {
    if (error instanceof SipParseError) return false;
    throw error;
  }
}
