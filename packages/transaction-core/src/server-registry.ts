import { ShardedMap, type Environment } from "@sidetone/infra-common";
import type { SipRequest } from "@sidetone/sip-core";
import { InviteServerMachine } from "./invite-server-machine.ts";
import type { LingeringParts } from "./lingering/lingering-segment.ts";
import { LingeringTransactions, type LingeringTransaction } from "./lingering/lingering-transactions.ts";
import { isFromOldElement, transactionKey } from "./matching-keys.ts";
import type { NonInviteServerMachine } from "./non-invite-server-machine.ts";

export type AnyServerMachine = InviteServerMachine | NonInviteServerMachine;

/** Methods that a CANCEL may mean, which does not say it; except for INVITE it changes nothing (RFC 3261 §9.2). */
const cancellableMethods = [
  "INVITE",
  "OPTIONS",
  "BYE",
  "REGISTER",
  "MESSAGE",
  "INFO",
  "UPDATE",
  "PRACK",
  "SUBSCRIBE",
  "NOTIFY",
  "REFER",
  "PUBLISH",
];

/** The server transactions of a layer, and how requests find them (RFC 3261 §17.2.3). */
export class ServerRegistry {
  readonly #transactions = new ShardedMap<AnyServerMachine>();
  /** The requests outside a dialog that are here, by what another copy of them has in common with them. */
  readonly #mergeKeys = new ShardedMap<AnyServerMachine>();
  readonly #lingering: LingeringTransactions;

  /** @param lifetimeMs how long a transaction lingers: 64·T1. */
  constructor(environment: Environment, lifetimeMs: number) {
    this.#lingering = new LingeringTransactions(environment, lifetimeMs);
  }

  get size(): number {
    return this.#transactions.size + this.#lingering.size;
  }

  add(transaction: AnyServerMachine): void {
    this.#transactions.set(transaction.key, transaction);
    if (transaction.mergeKey !== undefined) this.#mergeKeys.set(transaction.mergeKey, transaction);
  }

  remove(key: string, mergeKey: string | undefined): void {
    this.#transactions.delete(key);
    if (mergeKey !== undefined) this.#mergeKeys.delete(mergeKey);
  }

  /** The transaction goes on as {@link LingeringTransactions} keep it. */
  linger(parts: LingeringParts): void {
    this.remove(parts.key, parts.mergeKey);
    this.#lingering.add(parts);
  }

  find(key: string): AnyServerMachine | LingeringTransaction | undefined {
    return this.#transactions.get(key) ?? this.#lingering.find(key);
  }

  /** The INVITE transaction that an ACK is for, unless the ACK is for a 2xx that began a dialog of its own branch. */
  findAcknowledged(ack: SipRequest): InviteServerMachine | undefined {
    const invite = this.#findInvite(ack);
    // RFC 2543: the ACK's To tag is that of the response (RFC 3261 §17.2.3).
    return invite && isFromOldElement(ack) && invite.toTag !== ack.toTag ? undefined : invite;
  }

  /** The transaction that a CANCEL means. */
  findCancelled(cancel: SipRequest): AnyServerMachine | LingeringTransaction | undefined {
    for (const method of cancellableMethods) {
      const transaction = this.find(transactionKey(cancel, method));
      if (transaction) return transaction;
    }
    return undefined;
  }

  /** Whether the same request is here already, come another way (RFC 3261 §8.2.2.2). */
  hasOutsideDialog(mergeKey: string | undefined): boolean {
    return mergeKey !== undefined && (this.#mergeKeys.has(mergeKey) || this.#lingering.hasMergeKey(mergeKey));
  }

  /** Empties the registry and returns what was in it and has timers of its own. */
  takeAll(): AnyServerMachine[] {
    const all = this.#transactions.values();
    this.#transactions.clear();
    this.#mergeKeys.clear();
    this.#lingering.clear();
    return all;
  }

  #findInvite(request: SipRequest): InviteServerMachine | undefined {
    const transaction = this.#transactions.get(transactionKey(request, "INVITE"));
    return transaction instanceof InviteServerMachine ? transaction : undefined;
  }
}
