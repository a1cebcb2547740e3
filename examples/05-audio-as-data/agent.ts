// The bones of a voice agent: hears the caller as PCM, says it back half a second later, and falls silent when the caller speaks.
//   node examples/dist/05-audio-as-data/agent.js [host:port]   then   npx sidetone call sip:agent@127.0.0.1:5070 --play examples/media/hello.wav
import { createClient } from "sidetone";
import { rmsDbfs } from "sidetone/media";

const [listen = "127.0.0.1:5070"] = process.argv.slice(2);
const sampleRate = 24_000;

const client = await createClient({ listen, account: { uri: "sip:agent@127.0.0.1" } });
process.once("SIGINT", () => void client.close());
console.log(`call ${client.uri}`);

client.onIncoming(async (incoming) => {
  const call = await incoming.answer();
  const utterance: Int16Array[] = [];
  let silentFrames = 0;
  for await (const { samples } of call.audio.in({ sampleRate })) {
    const speaking = rmsDbfs(samples) > -45;
    silentFrames = speaking ? 0 : silentFrames + 1;
    if (speaking) {
      const { playedMs, discardedMs } = call.audio.out.clear(); // barge-in: silence starts with the next packet
      if (discardedMs > 0) console.log(`interrupted after ${playedMs.toFixed(0)} ms`);
      utterance.push(samples);
    } else if (silentFrames === 25 && utterance.length > 0) {
      console.log(`saying back ${utterance.length * 20} ms`);
      for (const part of utterance.splice(0)) void call.audio.out.write(part, { sampleRate });
    }
  }
});
