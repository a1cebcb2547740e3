import { TypedEmitter, type Environment, type Timer } from "@sidetone/infra-common";
import type { Flow } from "@sidetone/sip-transport";
import type { Binding } from "./binding.ts";
import { ExpiryHeap } from "./expiry-heap.ts";
import { FlowIndex } from "./flow-index.ts";

/** Why a binding went before its time: the user's wish, its connection broke (outbound alone), or {@link LocationService.clear}. */
export type BindingRemovalCause = "Unregistered" | "FlowFailed" | "Cleared";

/** What a {@link LocationService} tells; all is done when it is told. */
export interface LocationEvents {
  bindingAdded: { readonly binding: Binding };
  /** The same contact, or the same flow of the same device, registered again; it may have moved. */
  bindingRefreshed: { readonly binding: Binding; readonly previous: Binding };
  bindingRemoved: { readonly binding: Binding; readonly cause: BindingRemovalCause };
  bindingExpired: { readonly binding: Binding };
}

/** One step of an update: `next` in place of `previous`; without `previous` one more, without `next` one less. */
export interface BindingChange {
  readonly previous: Binding | undefined;
  readonly next: Binding | undefined;
}

const none: readonly Binding[] = [];

/**
 * The location service (RFC 3261 §10.1): addresses-of-record and where they can be reached, in memory. Looking up costs the same however
 * many there are; one timer serves the expiry of all.
 */
export class LocationService extends TypedEmitter<LocationEvents> implements AsyncDisposable {
  readonly #environment: Environment;
  /** The bindings of each address, the last registered last. */
  readonly #addresses = new Map<string, readonly Binding[]>();
  readonly #expiring = new ExpiryHeap<Binding>();
  readonly #flows = new FlowIndex();
  #timer: Timer | undefined;
  #timerAtMs = Infinity;

  constructor(environment: Environment) {
    super(environment.onListenerError);
    this.#environment = environment;
  }

  /** Bindings that there are. */
  get size(): number {
    return this.#expiring.size;
  }

  /** Addresses-of-record with a binding at least. */
  get addressCount(): number {
    return this.#addresses.size;
  }

  /** The bindings of `user@domain`: by preference, among equals the last registered first. */
  lookup(addressOfRecord: string): readonly Binding[] {
    const bindings = this.#addresses.get(addressOfRecord);
    if (!bindings) return none;
    const nowMs = this.#environment.clock.now();
    const usable = bindings.filter(({ expiresAtMs, isOutbound, flow }) => expiresAtMs > nowMs && !(isOutbound && flow?.isClosed));
    return usable.length < 2 ? usable : usable.reverse().sort((a, b) => (b.q ?? 1) - (a.q ?? 1));
  }

  /** Internal: what is kept of an address, with what cannot be used any more: what {@link update} works on. */
  kept(addressOfRecord: string): readonly Binding[] {
    return this.#addresses.get(addressOfRecord) ?? none;
  }

  /** Every address-of-record that has a binding. */
  addressesOfRecord(): IterableIterator<string> {
    return this.#addresses.keys();
  }

  /** Makes all changes to one address, then tells of them (RFC 3261 §10.3 step 7: all or nothing). `previous` are bindings that are kept. */
  update(addressOfRecord: string, changes: readonly BindingChange[]): void {
    let bindings = this.kept(addressOfRecord);
    for (const { previous, next } of changes) {
      if (previous) bindings = bindings.filter((binding) => binding !== previous);
      if (next) bindings = [...bindings, next];
      if (previous) this.#forget(previous);
      if (next) this.#keep(next);
    }
    this.#store(addressOfRecord, bindings);
    for (const { previous, next } of changes) {
      if (previous && next) this.emit("bindingRefreshed", { binding: next, previous });
      else if (next) this.emit("bindingAdded", { binding: next });
      else if (previous) this.emit("bindingRemoved", { binding: previous, cause: "Unregistered" });
    }
  }

  /** Removes all bindings of an address: its user is no more. */
  clear(addressOfRecord: string): void {
    for (const binding of this.kept(addressOfRecord)) this.#remove(binding, "Cleared");
  }

  /** A connection has ended, and with it what was registered over it for outbound (RFC 5626 §5.3). Other bindings can be reached anew. */
  flowFailed(flow: Flow): void {
    for (const binding of this.#flows.takeOver(flow)) {
      binding.flow = undefined;
      if (binding.isOutbound) this.#remove(binding, "FlowFailed");
    }
  }

  /** Forgets every binding, without telling. No timer is left. Idempotent, never rejects. */
  close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
    this.#addresses.clear();
    this.#expiring.clear();
    this.#flows.clear();
    return Promise.resolve();
  }

  /** The same as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #remove(binding: Binding, cause: BindingRemovalCause): void {
    this.#takeOut(binding);
    this.emit("bindingRemoved", { binding, cause });
  }

  #takeOut(binding: Binding): void {
    const { addressOfRecord } = binding;
    const left = this.kept(addressOfRecord).filter((other) => other !== binding);
    this.#store(addressOfRecord, left);
    this.#forget(binding);
  }

  #store(addressOfRecord: string, bindings: readonly Binding[]): void {
    if (bindings.length > 0) this.#addresses.set(addressOfRecord, bindings);
    else this.#addresses.delete(addressOfRecord);
  }

  #keep(binding: Binding): void {
    this.#expiring.add(binding);
    this.#flows.add(binding);
    this.#awaitExpiry();
  }

  #forget(binding: Binding): void {
    this.#expiring.remove(binding);
    this.#flows.remove(binding);
    if (this.#expiring.size === 0) this.#stopWaiting();
  }

  /** Sets the timer for what expires first; one that is set for earlier may stay, and finds nothing to do. */
  #awaitExpiry(): void {
    const first = this.#expiring.first;
    if (!first || first.expiresAtMs >= this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = first.expiresAtMs;
    this.#timer = this.#environment.clock.setTimer(Math.max(0, first.expiresAtMs - this.#environment.clock.now()), () => this.#expire());
  }

  #stopWaiting(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
  }

  #expire(): void {
    this.#stopWaiting();
    const nowMs = this.#environment.clock.now();
    for (let first = this.#expiring.first; first && first.expiresAtMs <= nowMs; first = this.#expiring.first) {
      this.#takeOut(first);
      this.emit("bindingExpired", { binding: first });
    }
    this.#awaitExpiry();
  }
}
