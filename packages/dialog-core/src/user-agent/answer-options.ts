import type { ServerTransaction } from "@sidetone/transaction-core";
import type { UserAgentCore } from "./user-agent-core.ts";

/** Answers OPTIONS as an INVITE would be answered now: 200 or 486, with what this side can do (RFC 3261 §11.2). */
export function answerOptions(core: UserAgentCore, transaction: ServerTransaction): void {
  const isBusy = core.user.isBusy?.() ?? false;
  core.respond(transaction, transaction.request, isBusy ? 486 : 200, { headers: core.capabilities.ofOptions });
}
