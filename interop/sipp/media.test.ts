import type { CallEnded } from "sidetone";
import { ToneSource } from "sidetone/media";
import { expect, onTestFinished, test } from "vitest";
import { audioRetry, expectTone } from "../measure/expect-tone.ts";
import { readChannels } from "../measure/read-channels.ts";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
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

describeWith(["sipp"], "sipp's RTP echo", () => {
  test("lets us hear ourselves, though the packets carry our own SSRC", audioRetry, async () => {
    const folder = await ScratchFolder.make("echo");
    onTestFinished(() => folder[Symbol.asyncDispose]());
    const sipp = await openSipp({ scenario: "uas", calls: 1, rtpEcho: true });
    const client = await openClient();
    const call = await client.call(`sip:service@127.0.0.1:${sipp.port}`);
    const recording = await call.record(folder.file("echo.wav"), { channels: "separate" });
    await call.play(new ToneSource({ frequenciesHz: [440], durationMs: 2000 }));
    const { statistics } = await call.hangUp();
    await recording.finished;
    const { channels, sampleRate } = await readChannels(recording.path);
    expectTone(channels[1]!, sampleRate, { hz: 440, levelDbfs: -10 - 3.14 - 3.01, atLeastMs: 1900 });
    expect(statistics).toMatchObject({ packetsLost: 0, roundTripMs: undefined, mos: undefined });
    expect(await sipp.finished()).toMatchObject({ ...flawless, successfulCalls: 1 });
  });
});
