// The process that bench/media-load.mjs measures: media sessions without signalling, as calls have them.
import { systemEnvironment } from "sidetone";
import { createMediaEngine, SampleSource } from "sidetone/media";
import { createAnswer, createOffer, processAnswer } from "sidetone/sdp";
import { tellWhenAsked } from "../lib/measured-part.mjs";

const [calls, loadPort] = process.argv.slice(2).map(Number);
const engine = createMediaEngine(systemEnvironment(), { rtpPorts: { first: 20_000, last: 24_000 } });
const user = { onDtmf() {}, onQuality() {}, onMediaActive() {}, onMediaTimeout() {}, onMediaError: console.error };
const codecs = [{ encodingName: "PCMU", clockRate: 8000, payloadType: 0 }];
const origin = { sessionId: "1", sessionVersion: "1", address: "127.0.0.1" };

async function openCall(index) {
  const session = engine.createSession({ localAddress: "127.0.0.1" }, user);
  const { rtpPort, rtcpPort } = await session.open();
  const offer = createOffer({ origin, media: [{ kind: "audio", port: rtpPort, rtcpPort, codecs }] });
  const { answer } = createAnswer(offer, { origin, media: [{ kind: "audio", port: loadPort, codecs }] });
  session.configure(processAnswer(offer, answer)[0]);
  const clip = Int16Array.from({ length: 8000 }, (_, i) => 8000 * Math.sin(i * (0.1 + index / 1000)));
  session.play(new SampleSource(clip, { sampleRate: 8000, loop: true }));
  return { session, rtpPort };
}

const opened = [];
for (let index = 0; index < calls; index++) opened.push(await openCall(index));
process.send({ ports: opened.map(({ rtpPort }) => rtpPort) });

tellWhenAsked(() => {
  const statistics = opened.map(({ session }) => session.statistics());
  const sum = (field) => statistics.reduce((total, each) => total + each[field], 0);
  return { lost: sum("packetsLost"), late: sum("packetsLate"), heard: sum("packetsReceived"), sent: sum("packetsSent") };
});
