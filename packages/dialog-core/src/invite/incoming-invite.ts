import type { HeaderInput, SipRequest } from "@sidetone/sip-core";
import type { MediaNegotiator } from "../media-negotiator.ts";
import type { InviteUsage } from "./invite-usage.ts";
import type { InviteUsageUser } from "./invite-usage-user.ts";

export interface RingOptions {
  /** 180 (default), 181, 182 or 183. */
  readonly statusCode?: 180 | 181 | 182 | 183 | undefined;
  readonly reasonPhrase?: string | undefined;
  readonly headers?: readonly HeaderInput[] | undefined;
  /** Whether the answer goes out with it, so that media flows before the call is answered; it needs an offer in the INVITE. */
  readonly earlyMedia?: boolean | undefined;
}

export interface AnswerOptions {
  /** Further header fields of the 200. */
  readonly headers?: readonly HeaderInput[] | undefined;
}

export interface RejectOptions {
  readonly reasonPhrase?: string | undefined;
  readonly headers?: readonly HeaderInput[] | undefined;
}

export interface RedirectOptions extends RejectOptions {
  /** Default 302. */
  readonly statusCode?: 300 | 301 | 302 | 305 | 380 | undefined;
}

/** A call that somebody makes to this side. Each method throws {@link DialogError} `DIALOG_STATE` when it comes too late. */
export interface IncomingInvite extends InviteUsage {
  readonly role: "UAS";
  /** The INVITE. Kept until the call is established or over, then `DIALOG_STATE`: copy what has to outlive that. */
  readonly request: SipRequest;
  /** Who makes the call, where the user of the core had that proved. */
  readonly authenticatedAs: string | undefined;
  /** Whose credentials answer a challenge of our requests within the call. Set by whoever knows the account that is called. */
  accountId: string | undefined;
  /** Says who negotiates the media and who hears of what happens. Needed before {@link answer} and early media. */
  attach(negotiator: MediaNegotiator, user: InviteUsageUser): void;
  /** Sends a provisional response (RFC 3261 §13.3.1.1). */
  ring(options?: RingOptions): void;
  /** Answers: pulls the answer, or the offer when the INVITE had none, and repeats the 200 until the ACK comes (RFC 3261 §13.3.1.4). */
  answer(options?: AnswerOptions): void;
  /** Refuses with 400–699. */
  reject(statusCode: number, options?: RejectOptions): void;
  /** Sends the caller to other URIs (RFC 3261 §13.3.1.2). */
  redirect(contacts: readonly string[], options?: RedirectOptions): void;
}
