import { setTimeout as delay } from "node:timers/promises";
import { ToneSource } from "sidetone/media";
import { expect, test } from "vitest";
import { describeWith } from "../peers/process/installed.ts";
import { externalSdp, openClient } from "../under-test/open-client.ts";
import { expectSteadyPackets, flawless, openSipp } from "./open-sipp.ts";

describeWith(["sipp"], "sipp's built-in uas is called by us", () => {
  for (const { transport, parameter } of [
    { transport: "u1", parameter: "" },
    { transport: "t1", parameter: ";transport=tcp" },
  ] as const) {
    test(`300 calls with external media over ${transport === "u1" ? "UDP" : "TCP"}, 100 a second`, async () => {
      const calls = 300;
      const sipp = await openSipp({ scenario: "uas", calls, transport });
      const client = await openClient({ media: "external" });
      const call = async (): Promise<string> => {
        const answered = await client.call(`sip:service@127.0.0.1:${sipp.port}${parameter}`, { sdp: externalSdp });
        expect(answered.remoteSdp).toMatch(/^m=audio \d+ RTP\/AVP 0/m);
        return (await answered.hangUp()).cause;
      };
      const causes: Promise<string>[] = [];
      for (let started = 0; started < calls; started++) {
        causes.push(call());
        if (started % 10 === 9) await delay(100);
      }
      expect(new Set(await Promise.all(causes))).toEqual(new Set(["HungUp"]));
      expect(await sipp.finished()).toMatchObject({ ...flawless, successfulCalls: calls });
      expect(client.callCount).toBe(0);
    });
  }

  test("20 calls at once with audio: every packet of the tone is sent in its time", async () => {
    const calls = 20;
    const sipp = await openSipp({ scenario: "uas", calls });
    const client = await openClient();
    const ends = await Promise.all(
      Array.from({ length: calls }, async () => {
        const call = await client.call(`sip:service@127.0.0.1:${sipp.port}`);
        await call.play(new ToneSource({ frequenciesHz: [440], durationMs: 1500 }));
        return call.hangUp();
      }),
    );
    for (const { durationMs, statistics } of ends) expectSteadyPackets(statistics!, durationMs);
    expect(await sipp.finished()).toMatchObject({ ...flawless, successfulCalls: calls });
  });
});
