// A server for bench/memory.mjs: answers every call, and measures itself when asked.
import { createClient } from "sidetone";
import { createAnswer, parseSdp, serializeSdp } from "sidetone/sdp";

const media = [{ kind: "audio", port: 40_000, codecs: [{ encodingName: "PCMU", clockRate: 8000, payloadType: 0 }] }];
const origin = { sessionId: "1", sessionVersion: "1", address: "127.0.0.1" };
const answerOffer = (offer) => serializeSdp(createAnswer(parseSdp(offer), { origin, media }).answer);

const client = await createClient({
  peers: ["127.0.0.1"],
  listen: `127.0.0.1:${process.argv[2]}`,
  transports: ["UDP"],
  media: "external",
  external: { answerOffer },
  timers: { T1: Number(process.argv[3]) },
});
client.onIncoming((incoming) => incoming.answer());

process.on("message", () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  process.send({ calls: client.callCount, keptBytes: heapUsed + external });
});
process.on("disconnect", () => process.exit());
process.send("listening");
