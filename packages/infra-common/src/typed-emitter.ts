import { onAbort } from "./abort.ts";
import type { Environment } from "./environment.ts";

/** Maps each event name to its single payload object. */
export type EventMap = object;

export type Listener<Payload> = (payload: Payload) => void;

export interface ListenOptions {
  /** Removes the listener when aborted. */
  signal?: AbortSignal;
}

/** One call of `on`: the same function added twice has two, each with its own removal. */
interface Registration {
  readonly listener: Listener<never>;
  removed: boolean;
}

/**
 * Typed events with isolated listeners.
 *
 * A listener that throws, or whose promise rejects, never disturbs the emitter or the other listeners, and is never
 * silent: `onListenerError` of the environment decides. There is no special "error" event.
 *
 * Listeners run in the order in which they were added. One removed while an event is being emitted does not get it any
 * more; one added meanwhile gets the next event.
 */
export class TypedEmitter<Events extends EventMap> {
  /** Lists are replaced, never changed, so that an emit under way keeps the one it began with. */
  #registrations: Map<keyof Events, readonly Registration[]> | undefined;
  readonly #onListenerError: Environment["onListenerError"];

  constructor(onListenerError: Environment["onListenerError"] = rethrowLater) {
    this.#onListenerError = onListenerError;
  }

  /** Adds a listener. Returns the function that removes it. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>, { signal }: ListenOptions = {}): () => void {
    if (signal?.aborted) return () => {};
    const registration: Registration = { listener, removed: false };
    const registrations = (this.#registrations ??= new Map<keyof Events, readonly Registration[]>());
    registrations.set(name, [...(registrations.get(name) ?? []), registration]);
    const remove = (): void => {
      if (registration.removed) return;
      registration.removed = true;
      forgetSignal();
      this.#remove(name, registration);
    };
    const forgetSignal = onAbort(signal, remove);
    return remove;
  }

  /** Resolves with the next payload of `name`; rejects with `signal.reason` when aborted first. */
  once<Name extends keyof Events>(name: Name, { signal }: ListenOptions = {}): Promise<Events[Name]> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const remove = this.on(name, (payload) => {
        remove();
        forgetSignal();
        resolve(payload);
      });
      const forgetSignal = onAbort(signal, (reason) => {
        remove();
        reject(reason);
      });
    });
  }

  /** How many listeners `name` has. */
  listenerCount(name: keyof Events): number {
    return this.#registrations?.get(name)?.length ?? 0;
  }

  /** Runs the listeners of `name` before it returns. */
  protected emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    const registrations = this.#registrations?.get(name);
    if (!registrations) return;
    for (const registration of registrations) {
      if (!registration.removed) this.#run(registration.listener as Listener<Events[Name]>, name, payload);
    }
  }

  #run<Name extends keyof Events>(listener: Listener<Events[Name]>, name: Name, payload: Events[Name]): void {
    try {
      const result: unknown = listener(payload);
      if (result instanceof Promise) result.catch((error: unknown) => this.#report(error, name));
    } catch (error) {
      this.#report(error, name);
    }
  }

  /** Whoever decides about errors may throw, too: that disturbs nobody either. */
  #report(error: unknown, name: keyof Events): void {
    try {
      this.#onListenerError(error, String(name));
    } catch (thrown) {
      rethrowLater(thrown);
    }
  }

  #remove(name: keyof Events, registration: Registration): void {
    const left = this.#registrations?.get(name)?.filter((other) => other !== registration);
    if (left?.length) this.#registrations?.set(name, left);
    else this.#registrations?.delete(name);
  }
}

/** Throws `error` again on a fresh stack, where it is an uncaught exception. */
export function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
