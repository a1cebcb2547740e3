import type { HeaderInput, SipRequest, SipResponse } from "@sidetone/sip-core";
import { draftInDialog } from "../dialog/draft-in-dialog.ts";
import { failureEffect } from "../dialog/failure-effect.ts";
import { DialogError } from "../errors.ts";
import { ClientRequest, type ClientRequestUser } from "../user-agent/client-request.ts";
import type { InviteCall } from "./invite-call.ts";
import type { InviteTermination } from "./invite-termination.ts";
import type { TerminateOptions } from "./invite-usage.ts";
import { settleQuietly } from "./negotiate.ts";
import type { SessionAction } from "./session-rows.ts";

/** A request of ours whose failure ends the usage. */
export interface VitalFailure {
  readonly method: string;
  readonly statusCode: number;
  readonly response: SipResponse | undefined;
}

/** The actions of the rows that caller and callee share. */
export const sessionActions: Readonly<Record<SessionAction, (usage: InviteCall, message: unknown) => void>> = {
  blameLocal: (usage, options) => blameLocal(usage, options as TerminateOptions),
  blameFailure: (usage, failure) => blameFailure(usage, failure as VitalFailure),
  blameMedia: (usage, error) => blame(usage, { endedBy: "local", reason: "MediaFailed", error }),
  blameMissingAck: (usage) => blame(usage, { endedBy: "network", reason: "NoAck" }),
  sendBye: (usage) => sendBye(usage),
  abortMedia: (usage) => usage.abortMedia(),
  endByPeer: (usage, bye) => end(usage, { endedBy: "remote", reason: "Bye", ...reasonOf(bye as SipRequest) }),
  endAsBlamed: (usage) => end(usage, usage.ending?.termination ?? { endedBy: "local", reason: "Bye" }),
  endClosed: (usage) => end(usage, { endedBy: "local", reason: "Closed" }),
};

/** Notes why the usage is going to end; the first reason stays. */
export function blame(usage: InviteCall, termination: InviteTermination, headers?: readonly HeaderInput[]): void {
  usage.ending ??= { termination, headers };
}

function blameLocal(usage: InviteCall, options: TerminateOptions): void {
  blame(usage, { endedBy: "local", reason: usage.isAnswered ? "Bye" : "Cancelled" }, options.headers);
}

function blameFailure(usage: InviteCall, { method, statusCode, response }: VitalFailure): void {
  const error = new DialogError("DIALOG_REFUSED", `${method} within the dialog failed with ${statusCode}`, { statusCode, response });
  blame(usage, { endedBy: "network", reason: "DialogGone", statusCode, ...(response && { response }), error });
}

/** Ends the usage when the failure of a request within its dialog reaches that far (RFC 5057 §5.1). */
export function noteFailure(usage: InviteCall, method: string, statusCode: number, response: SipResponse | undefined): void {
  if (failureEffect(method, statusCode) === "transaction") return;
  usage.input("gone", { method, statusCode, response } satisfies VitalFailure);
}

/** What becomes of a BYE changes nothing: "the UAC core MUST consider the session terminated" (RFC 3261 §15.1.1). */
const byeUser: ClientRequestUser<InviteCall> = {
  onProvisional: () => {},
  onFinal: (request) => request.context.input("byeDone"),
  onFailed: (request) => request.context.input("byeDone"),
};

function sendBye(usage: InviteCall): void {
  const { dialog, ending, accountId } = usage;
  if (!dialog) return usage.input("byeDone");
  usage.modifications?.end();
  new ClientRequest(usage.core, draftInDialog(dialog, "BYE", { headers: ending?.headers, accountId }), byeUser, usage).start();
}

/** The end: state first, then the negotiator and the user. */
export function end(usage: InviteCall, termination: InviteTermination): void {
  usage.termination = termination;
  usage.abortMedia();
  usage.modifications?.end();
  if (usage.dialog) {
    usage.dialog.state = "Terminated";
    usage.core.dialogs.delete(usage.dialog);
  }
  usage.core.usageEnded(usage);
  usage.release();
  closeNegotiator(usage);
  usage.report("onTerminated", termination);
}

function closeNegotiator(usage: InviteCall): void {
  const { negotiator } = usage;
  usage.negotiator = undefined;
  if (negotiator) settleQuietly(usage, () => negotiator.close(), "MediaNegotiator.close");
}

/** The Reason header field of a message (RFC 3326), if it has one. */
export function reasonOf(message: SipRequest | SipResponse | undefined): { reasonHeader?: string } {
  const reasonHeader = message?.getText("Reason");
  return reasonHeader === undefined ? {} : { reasonHeader };
}
