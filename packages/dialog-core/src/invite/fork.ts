import type { Body, SipResponse } from "@sidetone/sip-core";
import type { Dialog } from "../dialog/dialog.ts";
import type { MediaNegotiator } from "../media-negotiator.ts";
import type { InviteCall } from "./invite-call.ts";
import { settleQuietly } from "./negotiate.ts";

/** Dialogs that one INVITE may lead to, early ones and answers: each costs memory and messages, and whoever answers can make up tags. */
export const maxForks = 64;

/** One early dialog of an INVITE, with the media that is negotiated in it. */
export interface Fork {
  readonly dialog: Dialog;
  readonly negotiator: MediaNegotiator;
  /** The description of its first 1xx that had one, which a 2xx without any repeats (RFC 3261 §13.2.1). */
  preview: Body | undefined;
}

/**
 * The early dialogs that one INVITE has led to (RFC 3261 §13.2.2.1). The first takes the usage's own negotiator, each further one a fork of it.
 */
export class Forks {
  readonly #usage: InviteCall;
  readonly #forks: Fork[] = [];

  constructor(usage: InviteCall) {
    this.#usage = usage;
  }

  find(response: SipResponse): Fork | undefined {
    const remoteTag = response.toTag ?? "";
    return this.#forks.find((fork) => fork.dialog.remoteTag === remoteTag);
  }

  get isFull(): boolean {
    return this.#forks.length >= maxForks;
  }

  add(dialog: Dialog): Fork {
    const fork: Fork = { dialog, negotiator: this.#nextNegotiator(), preview: undefined };
    this.#forks.push(fork);
    dialog.usage = this.#usage;
    this.#usage.core.dialogs.add(dialog);
    return fork;
  }

  /** The media of the dialog that was answered: that of its early dialog, if it has one. */
  choose(dialog: Dialog): Fork {
    const early = this.#forks.find((fork) => fork.dialog.remoteTag === dialog.remoteTag);
    if (early) dialog.remoteSequenceNumber = early.dialog.remoteSequenceNumber;
    return { dialog, negotiator: early?.negotiator ?? this.#nextNegotiator(), preview: early?.preview };
  }

  /** Ends every early dialog, and closes every negotiator but the one that the usage goes on with. */
  clear(): void {
    const usage = this.#usage;
    for (const { dialog, negotiator } of this.#forks) {
      dialog.state = "Terminated";
      usage.core.dialogs.delete(dialog);
      if (negotiator !== usage.negotiator) settleQuietly(usage, () => negotiator.close(), "MediaNegotiator.close");
    }
    this.#forks.length = 0;
  }

  #nextNegotiator(): MediaNegotiator {
    const own = this.#usage.negotiator!;
    return this.#forks.length === 0 ? own : own.fork();
  }
}
