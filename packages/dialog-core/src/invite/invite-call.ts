import type { Dialog, DialogUsage } from "../dialog/dialog.ts";
import type { MediaNegotiator } from "../media-negotiator.ts";
import type { OfferAnswerSituation } from "../offer-answer.ts";
import type { OpenUsage, UserAgentHost } from "../user-agent/user-agent-host.ts";
import type { Ending } from "./ending.ts";
import type { IncomingInviteAction, IncomingInviteInput } from "./incoming-invite-table.ts";
import type { InviteTermination } from "./invite-termination.ts";
import type { InviteUsage } from "./invite-usage.ts";
import type { InviteUsageUser } from "./invite-usage-user.ts";
import type { Modifications } from "./modification.ts";
import type { OutgoingInviteAction, OutgoingInviteInput } from "./outgoing-invite-table.ts";

export type InviteInput = OutgoingInviteInput | IncomingInviteInput;
export type InviteAction = OutgoingInviteAction | IncomingInviteAction;

/** The part of a user's methods behind the usage itself. */
export type DetailsOf<Event extends keyof InviteUsageUser> =
  Parameters<Required<InviteUsageUser>[Event]> extends [unknown, ...infer Details] ? Details : never;

/** An INVITE usage as the steps of its life see it: what they read, change and call. */
export interface InviteCall extends InviteUsage, OpenUsage, DialogUsage {
  readonly core: UserAgentHost;
  readonly accountId: string | undefined;
  readonly isAnswered: boolean;
  /** How far the latest INVITE of the dialog has come. */
  readonly situation: OfferAnswerSituation;
  dialog: Dialog | undefined;
  negotiator: MediaNegotiator | undefined;
  termination: InviteTermination | undefined;
  /** What the end will be, once the BYE or CANCEL that it takes is done. */
  ending: Ending | undefined;
  /** The re-INVITEs, while there are any. */
  modifications: Modifications | undefined;

  input(input: InviteInput, message?: unknown): void;
  /** Tells the user; what it throws is the application's own affair. */
  report<Event extends keyof InviteUsageUser>(event: Event, ...details: DetailsOf<Event>): void;
  /** The negotiator is about to be called: with the signal that {@link abortMedia} aborts. */
  beginMedia(): AbortController;
  /** The negotiator is done. */
  endMedia(abort: AbortController): void;
  /** Whatever the negotiator is busy with is not wanted any more. */
  abortMedia(): void;
  /** Lets go of what only the establishment needed. */
  release(): void;
}
