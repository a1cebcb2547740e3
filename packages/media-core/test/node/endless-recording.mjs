// Records a tone on the left and another on the right until it is killed, and says how far it is: `… endless-recording.mjs FILE`.
// Faster than a call, but no faster than the disk: it waits while more than a second of audio is missing from the file.
import { stat } from "node:fs/promises";
import { ToneSource, WavRecorder } from "@sidetone/media-core";

const path = process.argv[2];
const recorder = await WavRecorder.open(path, { channels: "separate" });
const local = new ToneSource({ frequenciesHz: [440] });
const remote = new ToneSource({ frequenciesHz: [1000] });
const frame = new Int16Array(160);
process.stdout.write("0\n");
for (let position = 0; ; position += frame.length) {
  local.read(frame, 8000);
  recorder.local.write(frame, 8000, position);
  remote.read(frame, 8000);
  recorder.remote.write(frame, 8000, position);
  while (position - (await stat(path)).size / 4 > 8000);
  if (position % 1600 === 0) process.stdout.write(`${position}\n`);
}
