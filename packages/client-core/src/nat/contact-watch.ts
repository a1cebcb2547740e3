import type { Environment } from "@sidetone/infra-common";
import type { Account } from "../account.ts";
import type { Call } from "../call/call.ts";
import type { RegistrationInfo } from "../registration/registration-info.ts";

export interface ContactWatchParts {
  readonly environment: Environment;
  readonly calls: () => readonly Call[];
  /** Whether the peer hears of it anyway, since this machine has moved. */
  readonly isTelling: (call: Call) => boolean;
  /** Whatever STUN has found out holds no more. */
  readonly forgetPublicAddresses: () => void;
}

/**
 * Notices by the registrations that the world sees this client elsewhere than before: the NAT was restarted or has another address. What it
 * mapped for live calls is gone with it, so the peer of each call of the account is told anew where we are, by a re-INVITE.
 */
export class ContactWatch {
  readonly #parts: ContactWatchParts;
  /** The contact of each account that was registered last. */
  readonly #contacts = new Map<Account, string>();

  constructor(parts: ContactWatchParts) {
    this.#parts = parts;
  }

  onRegistrationChanged(account: Account, { contact, state }: RegistrationInfo): void {
    if (contact === undefined || state !== "Active") return;
    const before = this.#contacts.get(account);
    this.#contacts.set(account, contact);
    if (before === undefined || before === contact) return;
    this.#parts.forgetPublicAddresses();
    for (const call of this.#parts.calls()) if (call.account === account && !this.#parts.isTelling(call)) void this.#announce(call);
  }

  async #announce(call: Call): Promise<void> {
    try {
      await call.announcePlace();
    } catch (error) {
      this.#parts.environment.logger.warn({ call: call.id, err: error }, "The peer was not told our new address");
    }
  }
}
