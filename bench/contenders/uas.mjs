// A user agent server for the measuring kit: `PORT=25060 node uas.mjs`. Answers INVITE with 180 and 200 and a negotiated answer, on the public
// API; dialogs, transactions, retransmissions, 481 and re-INVITE are the stack's.
import { createClient } from "sidetone";
import { createAnswer, parseSdp, serializeSdp } from "sidetone/sdp";

const port = Number(process.env.PORT ?? 25060);
const address = "127.0.0.1";
const pcmu = { encodingName: "PCMU", clockRate: 8000, payloadType: 0 };
const pcma = { encodingName: "PCMA", clockRate: 8000, payloadType: 8 };
const media = [{ kind: "audio", port: 40_000, codecs: [pcmu, pcma] }];
let sessions = 0;

/** The answer to an INVITE's offer, and to a re-INVITE's. */
function answerOffer(offer) {
  const origin = { sessionId: String(++sessions), sessionVersion: "1", address };
  return serializeSdp(createAnswer(parseSdp(offer), { origin, media }).answer);
}

const client = await createClient({
  listen: `${address}:${port}`,
  transports: ["UDP"],
  peers: [address],
  account: { uri: `sip:uas@${address}` },
  media: "external",
  external: { answerOffer },
});
client.onIncoming((incoming) => {
  incoming.ring();
  return incoming.answer();
});
client.on("errorOccurred", () => {}); // callers that never acknowledge are theirs to explain

const end = () => void client.close();
process.on("SIGTERM", end);
process.on("SIGINT", end);
