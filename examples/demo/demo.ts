// `npm start`: two user agents in one process, and one real call between them over the loopback: SIP over UDP, RTP both ways, speech, key
// presses, hold and resume, a recording, quality figures, and the ladder of what went over the wire. Takes about ten seconds.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient, type Call } from "sidetone";
import { SipTrace } from "sidetone/trace";
import { figures } from "./figures.ts";
import { narrate, say } from "./narrate.ts";

const speech = (name: string): string => fileURLToPath(new URL(`../../media/${name}`, import.meta.url));
const address = (uri: string): string => uri.slice(uri.indexOf("@") + 1);
setTimeout(() => {
  console.error("The call takes too long; something is wrong here.");
  process.exit(1);
}, 19_000).unref();

console.log("Sidetone: two user agents in this process, and a real call between them.\n");
using trace = new SipTrace();
await using alice = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:alice@127.0.0.1", displayName: "Alice" } });
await using bob = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:bob@127.0.0.1", displayName: "Bob" } });
say("alice", `is ${alice.uri}`);
say("bob", `is ${bob.uri}`);

const bobAnswered = new Promise<Call>((resolve) =>
  bob.onIncoming(async (incoming) => {
    narrate("bob", incoming.call);
    incoming.ring();
    await pause(500);
    resolve(await incoming.answer());
  }),
);

say("alice", "calls bob");
const outgoing = alice.dial(bob.uri);
narrate("alice", outgoing.call);
const call = await outgoing.answered;
const bobsCall = await bobAnswered;

const recording = await call.record(join(mkdtempSync(join(tmpdir(), "sidetone-")), "call.wav"), { channels: "separate" });
say("alice", "records, and says: Hello. This is Sidetone. You are listening to a real call.");
await call.play(speech("hello.wav"));
say("alice", "presses 1 5 9 #");
await call.sendDtmf("159#");
await call.hold();
await pause(700);
await call.resume();
say("bob", "says: Good day. I can hear you well. Thank you for calling.");
await bobsCall.play(speech("answer.wav"));
// The round trip, and MOS with it, is known when RTCP reports have gone both ways.
while ([call, bobsCall].some(({ quality }) => quality?.mos === undefined) && call.durationMs < 14_000) await pause(100);
const bobsEnd = bobsCall.ended;
const ends = { alice: await call.hangUp(), bob: await bobsEnd };
const { path, durationMs } = await recording.finished;

console.log(`\nWhat went over the wire\n\n${trace.ladder({ names: { [address(alice.uri)]: "alice", [address(bob.uri)]: "bob" } })}`);
console.log(`\nWhat each side measured\n\n${figures(ends)}`);
console.log(`\nThe recording, ${(durationMs / 1000).toFixed(1)} s, alice on the left, bob on the right\n\n  ${path}`);
console.log(
  "\nNow call yourself: npx sidetone answer --echo, and in another terminal: npx sidetone call 127.0.0.1 --play examples/media/hello.wav",
);
