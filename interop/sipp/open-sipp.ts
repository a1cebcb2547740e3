import type { MediaStatistics } from "sidetone/media";
import { expect, onTestFailed, onTestFinished } from "vitest";
import { startSipp, type Sipp, type SippOptions } from "../peers/sipp/run-sipp.ts";

/** A sipp that ends with the test, and shows its last screen when the test fails. */
export async function openSipp(options: SippOptions): Promise<Sipp> {
  const sipp = await startSipp(options);
  onTestFinished(() => sipp[Symbol.asyncDispose]());
  onTestFailed(() => console.log(sipp.process.lastWords));
  return sipp;
}

/** What sipp counts when every call went as the scenario says, and nothing had to be said twice. */
export const flawless = {
  exitCode: 0,
  errors: "",
  failedCalls: 0,
  retransmissions: 0,
  messagesRetransmitted: 0,
  outOfCallMessages: 0,
  deadCallMessages: 0,
} as const;

/** A packet for each 20 ms of the call; the built-in scenarios send none themselves. */
export function expectSteadyPackets({ packetsSent, packetsReceived }: MediaStatistics, durationMs: number): void {
  expect(packetsSent).toBeGreaterThanOrEqual(Math.floor(durationMs / 20) - 5);
  expect(packetsSent).toBeLessThanOrEqual(Math.ceil(durationMs / 20) + 5);
  expect(packetsReceived).toBe(0);
}
