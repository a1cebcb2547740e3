import type { InviteOptions, MediaNegotiator, OutgoingInvite, UserAgentCore } from "@sidetone/dialog-core";
import { Session, type SessionParts } from "./session.ts";

export interface DialParts extends SessionParts {
  readonly core: UserAgentCore;
  readonly invite: InviteOptions;
  /** Longest time from the INVITE to the answer, in seconds; 0: no limit here. */
  readonly ringTimeoutSeconds: number;
}

/** A call that this side makes. The INVITE goes out when `dial` is called, once its negotiator and media are in place. */
export class OutgoingSession extends Session {
  readonly direction = "outgoing";
  usage!: OutgoingInvite;
  negotiator!: MediaNegotiator;
  readonly #parts: DialParts;

  constructor(parts: DialParts) {
    super(parts);
    this.#parts = parts;
  }

  /** Sends the INVITE (RFC 3261 §13.2.1); the offer is pulled from the negotiator first. */
  dial(negotiator: MediaNegotiator): void {
    const { core, invite, ringTimeoutSeconds } = this.#parts;
    this.negotiator = negotiator;
    this.limitRinging(ringTimeoutSeconds);
    this.usage = core.invite(invite, negotiator, this);
  }
}
