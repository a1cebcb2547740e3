// The bones of a voice agent: hears the caller as PCM, says it back when the caller pauses, and falls silent when the caller speaks again.
//   node examples/dist/05-audio-as-data/agent.js [host:port]   then   npx sidetone call sip:agent@127.0.0.1:5070 --play examples/media/hello.wav
import { createClient } from "sidetone";
import { rmsDbfs } from "sidetone/media";

const [listen = "127.0.0.1:5070"] = process.argv.slice(2);
const sampleRate = 24_000; // what speech models like; the call itself may run at 8000 Hz
const frameMs = 20;
const pauseMs = 500;

const client = await createClient({ listen, account: { uri: "sip:agent@127.0.0.1" } });
process.once("SIGINT", () => void client.close());
console.log(`call ${client.uri}`);

client.onIncoming(async (incoming) => {
  const call = await incoming.answer();
  const utterance: Int16Array[] = [];
  let silenceMs = 0;
  for await (const { samples } of call.audio.in({ sampleRate })) {
    if (rmsDbfs(samples) > -45) {
      silenceMs = 0;
      utterance.push(samples);
      const { playedMs, discardedMs } = call.audio.out.clear(); // barge-in: silence starts with the next packet
      if (discardedMs > 0) console.log(`interrupted after ${playedMs.toFixed(0)} ms`);
    } else if ((silenceMs += frameMs) === pauseMs && utterance.length > 0) {
      console.log(`saying back ${utterance.length * frameMs} ms`);
      for (const part of utterance.splice(0)) void call.audio.out.write(part, { sampleRate });
    }
  }
});
