// `npm start`: two user agents in one process, one real call between them over loopback. SIP over UDP, RTP both ways, speech, digits, hold and
// resume, a recording, quality figures, and the ladder of what went over the wire.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Call, type CallEnded } from "sidetone";
import { readWavFile, rmsDbfs } from "sidetone/media";
import { SipTrace } from "sidetone/trace";

const startedAt = process.hrtime.bigint();
const say = (text: string): void => console.log(`${(Number(process.hrtime.bigint() - startedAt) / 1e9).toFixed(2).padStart(6)} s  ${text}`);
const media = (name: string): string => new URL(`../../media/${name}`, import.meta.url).pathname;

const trace = new SipTrace();
const alice = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:alice@127.0.0.1", displayName: "Alice" } });
const bob = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:bob@127.0.0.1", displayName: "Bob" } });
say(`alice is ${alice.uri}, bob is ${bob.uri}`);
const names = { [hostPort(alice.uri)]: "alice", [hostPort(bob.uri)]: "bob" };

/** Prints what happens to one side of the call. */
function narrate(name: string, call: Call): void {
  call.on("phaseChanged", ({ phase }) => say(`${name}: ${phase}`));
  call.on("holdChanged", ({ local, remote }) =>
    say(`${name}: hold ${local ? "by me" : ""}${remote ? "by the other side" : ""}${local || remote ? "" : "over"}`),
  );
  call.on("dtmfReceived", ({ digit }) => say(`${name}: heard digit ${digit}`));
  call.on("mediaActive", () => say(`${name}: hears audio`));
}

/** The figures that this side measured; what it could not measure is said so. */
function figures(name: string, end: CallEnded): string {
  const { statistics: s } = end;
  const unit = (value: number | undefined, digits: number, suffix = ""): string =>
    value === undefined ? "not measured" : value.toFixed(digits) + suffix;
  return [
    `${name.padEnd(6)} ${s?.codec}  sent ${s?.packetsSent}  received ${s?.packetsReceived}  lost ${s?.packetsLost}  late ${s?.packetsLate}`,
    `jitter ${unit(s?.jitterMs, 2, " ms")}  round trip ${unit(s?.roundTripMs, 2, " ms")}  buffer ${unit(s?.jitterBufferMs, 0, " ms")}`,
    `R ${unit(s?.rFactor, 1)}  MOS ${unit(s?.mos, 2)}`,
  ].join("  ");
}

const bobAnswers = new Promise<Call>((resolve) => {
  bob.onIncoming(async (incoming) => {
    narrate("bob  ", incoming.call);
    incoming.ring();
    await new Promise((ringing) => setTimeout(ringing, 500));
    resolve(await incoming.answer());
  });
});

const outgoing = alice.dial(bob.uri);
narrate("alice", outgoing.call);
const call = await outgoing.answered;
const bobsCall = await bobAnswers;

const path = join(mkdtempSync(join(tmpdir(), "sidetone-")), "call.wav");
await call.record(path, { channels: "separate" });
say(`alice records to ${path}`);
await call.play(media("hello.wav"));
await call.sendDtmf("159#");
await call.hold();
await new Promise((held) => setTimeout(held, 700));
await call.resume();
await bobsCall.play(media("answer.wav"));
while (call.quality?.mos === undefined && call.durationMs < 14_000) await new Promise((later) => setTimeout(later, 250)); // RTCP needs a few seconds for a round trip

const bobEnded = bobsCall.ended;
const aliceEnd = await call.hangUp();
const bobEnd = await bobEnded;
await Promise.all([alice.close(), bob.close()]);
trace.stop();

const recorded = await readWavFile(path);
console.log(`\nOn the wire\n${trace.ladder({ names })}`);
console.log(`\nMeasured\n${figures("alice", aliceEnd)}\n${figures("bob", bobEnd)}`);
console.log(
  `\nRecording\n${path}: ${(recorded.samples.length / recorded.sampleRate).toFixed(1)} s at ${recorded.sampleRate} Hz, ${rmsDbfs(recorded.samples).toFixed(1)} dBFS`,
);

function hostPort(uri: string): string {
  return uri.replace(/^sip:[^@]*@/, "");
}
