import type { Body, SipRequest } from "@sidetone/sip-core";
import type { InviteServerTransaction } from "@sidetone/transaction-core";
import type { Dialog } from "../dialog/dialog.ts";
import type { AnswerOptions, RingOptions } from "./incoming-invite.ts";
import type { InviteCall } from "./invite-call.ts";
import type { ProvisionalRepetition } from "./provisional-repetition.ts";
import type { AckWaiter, SuccessRetransmission } from "./success-retransmission.ts";

/** The callee's usage, as the steps of its life see it. */
export interface IncomingCall extends InviteCall, AckWaiter {
  readonly request: SipRequest;
  /** Until there is a final response that nothing more depends on. */
  readonly transaction: InviteServerTransaction | undefined;
  /** Whether the INVITE came without an offer, so that our 2xx carries it. */
  readonly isLateOffer: boolean;
  /** The provisional response that was sent last. */
  provisional: ProvisionalRepetition | undefined;
  /** The 2xx that no ACK has come for yet. */
  success: SuccessRetransmission | undefined;
  /** Our answer, or our offer, once the media has made it: the same in a 1xx and in the 2xx. */
  description: Body | undefined;
  /** What the application adds to the response that waits for the media. */
  responseOptions: RingOptions & AnswerOptions;
  /** The dialog that a response with a To tag creates (RFC 3261 §12.1.1): made with the first of them. */
  ensureDialog(): Dialog;
}
