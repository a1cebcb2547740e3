import type { CallEnded, Client } from "sidetone";
import { PCMA } from "sidetone/media";
import { expect, onTestFinished, test } from "vitest";
import { audioRetry } from "../measure/expect-tone.ts";
import { readChannels } from "../measure/read-channels.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { readRtpPcap } from "../peers/sipp/read-pcap.ts";
import { hostPort, openClient } from "../under-test/open-client.ts";
import { flawless, openSipp } from "./open-sipp.ts";

const calls = 10;
/** What the scenario plays after the audio: a digit has eight packets, the last of which comes three times. */
const digits = "129*#0";
const packetsOfADigit = 10;

interface HeardCall {
  readonly digits: string;
  readonly recording: string;
  readonly end: CallEnded;
}

/** Answers, records, and gives what was heard in each call. */
async function listenIn(client: Client): Promise<HeardCall[]> {
  const folder = await ScratchFolder.make("pcap");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const heard: HeardCall[] = [];
  client.onIncoming(async (incoming) => {
    const call = await incoming.answer();
    const recording = await call.record(folder.file(`${call.id}.wav`), { channels: "separate" });
    let pressed = "";
    call.on("dtmfReceived", ({ digit }) => (pressed += digit));
    const end = await call.ended;
    await recording.finished;
    heard.push({ digits: pressed, recording: recording.path, end });
  });
  return heard;
}

describeWith(
  ["sipp"],
  "sipp plays pcaps",
  () => {
    test(`${calls} calls: A-law in packets of 30 ms is recorded sample by sample, the digits are understood`, audioRetry, async () => {
      const client = await openClient();
      const heard = await listenIn(client);
      const sipp = await openSipp({ scenario: "uac-pcap", target: hostPort(client), calls, callsPerSecond: 5 });
      expect(await sipp.finished()).toMatchObject({ ...flawless, successfulCalls: calls });

      const packets = await readRtpPcap("g711a.pcap");
      const spoken = packets.map(({ payload }) => decode(payload));
      expect(heard).toHaveLength(calls);
      for (const { digits: pressed, recording, end } of heard) {
        expect(pressed).toBe(digits);
        expect(end.statistics!.codec).toBe("PCMA");
        // The sequence numbers of the pcaps leap from digit to digit; RFC 3550 A.1 takes no packet right behind a large leap.
        expect(end.statistics!.packetsReceived).toBeGreaterThan(packets.length + packetsOfADigit * (digits.length - 1));
        expect(shareFound(spoken, (await readChannels(recording)).channels[1]!)).toBeGreaterThan(0.95);
      }
    });
  },
  { asRoot: "sipp plays pcaps through raw sockets" },
);

function decode(payload: Uint8Array): Int16Array {
  const samples = new Int16Array(payload.length);
  PCMA.createDecoder().decode(payload, samples);
  return samples;
}

/** The share of these frames that are in the recording, in their order, unaltered. */
function shareFound(frames: readonly Int16Array[], recording: Int16Array): number {
  const bytes = Buffer.from(recording.buffer, recording.byteOffset, recording.byteLength);
  let from = 0;
  let found = 0;
  for (const frame of frames) {
    const at = bytes.indexOf(Buffer.from(frame.buffer), from);
    if (at < 0) continue;
    found++;
    from = at + frame.byteLength;
  }
  return found / frames.length;
}
