import { expect, test } from "vitest";
import { describeWith } from "../peers/process/installed.ts";
import { externalSdp, hostPort, openClient } from "../under-test/open-client.ts";
import { flawless, openSipp } from "./open-sipp.ts";

/** A client that answers everything at once, its descriptions made by the application. */
async function answeringClient() {
  const client = await openClient({ media: "external", external: { answerOffer: () => externalSdp } });
  let answered = 0;
  client.onIncoming(async (incoming) => {
    await incoming.answer();
    answered++;
  });
  return { client, answered: () => answered };
}

describeWith(["sipp"], "sipp's built-in uac against a client with external media", () => {
  for (const { calls, callsPerSecond } of [
    { calls: 10_000, callsPerSecond: 200 },
    { calls: 1000, callsPerSecond: 1000 },
  ]) {
    test(`${calls} calls at ${callsPerSecond} a second: none fails, nothing is sent twice`, async () => {
      const { client, answered } = await answeringClient();
      const sipp = await openSipp({ scenario: "uac", target: hostPort(client), calls, callsPerSecond, atMostSeconds: 110 });
      const result = await sipp.finished();
      expect(result).toMatchObject({ ...flawless, successfulCalls: calls });
      expect(result.callRate).toBeGreaterThan(0.8 * callsPerSecond);
      expect(answered()).toBe(calls);
      expect(client.callCount).toBe(0);
    });
  }

  for (const transport of ["t1", "tn"] as const) {
    test(`500 calls at 100 a second over TCP, ${transport === "t1" ? "one connection for all" : "a connection for each"}`, async () => {
      const { client, answered } = await answeringClient();
      const sipp = await openSipp({ scenario: "uac", target: hostPort(client), calls: 500, callsPerSecond: 100, transport });
      expect(await sipp.finished()).toMatchObject({ ...flawless, successfulCalls: 500 });
      expect(answered()).toBe(500);
      expect(client.callCount).toBe(0);
    });
  }
});
