import { ShardedMap } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { InviteClientMachine } from "./invite-client-machine.ts";
import type { NonInviteClientMachine } from "./non-invite-client-machine.ts";
import type { ClientTransaction } from "./transaction.ts";

export type AnyClientMachine = InviteClientMachine | NonInviteClientMachine;

/** The client transactions of a layer, and how responses and failures find them. */
export class ClientRegistry {
  readonly #transactions = new ShardedMap<AnyClientMachine>();
  readonly #byFlow = new Map<Flow, Set<AnyClientMachine>>();

  get size(): number {
    return this.#transactions.size;
  }

  add(transaction: AnyClientMachine): void {
    this.#transactions.set(clientKey(transaction.branch, transaction.method), transaction);
    const ofFlow = this.#byFlow.get(transaction.flow);
    if (ofFlow) ofFlow.add(transaction);
    else this.#byFlow.set(transaction.flow, new Set([transaction]));
  }

  remove(transaction: ClientTransaction): void {
    this.#transactions.delete(clientKey(transaction.branch, transaction.method));
    const ofFlow = this.#byFlow.get(transaction.flow);
    ofFlow?.delete(transaction as AnyClientMachine);
    if (ofFlow?.size === 0) this.#byFlow.delete(transaction.flow);
  }

  /** By the top Via's branch and the method in CSeq, which tells a CANCEL from its INVITE (RFC 3261 §17.1.3). */
  find(response: SipResponse): AnyClientMachine | undefined {
    const { branch } = response.topVia;
    const transaction = branch === undefined ? undefined : this.#transactions.get(clientKey(branch, response.cseqMethod));
    return transaction?.method === response.cseqMethod ? transaction : undefined;
  }

  /** The transactions that wait for something over `flow`. */
  over(flow: Flow): AnyClientMachine[] {
    return [...(this.#byFlow.get(flow) ?? [])];
  }

  /** Empties the registry and returns what was in it. */
  takeAll(): AnyClientMachine[] {
    const all = this.#transactions.values();
    this.#transactions.clear();
    this.#byFlow.clear();
    return all;
  }
}

/** A branch belongs to one transaction, except that a CANCEL shares its INVITE's (RFC 3261 §9.1). */
function clientKey(branch: string, method: string): string {
  return method === "CANCEL" ? `${branch} CANCEL` : branch;
}
