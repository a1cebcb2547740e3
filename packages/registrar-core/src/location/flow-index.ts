import type { Flow } from "@sidetone/sip-transport";
import type { Binding } from "./binding.ts";

/** Bindings by the connection that made them. Datagram flows are left out: they do not break. */
export class FlowIndex {
  readonly #bindings = new Map<Flow, Set<Binding>>();

  add(binding: Binding): void {
    const { flow } = binding;
    if (!flow?.reliable) return;
    const bindings = this.#bindings.get(flow);
    if (bindings) bindings.add(binding);
    else this.#bindings.set(flow, new Set([binding]));
  }

  remove(binding: Binding): void {
    const { flow } = binding;
    const bindings = flow && this.#bindings.get(flow);
    if (bindings?.delete(binding) && bindings.size === 0) this.#bindings.delete(flow!);
  }

  /** Takes out what was registered over `flow`. */
  takeOver(flow: Flow): readonly Binding[] {
    const bindings = this.#bindings.get(flow);
    this.#bindings.delete(flow);
    return bindings ? [...bindings] : [];
  }

  clear(): void {
    this.#bindings.clear();
  }
}
