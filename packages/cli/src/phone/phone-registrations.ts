import type { Account, Client, RegistrationInfo, RegistrationState } from "@sidetone/client-core";
import { adviceFor } from "../advice.ts";
import type { CallNarrator } from "../call-narrator.ts";
import { problemOf, registrationFields } from "../registration-narrator.ts";
import { UsageError } from "../usage-error.ts";

/** The accounts of the phone, and what becomes of their registrations. */
export class PhoneRegistrations {
  readonly #client: Client;
  readonly #narrator: CallNarrator;
  readonly #changed: () => void;
  /** Accounts whose registration somebody waits for, who is told by it what comes of it. */
  readonly #awaited = new Set<Account>();

  constructor(client: Client, narrator: CallNarrator, changed: () => void) {
    this.#client = client;
    this.#narrator = narrator;
    this.#changed = changed;
    client.on("registrationChanged", ({ account, registration, previousState }) => this.#tell(account, registration, previousState));
  }

  /** Those that have a registrar. */
  get accounts(): readonly Account[] {
    return this.#client.accounts.filter(({ registrar }) => registrar !== undefined);
  }

  /** In a few words, for the prompt. */
  get summary(): string {
    const { accounts } = this;
    const [first] = accounts;
    if (!first) return "no account";
    const states = accounts.map(({ registration }) => registration.state);
    if (accounts.length === 1) return `${first.uri.decodedUser ?? first.id} ${stateWords[states[0]!]}`;
    return `${states.filter((state) => state === "Active").length} of ${accounts.length} registered`;
  }

  /** Begins to register, and to stay registered; what comes of it is told. */
  begin(account: Account): void {
    void account.register().catch(() => {}); // told by the change of the registration
  }

  /** Resolves when all of them are registered. @throws {ClientError} for the first that is refused. */
  async register(ref: string | undefined, signal: AbortSignal): Promise<void> {
    await this.#await(this.#named(ref), (account) => account.register({ signal }));
  }

  async unregister(ref: string | undefined): Promise<void> {
    await this.#await(this.#named(ref), (account) => account.unregister());
  }

  /** The account of this id or address. @throws {UsageError} */
  require(ref: string): Account {
    const found = this.#client.findAccount(ref) ?? this.#client.findAccount(`sip:${ref}`);
    if (found) return found;
    throw new UsageError(`there is no account ${ref}; there are ${this.#client.accounts.map(({ id }) => id).join(", ")}`);
  }

  #named(ref: string | undefined): readonly Account[] {
    const accounts = ref === undefined ? this.accounts : [this.require(ref)];
    if (accounts.length === 0)
      throw new UsageError("there is no account to register; start with an address: sidetone phone sip:alice@example.com");
    return accounts;
  }

  async #await(accounts: readonly Account[], act: (account: Account) => Promise<unknown>): Promise<void> {
    await Promise.all(
      accounts.map(async (account) => {
        this.#awaited.add(account);
        try {
          await act(account);
        } finally {
          this.#awaited.delete(account);
        }
      }),
    );
  }

  #tell(account: Account, registration: RegistrationInfo, previousState: RegistrationState): void {
    const fields = { account: account.id, ...registrationFields(registration, previousState) };
    const isAwaited = this.#awaited.has(account);
    const text = isAwaited && registration.error ? undefined : this.#text(registration, previousState, isAwaited);
    this.#narrator.say("RegistrationStatusChanged", text, fields);
    this.#changed();
  }

  #text(
    { uri, registrar, state, contact, error, retryAtMs, expiresAtMs }: RegistrationInfo,
    previousState: RegistrationState,
    isAwaited: boolean,
  ): string | undefined {
    const now = this.#client.environment.clock.wallNow();
    const secondsTo = (atMs: number | undefined): number => Math.max(0, Math.round(((atMs ?? now) - now) / 1000));
    if (error) {
      const next = retryAtMs === undefined ? "" : `; next try in ${secondsTo(retryAtMs)} s`;
      const advice = state === "Failed" ? adviceFor(error) : undefined;
      return `${uri} ${failureWords[state]}: ${problemOf(uri, error.message)}${next}${advice === undefined ? "" : `; ${advice}`}`;
    }
    if (state === "Pending" && previousState === "Cancelled") return `registering ${uri} at ${registrar}`;
    // Refreshes are no news, but for who has asked for one.
    if (state === "Active" && (previousState !== "Active" || isAwaited))
      return `${uri} registered as ${contact} for ${secondsTo(expiresAtMs)} s`;
    return state === "Cancelled" ? `${uri} un-registered` : undefined;
  }
}

/** Of a registration, for people. */
export const stateWords: Readonly<Record<RegistrationState, string>> = {
  Pending: "registering",
  Active: "registered",
  Failed: "not registered",
  Expired: "not registered",
  Cancelled: "not registered",
};

const failureWords: Readonly<Record<RegistrationState, string>> = {
  Pending: "is tried again after",
  Active: "is still registered, but not refreshed",
  Failed: "is not registered",
  Expired: "is not registered any more",
  Cancelled: "is un-registered, which the registrar did not confirm",
};
