// Calls somebody, plays a file to them, hangs up. Have somebody to call first: npx sidetone answer
//   node examples/dist/01-call/call.js [sip:bob@127.0.0.1:5060] [file.wav]
import { createClient } from "sidetone";

const [target = "sip:bob@127.0.0.1:5060", file = "examples/media/hello.wav"] = process.argv.slice(2);

await using client = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:alice@127.0.0.1" } });
await using call = await client.call(target, { signal: AbortSignal.timeout(30_000) });
console.log(`${call.remote.uri} answered, codec ${call.codec}`);
const { playedMs } = await call.play(file);
console.log(`played ${(playedMs / 1000).toFixed(1)} s`);
