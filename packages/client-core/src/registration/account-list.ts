import type { UserAgentCore } from "@sidetone/dialog-core";
import type { Environment } from "@sidetone/infra-common";
import { SipUri, To, type SipRequest } from "@sidetone/sip-core";
import { Account } from "../account.ts";
import type { AccountOptions } from "../config/account-options.ts";
import type { NatMode } from "../nat/nat-mode.ts";
import { ClientError } from "../errors/client-error.ts";
import { AccountRegistration, type AccountRegistrationParts } from "./account-registration.ts";

/** An account, its id, or its address: `sip:alice@example.com`. */
export type AccountRef = Account | string;

export interface AccountListOptions {
  readonly account?: AccountOptions | undefined;
  readonly accounts?: readonly AccountOptions[] | undefined;
  readonly domain?: string | undefined;
  /** Of accounts that say nothing of it. */
  readonly nat?: NatMode | undefined;
}

export type AccountListParts = Pick<AccountRegistrationParts, "instanceId" | "onChanged" | "onFlow" | "hasCalls"> & {
  readonly environment: Environment;
};

/** The accounts of a client, the first of which is meant where none is named. */
export class AccountList {
  readonly all: readonly Account[];
  readonly #registrations: readonly AccountRegistration[];

  constructor(options: AccountListOptions, parts: AccountListParts) {
    this.all = accountsOf(options);
    this.#registrations = this.all.map((account) => new AccountRegistration({ ...parts, account }));
    this.all.forEach((account, i) => (account.link = this.#registrations[i]!));
  }

  get registrations(): readonly AccountRegistration[] {
    return this.#registrations;
  }

  get first(): Account {
    return this.all[0]!;
  }

  find(ref: AccountRef): Account | undefined {
    if (typeof ref !== "string") return this.all.includes(ref) ? ref : undefined;
    return (
      this.all.find(({ id }) => id === ref) ??
      this.all.find(({ uri }) => uri.toString() === ref || uri.toAddressOfRecord().toString() === ref)
    );
  }

  /** @throws {ClientError} `ACCOUNT_NOT_FOUND`. Undefined means the first. */
  require(ref: AccountRef | undefined): Account {
    if (ref === undefined) return this.first;
    const account = this.find(ref);
    if (account) return account;
    const name = typeof ref === "string" ? ref.slice(0, 80) : ref.id;
    throw new ClientError(
      "ACCOUNT_NOT_FOUND",
      `There is no account ${JSON.stringify(name)}; there are ${this.all.map(({ id }) => id).join(", ")}`,
    );
  }

  /** Whom a request is for: by the user of the Contact that it was registered with, by its address, or by To; else the first. */
  accountOf(request: SipRequest): Account {
    if (this.all.length === 1) return this.first;
    const { requestUri } = request;
    const called = requestUri instanceof SipUri ? requestUri : undefined;
    const to = request.get(To)?.uri;
    return (
      this.all.find((account) => isAddressOf(account, called)) ??
      this.all.find(({ contactUser }) => called?.decodedUser === contactUser) ??
      this.all.find((account) => to instanceof SipUri && isAddressOf(account, to)) ??
      this.first
    );
  }

  attach(core: UserAgentCore): void {
    for (const registration of this.#registrations) registration.attach(core);
  }

  /** Un-registers all of them, each waiting at most so long for its registrar. */
  async detach(waitMs: number): Promise<void> {
    await Promise.all(this.#registrations.map((registration) => registration.detach(waitMs)));
  }

  /** Registers all that are to be registered with the start; rejects when one fails. */
  async registerAll(): Promise<void> {
    const wanted = this.all.filter(({ registrar, autoRegister }) => registrar !== undefined && autoRegister);
    await Promise.all(wanted.map((account) => account.register()));
  }

  close(): void {
    for (const registration of this.#registrations) registration.close();
  }
}

function isAddressOf({ uri }: Account, other: SipUri | undefined): boolean {
  return other?.user !== undefined && other.user === uri.user && other.host.toLowerCase() === uri.host.toLowerCase();
}

/**
 * The accounts of checked or unchecked options.
 *
 * @throws {ClientError} `CONFIG_INVALID` or `CONFIG_UNSUPPORTED` naming the field.
 */
export function accountsOf({ account, accounts, domain, nat }: AccountListOptions): readonly Account[] {
  if (!accounts || accounts.length === 0) return [new Account(account?.id ?? "default", account, domain, "account", undefined, nat)];
  const users = new Set<string>();
  const ids = new Set<string>();
  return accounts.map((options, i) => {
    const field = `accounts[${i}]`;
    const { uri, contactUser: user } = new Account("", options, domain, field);
    const id =
      options.id ??
      uri
        .toAddressOfRecord()
        .toString()
        .replace(/^sips?:/, "");
    if (ids.has(id))
      throw new ClientError("CONFIG_INVALID", `${field}.id must be another than that of an earlier account: ${JSON.stringify(id)}`);
    ids.add(id);
    // Whom a call is for is known by the user of our Contact, so that two accounts of one user need two.
    const contactUser = users.has(user) ? `${user}-${i + 1}` : user;
    users.add(contactUser);
    return new Account(id, options, domain, field, contactUser, nat);
  });
}
