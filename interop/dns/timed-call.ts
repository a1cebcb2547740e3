import type { Client } from "sidetone";

/** Calls and hangs up; how long it took until the call was answered, in milliseconds. */
export async function timedCall(client: Client, uri: string): Promise<number> {
  const beforeMs = performance.now();
  await using call = await client.call(uri, { signal: AbortSignal.timeout(20_000) });
  const tookMs = performance.now() - beforeMs;
  await call.hangUp();
  return tookMs;
}
