import { TableMachine, type ActionMap, type TransitionTable } from "@sidetone/infra-common";
import { RetryAfter, type Body, type SipResponse } from "@sidetone/sip-core";
import type { ClientTransaction } from "@sidetone/transaction-core";
import { draftInDialog } from "../dialog/draft-in-dialog.ts";
import { DialogError } from "../errors.ts";
import type { OfferReason } from "../media-negotiator.ts";
import type { OfferAnswerSituation } from "../offer-answer.ts";
import { ClientRequest, type ClientRequestUser } from "../user-agent/client-request.ts";
import { sessionDescriptionOf } from "../user-agent/session-description.ts";
import { Acknowledgement } from "./acknowledgement.ts";
import { glareDelayMs } from "./glare.ts";
import type { InviteCall } from "./invite-call.ts";
import type { ModifyOptions } from "./invite-usage.ts";
import type { QueuedModification } from "./modification.ts";
import { negotiate, settleQuietly } from "./negotiate.ts";
import {
  outgoingModificationTable,
  type OutgoingModificationAction,
  type OutgoingModificationInput,
  type OutgoingModificationState,
} from "./outgoing-modification-table.ts";
import { noteFailure } from "./terminate.ts";

/** How often a re-INVITE is tried again before its 491 or 500 counts as a refusal. */
const maxRetries = 10;

const actions: ActionMap<OutgoingModification, OutgoingModificationAction, unknown> = {
  pullOffer: (modification) => modification.pullOffer(),
  sendInvite: (modification, offer) => modification.sendInvite(offer as Body),
  sendAck: (modification) => modification.acknowledge(),
  giveAnswer: (modification, response) => modification.giveAnswer(response as SipResponse),
  abortMedia: ({ usage }) => usage.abortMedia(),
  cancelInvite: (modification) => modification.cancelInvite(),
  giveInviteUp: (modification) => modification.giveInviteUp(),
  rollback: ({ usage }) => settleQuietly(usage, () => usage.negotiator?.rollback(), "MediaNegotiator.rollback"),
  retryLater: (modification, response) => modification.retryLater(response as SipResponse),
  succeed: (modification) => modification.succeed(),
  failRefused: (modification, error) => modification.fail(error),
  failMedia: (modification, cause) => modification.fail(new DialogError("DIALOG_MEDIA", "The media refused the modification", { cause })),
  failAborted: (modification) => modification.fail(modification.abortReason),
  failEnded: (modification) => modification.fail(new DialogError("DIALOG_TERMINATED", "The call ended before it was modified")),
  endByMedia: ({ usage }, error) => usage.input("mediaFailed", error),
  passOn: (modification, error) => modification.passOn(error),
};

interface Promised {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** One re-INVITE of ours, from the queue to its outcome (RFC 3261 §14.1). */
export class OutgoingModification
  extends TableMachine<OutgoingModificationState, OutgoingModificationInput, OutgoingModificationAction, unknown>
  implements QueuedModification, ClientRequestUser<undefined>
{
  readonly usage: InviteCall;
  readonly #reason: Exclude<OfferReason, "initial">;
  readonly #options: ModifyOptions;
  readonly #promised: Promised;
  #request: ClientRequest<undefined> | undefined = undefined;
  #acknowledgement: Acknowledgement | undefined = undefined;
  #retries = 0;

  constructor(usage: InviteCall, reason: Exclude<OfferReason, "initial">, options: ModifyOptions, promised: Promised) {
    super("Queued");
    this.usage = usage;
    this.#reason = reason;
    this.#options = options;
    this.#promised = promised;
    if (options.signal?.aborted) this.input("abort");
    else options.signal?.addEventListener("abort", this.#onAbort);
  }

  protected override get table(): TransitionTable<OutgoingModificationState, OutgoingModificationInput, OutgoingModificationAction> {
    return outgoingModificationTable;
  }

  protected override get actions(): ActionMap<never, OutgoingModificationAction, unknown> {
    return actions;
  }

  get situation(): OfferAnswerSituation {
    return this.state === "AnswerPending" ? "SuccessReceived" : "InviteSent";
  }

  get abortReason(): unknown {
    return this.#options.signal?.reason;
  }

  pullOffer(): void {
    negotiate(this.usage, (negotiator, signal) => negotiator.createOffer(this.#reason, signal), this, "offerReady", "mediaFailed");
  }

  sendInvite(body: Body): void {
    const { core, dialog, accountId } = this.usage;
    const draft = draftInDialog(dialog!, "INVITE", { headers: this.#options.headers, body, accountId });
    this.#acknowledgement = undefined;
    this.#request = new ClientRequest(core, draft, this, undefined);
    this.#request.start();
  }

  onProvisional(): void {}

  onFinal({ flow }: ClientRequest<undefined>, response: SipResponse): void {
    const { statusCode, reasonPhrase } = response;
    if (statusCode < 300) {
      if (this.#acknowledgement) return this.#acknowledgement.resend();
      this.usage.dialog!.refreshTarget(response);
      this.usage.dialog!.contactFlow = flow!;
      this.input("answered", response);
    } else if (this.#retries < maxRetries && retryDelayMs(this.usage, response) !== undefined) this.input("pending", response);
    else {
      const message = `The peer refused the modification: ${statusCode} ${reasonPhrase}`;
      this.input("refused", new DialogError("DIALOG_REFUSED", message, { response }));
    }
  }

  onFailed(_request: ClientRequest<undefined>, error: DialogError): void {
    this.input("failed", error);
  }

  /** The same re-INVITE went another way since, and what that brings counts; this 2xx only wants its ACK. */
  onLateSuccess(_request: ClientRequest<undefined>, _response: SipResponse, { request }: ClientTransaction): void {
    this.#acknowledgementFor(request.sequenceNumber).send();
  }

  acknowledge(): void {
    this.#acknowledgement = this.#acknowledgementFor(this.#request!.sent!.sequenceNumber);
    this.#acknowledgement.send();
  }

  #acknowledgementFor(sequenceNumber: number): Acknowledgement {
    const { core, dialog } = this.usage;
    const ack = draftInDialog(dialog!, "ACK", { sequenceNumber });
    ack.credentials = this.#request!.draft.credentials;
    return new Acknowledgement(core, ack, dialog!.remoteTag);
  }

  giveAnswer(response: SipResponse): void {
    const answer = sessionDescriptionOf(response, this.usage.core.capabilities.bodyTypes);
    if (!answer) return this.input("mediaFailed", new DialogError("DIALOG_MEDIA", "The 2xx carries no answer to our offer"));
    negotiate(this.usage, (negotiator) => negotiator.acceptAnswer(answer, "final"), this, "mediaReady", "mediaFailed");
  }

  cancelInvite(): void {
    this.#request?.cancel();
  }

  giveInviteUp(): void {
    this.#request?.giveUp();
  }

  retryLater(response: SipResponse): void {
    this.#retries++;
    this.usage.modifications?.retry(this, retryDelayMs(this.usage, response)!);
  }

  /** Makes way for the next, unless the failure ends the call (RFC 3261 §14.1, RFC 5057 §5.1). */
  passOn(error: unknown): void {
    if (error instanceof DialogError && error.statusCode !== undefined) noteFailure(this.usage, "INVITE", error.statusCode, error.response);
    this.usage.modifications?.remove(this);
  }

  succeed(): void {
    this.#forgetSignal();
    this.#promised.resolve();
  }

  fail(reason: unknown): void {
    this.#forgetSignal();
    this.#promised.reject(reason);
  }

  #forgetSignal(): void {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.input("abort");
}

/** After a 491 the random time of RFC 3261 §14.1; after a 500 what it asks for, at most 10 s (§14.2); undefined when trying again is no use. */
function retryDelayMs({ dialog, core }: InviteCall, response: SipResponse): number | undefined {
  if (response.statusCode === 491) return glareDelayMs(dialog!.isCallIdOwner, core.environment.random);
  const retryAfter = response.statusCode === 500 ? response.get(RetryAfter) : undefined;
  return retryAfter && retryAfter.seconds <= 10 ? retryAfter.seconds * 1_000 : undefined;
}
