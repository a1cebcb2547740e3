import type { InviteServerTransaction, ServerTransaction } from "@sidetone/transaction-core";
import type { Dialog } from "../dialog/dialog.ts";
import { offerRights } from "../offer-answer.ts";
import { overlapRetryAfterSeconds } from "./glare.ts";
import { IncomingModification } from "./incoming-modification.ts";
import type { InviteCall } from "./invite-call.ts";
import { ModificationQueue } from "./modification-queue.ts";

/** An INVITE within the dialog: taken, or refused because another one is under way (RFC 3261 §14.2). */
export function receiveReinvite(usage: InviteCall, transaction: ServerTransaction, dialog: Dialog): void {
  const { core } = usage;
  const decision = dialog === usage.dialog ? offerRights[usage.situation].receive : 491;
  if (decision === "take") {
    const modification = new IncomingModification(usage, transaction as InviteServerTransaction);
    (usage.modifications ??= new ModificationQueue(usage)).addIncoming(modification);
    modification.start();
  } else if (decision === 500) {
    const seconds = overlapRetryAfterSeconds(core.environment.random);
    core.respond(transaction, transaction.request, 500, { headers: [["Retry-After", String(seconds)]] });
  } else core.respond(transaction, transaction.request, 491, {});
}
