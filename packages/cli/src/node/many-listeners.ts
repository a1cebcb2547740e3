import { setMaxListeners } from "node:events";

/** A signal that more listen to than Node thinks is usual: many checks stop at the same one. */
export function withManyListeners(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}
