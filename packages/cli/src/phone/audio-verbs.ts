import { openWavFile, ToneSource } from "@sidetone/media-core";
import { completePath } from "../node/complete-path.ts";
import { checkRecordable } from "../node/check-recordable.ts";
import { hertz } from "../option-values.ts";
import { UsageError } from "../usage-error.ts";
import type { PhoneCall } from "./phone-call.ts";
import type { Phone } from "./phone.ts";
import type { Verb } from "./verb.ts";
import { atMost, valueOf } from "./verb-values.ts";

const file: NonNullable<Verb["complete"]> = (_phone, before, typed) => (before.length === 0 ? completePath(typed) : []);

/** The selected call, once there is audio in it. */
function talking(phone: Phone): PhoneCall {
  const call = phone.require();
  if (!call.isConnected) throw new UsageError(`call ${call.number} is not connected yet`);
  return call;
}

/** Verbs about what is sent and heard. */
export const audioVerbs: Readonly<Record<string, Verb>> = {
  mute: {
    does: "send silence, whatever is played",
    run: ({ phone }, args) => {
      atMost(0, args);
      phone.require().call.mute();
      return { text: "muted: the other side hears silence" };
    },
  },
  unmute: {
    does: "be heard again",
    run: ({ phone }, args) => {
      atMost(0, args);
      phone.require().call.unmute();
      return { text: "no longer muted" };
    },
  },
  play: {
    takes: "FILE",
    does: "play a WAV file to the other side, once",
    examples: ["play hello.wav", 'play "my files/hello.wav"'],
    complete: file,
    run: async ({ phone }, args) => {
      atMost(1, args);
      const { audio } = talking(phone);
      audio.play(await openWavFile(valueOf(args[0], String, "file")));
      return { text: `playing ${args[0]}` };
    },
  },
  tone: {
    takes: "HZ",
    does: "send a tone, until stop",
    examples: ["tone 440"],
    run: ({ phone }, args) => {
      atMost(1, args);
      const frequency = valueOf(args[0], hertz, "frequency");
      talking(phone).audio.play(new ToneSource({ frequenciesHz: [frequency] }));
      return { text: `sending ${frequency} Hz; stop ends it` };
    },
  },
  echo: {
    does: "send back what is heard, until stop",
    run: ({ phone }, args) => {
      atMost(0, args);
      talking(phone).audio.setEcho(true);
      return { text: "what is heard is sent back; stop ends it" };
    },
  },
  record: {
    takes: "FILE",
    does: "record both sides to a WAV file, until stop or the end of the call",
    examples: ["record call.wav"],
    complete: file,
    run: async ({ phone }, args) => {
      atMost(1, args);
      const { audio } = talking(phone);
      const path = valueOf(args[0], String, "file");
      await checkRecordable(path, "record");
      await audio.record(path);
      return { text: `recording to ${path}; stop ends it` };
    },
  },
  stop: {
    takes: "[play | record]",
    does: "stop playing, tone and echo, and recording; or only one of the two",
    examples: ["stop", "stop record"],
    complete: (_phone, before) => (before.length === 0 ? ["play", "record"] : []),
    run: async ({ phone }, args) => {
      atMost(1, args);
      const [what] = args;
      if (what !== undefined && what !== "play" && what !== "record") throw new UsageError(`stop what? Like: stop, stop play, stop record`);
      const { audio } = phone.require();
      if (what !== "record") audio.stopSending();
      if (what !== "play") await audio.stopRecording();
    },
  },
};
