import { ShardedMap } from "@sidetone/infra-common";
import type { SipRequest } from "@sidetone/sip-core";
import { InviteServerMachine } from "./invite-server-machine.ts";
import { isFromOldElement, transactionKey } from "./matching-keys.ts";
import type { NonInviteServerMachine } from "./non-invite-server-machine.ts";

export type AnyServerMachine = InviteServerMachine | NonInviteServerMachine;

/** Methods that a CANCEL may mean besides INVITE: it does not say which, and changes nothing for them (RFC 3261 §9.2). */
const otherMethods = ["OPTIONS", "BYE", "REGISTER", "MESSAGE", "INFO", "UPDATE", "PRACK", "SUBSCRIBE", "NOTIFY", "REFER", "PUBLISH"];

/** The server transactions of a layer, and how requests find them (RFC 3261 §17.2.3). */
export class ServerRegistry {
  readonly #transactions = new ShardedMap<AnyServerMachine>();
  /** The requests outside a dialog that are here, by what another copy of them has in common with them. */
  readonly #mergeKeys = new ShardedMap<AnyServerMachine>();

  get size(): number {
    return this.#transactions.size;
  }

  add(transaction: AnyServerMachine): void {
    this.#transactions.set(transaction.key, transaction);
    if (transaction.mergeKey !== undefined) this.#mergeKeys.set(transaction.mergeKey, transaction);
  }

  remove(key: string, mergeKey: string | undefined): void {
    this.#transactions.delete(key);
    if (mergeKey !== undefined) this.#mergeKeys.delete(mergeKey);
  }

  find(key: string): AnyServerMachine | undefined {
    return this.#transactions.get(key);
  }

  /** The INVITE transaction that an ACK is for, unless the ACK is for a 2xx that began a dialog of its own branch. */
  findAcknowledged(ack: SipRequest): InviteServerMachine | undefined {
    const invite = this.#findInvite(ack);
    // RFC 2543: the ACK's To tag is that of the response (RFC 3261 §17.2.3).
    return invite && isFromOldElement(ack) && invite.toTag !== ack.toTag ? undefined : invite;
  }

  /** The transaction that a CANCEL means. */
  findCancelled(cancel: SipRequest): AnyServerMachine | undefined {
    const invite = this.#findInvite(cancel);
    if (invite) return invite;
    for (const method of otherMethods) {
      const transaction = this.find(transactionKey(cancel, method));
      if (transaction) return transaction;
    }
    return undefined;
  }

  /** Whether the same request is here already, come another way (RFC 3261 §8.2.2.2). */
  hasOutsideDialog(mergeKey: string | undefined): boolean {
    return mergeKey !== undefined && this.#mergeKeys.has(mergeKey);
  }

  /** Empties the registry and returns what was in it. */
  takeAll(): AnyServerMachine[] {
    const all = this.#transactions.values();
    this.#transactions.clear();
    this.#mergeKeys.clear();
    return all;
  }

  #findInvite(request: SipRequest): InviteServerMachine | undefined {
    const transaction = this.find(transactionKey(request, "INVITE"));
    return transaction instanceof InviteServerMachine ? transaction : undefined;
  }
}
