// Answers every call with a greeting, then hangs up. Call it with: npx sidetone call sip:desk@127.0.0.1:5070
//   node examples/dist/02-answer-and-play/answer.js [host:port] [file.wav]
import { createClient } from "sidetone";

const [listen = "127.0.0.1:5070", file = "examples/media/answer.wav"] = process.argv.slice(2);

const client = await createClient({ listen, account: { uri: "sip:desk@127.0.0.1" } });
process.once("SIGINT", () => void client.close());
console.log(`call ${client.uri}`);

client.onIncoming(async (incoming) => {
  console.log(`call from ${incoming.remote.uri}`);
  await using call = await incoming.answer();
  const { completed } = await call.play(file);
  console.log(completed ? "heard the greeting" : "hung up before its end");
});
