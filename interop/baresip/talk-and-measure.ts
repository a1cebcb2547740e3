import type { Call } from "sidetone";
import { ToneSource } from "sidetone/media";
import { onTestFinished } from "vitest";
import { expectTone } from "../measure/expect-tone.ts";
import { measureTone } from "../measure/measure-tone.ts";
import { readChannels } from "../measure/read-channels.ts";
import { baresipToneHz } from "../peers/baresip/baresip-config.ts";
import type { Baresip } from "../peers/baresip/start-baresip.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { talk } from "./open-phone.ts";

const ourToneHz = 440;
/** −10 dBm0 on the scale of dBFS, where a full-scale sine is 3.14 dBm0 and −3.01 dBFS. */
const ourLevelDbfs = -10 - 3.14 - 3.01;

/** Both sides speak for a while and we hang up; then the tone of each is found in the other's recording. */
export async function talkAndMeasure(call: Call, phone: Baresip, talkMs = 3000): Promise<void> {
  const folder = await ScratchFolder.make("audio");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const recording = await call.record(folder.file("ours.wav"), { channels: "separate" });
  void call.play(new ToneSource({ frequenciesHz: [ourToneHz] }));
  await talk(call, talkMs);
  await call.hangUp();
  await recording.finished;
  await phone.event("CALL_CLOSED");

  const ours = await readChannels(recording.path);
  const said = await readChannels(await phone.recording("enc"));
  const theirs = await readChannels(await phone.recording("dec"));
  const { levelDbfs } = measureTone(said.channels[0]!, said.sampleRate);
  const atLeastMs = 0.9 * talkMs;
  expectTone(ours.channels[1]!, ours.sampleRate, { hz: baresipToneHz, levelDbfs, atLeastMs });
  expectTone(theirs.channels[0]!, theirs.sampleRate, { hz: ourToneHz, levelDbfs: ourLevelDbfs, atLeastMs });
}
