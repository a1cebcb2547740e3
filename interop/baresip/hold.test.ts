import type { Call } from "sidetone";
import { ToneSource } from "sidetone/media";
import { expect, onTestFinished, test } from "vitest";
import { audioRetry } from "../measure/expect-tone.ts";
import { measureTone } from "../measure/measure-tone.ts";
import { readChannels } from "../measure/read-channels.ts";
import { soundingParts } from "../measure/sounding-parts.ts";
import { baresipToneHz } from "../peers/baresip/baresip-config.ts";
import type { Baresip } from "../peers/baresip/start-baresip.ts";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { openClient } from "../under-test/open-client.ts";
import { answeredCall, openPhone, talk } from "./open-phone.ts";

const talkMs = 1200;
const heldMs = 1200;

/** Speaks, is held, speaks again, hangs up; returns where the phone was heard, and what was negotiated on the way. */
async function conversation(call: Call, phone: Baresip, hold: () => Promise<unknown>, resume: () => Promise<unknown>) {
  const folder = await ScratchFolder.make("hold");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const recording = await call.record(folder.file("call.wav"), { channels: "separate" });
  const directions: string[] = [];
  call.on("mediaNegotiated", ({ media }) => directions.push(`${media!.localDirection} ${media!.remoteDirection}`));
  void call.play(new ToneSource({ frequenciesHz: [440] }));

  await talk(call, talkMs);
  await hold();
  const atHold = { ...call.statistics()!, holding: call.holding };
  await pass(call, heldMs);
  const atResume = call.statistics()!;
  await resume();
  await talk(call, talkMs);
  await call.sendDtmf("5"); // baresip's recording stops at the first hold, its ear for digits does not
  await eventually("baresip hears a digit after the hold", () => phone.digitsHeard === "5");
  await call.hangUp();
  await recording.finished;
  const { channels, sampleRate } = await readChannels(recording.path);
  return { directions, atHold, atResume, heard: soundingParts(channels[1]!, sampleRate), sampleRate };
}

/** Waits until the call is so many milliseconds older. */
async function pass(call: Call, durationMs: number): Promise<void> {
  const endMs = call.durationMs + durationMs;
  await eventually(`${durationMs} ms pass`, () => call.durationMs >= endMs, { withinMs: 5 * durationMs });
}

/** Two stretches of the phone's tone, and between them silence for as long as the hold. */
function expectSilenceBetween({ heard, sampleRate }: Awaited<ReturnType<typeof conversation>>): void {
  expect(heard.map(({ startMs, endMs }) => `${startMs}…${endMs}`)).toHaveLength(2);
  for (const part of heard) {
    expect(part.endMs - part.startMs).toBeGreaterThan(0.9 * talkMs);
    expect(measureTone(part.samples, sampleRate).hz).toBeCloseTo(baresipToneHz, 0);
  }
  const silentMs = heard[1]!.startMs - heard[0]!.endMs;
  expect(silentMs).toBeGreaterThan(heldMs - 200); // the jitter buffer plays on what it has, and hides the first losses
}

describeWith(["baresip"], "hold and resume (RFC 3264 §8.4)", () => {
  for (const caller of ["baresip", "we"] as const) {
    test(`${caller === "we" ? "we call" : "baresip calls"}; we hold: the phone falls silent, and comes back`, audioRetry, async () => {
      const phone = await openPhone({ answers: caller === "we" ? "auto" : "manual" });
      const client = await openClient();
      const call = await (caller === "we" ? client.call(phone.uri) : answeredCall(phone, client));
      const result = await conversation(
        call,
        phone,
        () => call.hold(),
        () => call.resume(),
      );
      expect(result.directions).toEqual(["sendonly recvonly", "sendrecv sendrecv"]);
      expect(result.atHold.holding).toEqual({ local: true, remote: false });
      expect(call.holding).toEqual({ local: false, remote: false });
      expectSilenceBetween(result);
    });

    test(
      `${caller === "we" ? "we call" : "baresip calls"}; baresip holds: nothing is sent to it, and talk goes on afterwards`,
      audioRetry,
      async () => {
        const phone = await openPhone({ answers: caller === "we" ? "auto" : "manual" });
        const client = await openClient();
        const call = await (caller === "we" ? client.call(phone.uri) : answeredCall(phone, client));
        const result = await conversation(
          call,
          phone,
          () => phoneHolds(phone, call, "hold", true),
          () => phoneHolds(phone, call, "resume", false),
        );
        expect(result.directions).toEqual(["recvonly sendonly", "sendrecv sendrecv"]);
        expect(result.atHold.holding).toEqual({ local: false, remote: true });
        expect(result.atResume.packetsSent).toBe(result.atHold.packetsSent);
        const { packetsSent } = call.end!.statistics!;
        expect(packetsSent - (await phone.packetsReceived())).toBeLessThanOrEqual(2); // the last may be on its way at the BYE
        expectSilenceBetween(result); // baresip sends nothing while it holds, although sendonly would let it
      },
    );
  }
});

async function phoneHolds(phone: Baresip, call: Call, command: "hold" | "resume", held: boolean): Promise<void> {
  await phone.command(command);
  await eventually(`the phone's ${command} is seen here`, () => call.holding.remote === held);
}
