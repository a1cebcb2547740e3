import type { InviteOptions, MediaNegotiator, OutgoingInvite, UserAgentCore } from "@sidetone/dialog-core";
import type { ExternalAudio } from "./negotiation/external-audio.ts";
import type { LocalAudio } from "./negotiation/local-audio.ts";
import { Session } from "./session.ts";

/** A call that this side makes. */
export class OutgoingSession extends Session {
  readonly direction = "outgoing";
  usage!: OutgoingInvite;
  audio!: LocalAudio | ExternalAudio;

  /**
   * Makes the INVITE (RFC 3261 §13.2.1), which goes out when its offer is there. Unanswered for so many seconds the call is given up; 0: never.
   *
   * @throws {DialogError} `DIALOG_OPTION` when an address cannot be written.
   */
  dial(
    core: UserAgentCore,
    invite: InviteOptions,
    audio: LocalAudio | ExternalAudio,
    negotiator: MediaNegotiator,
    ringSeconds: number,
  ): void {
    this.audio = audio;
    this.usage = core.invite(invite, negotiator, this);
    this.limitTime(ringSeconds, "NoAnswer");
  }
}
