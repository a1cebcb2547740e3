import type { Binding } from "@sidetone/dialog-core";
import type { Account } from "../account.ts";
import { ClientError } from "../errors/client-error.ts";
import type { AccountRef } from "../registration/account-list.ts";
import type { RegistrationInfo } from "../registration/registration-info.ts";
import { ManagedLifecycle } from "./managed-lifecycle.ts";

/** Registering accounts; where none is named, the first is meant. */
export abstract class ManagedRegistrations extends ManagedLifecycle {
  /**
   * Registers an account, or refreshes it at once; resolves when it is `Active`. Its events tell every change from then on.
   *
   * @throws {ClientError} Rejects with `ACCOUNT_NOT_FOUND`, and as `Account.register` does.
   */
  register(ref?: AccountRef): Promise<RegistrationInfo> {
    return this.command("register", () => this.#account(ref).register());
  }

  /** Removes this client's binding; the state is `Cancelled` after 5 s at most. @throws {ClientError} as `Account.unregister` does. */
  unregister(ref?: AccountRef): Promise<void> {
    return this.command("unregister", () => this.#account(ref).unregister());
  }

  /** Refreshes an account that is registered. @throws {ClientError} `NOT_REGISTERED` when it is not, and as {@link register} does. */
  refreshRegistration(ref?: AccountRef): Promise<RegistrationInfo> {
    return this.command("refreshRegistration", () => {
      const account = this.#account(ref);
      const { state } = account.registration;
      if (state !== "Active") throw new ClientError("NOT_REGISTERED", `${account.uri.toString()} is ${state}; register() registers`);
      return account.register();
    });
  }

  /** @throws {ClientError} `ACCOUNT_NOT_FOUND`. */
  getRegistration(ref?: AccountRef): RegistrationInfo {
    return this.#account(ref).registration;
  }

  /** Of every account, those that are not registered too. */
  getAllRegistrations(): readonly RegistrationInfo[] {
    return this.client.accounts.map(({ registration }) => registration);
  }

  /** Gives up every registration that has run out: it is `Cancelled`, and not tried again. Resolves with their number. */
  clearExpiredRegistrations(): Promise<number> {
    return this.command("clearExpiredRegistrations", async () => {
      const expired = this.client.accounts.filter(({ registration }) => registration.state === "Expired");
      await Promise.all(expired.map((account) => account.unregister().catch(() => {})));
      return expired.length;
    });
  }

  /** Every binding that the registrar holds of an account. @throws {ClientError} `ACCOUNT_NOT_FOUND`, and as `Account.fetchBindings` does. */
  fetchBindings(ref?: AccountRef): Promise<readonly Binding[]> {
    return this.command("fetchBindings", () => this.#account(ref).fetchBindings());
  }

  #account(ref: AccountRef | undefined): Account {
    const { client } = this;
    const account = ref === undefined ? client.account : client.findAccount(ref);
    if (!account)
      throw new ClientError(
        "ACCOUNT_NOT_FOUND",
        `There is no account ${JSON.stringify(typeof ref === "string" ? ref.slice(0, 80) : ref?.id)}`,
      );
    return account;
  }
}
