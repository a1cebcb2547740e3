import { expect } from "vitest";
import type { Party } from "../parties.ts";

/** TLS and HTTP work in tasks of their own: time passes in small steps until the promise has settled. */
export async function settled<Value>(clock: Party["environment"]["clock"], promise: Promise<Value>): Promise<Value> {
  let isPending = true;
  const settle = (): void => void (isPending = false);
  promise.then(settle, settle);
  while (isPending) await clock.advance(1);
  return promise;
}

/** Closes what was opened; no socket may be left. */
export async function closeAll(opened: Party[]): Promise<void> {
  for (const { transports, environment } of opened.splice(0)) {
    await settled(environment.clock, transports.close());
    await environment.clock.advance(1000);
    expect(environment.network.openSockets).toBe(0);
  }
}
