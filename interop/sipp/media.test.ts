import type { CallEnded } from "sidetone";
import { ToneSource } from "sidetone/media";
import { expect, test } from "vitest";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { hostPort, openClient } from "../under-test/open-client.ts";
import { expectSteadyPackets, flawless, openSipp } from "./open-sipp.ts";

const calls = 200;

describeWith(["sipp"], "sipp's built-in uac against a client with audio", () => {
  test(`${calls} calls of a second at 40 a second: none fails, nothing is sent twice, every call has its audio`, async () => {
    const client = await openClient();
    const ends: CallEnded[] = [];
    client.onIncoming(async (incoming) => {
      const call = await incoming.answer();
      void call.play(new ToneSource({ frequenciesHz: [440] }));
      ends.push(await call.ended);
    });
    const sipp = await openSipp({ scenario: "uac", target: hostPort(client), calls, callsPerSecond: 40, pauseMs: 1000 });
    expect(await sipp.finished()).toMatchObject({ ...flawless, successfulCalls: calls });
    await eventually("every call has ended here", () => ends.length === calls);
    for (const { cause, durationMs, statistics } of ends) {
      expect(cause).toBe("HungUp");
      expect(statistics!.codec).toBe("PCMU");
      expectSteadyPackets(statistics!, durationMs);
    }
    expect(client.callCount).toBe(0);
  });
});
