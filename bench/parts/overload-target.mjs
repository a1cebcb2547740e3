// What bench/overload.mjs attacks: a registrar and an agent that answers every call, in one process. node overload-target.mjs REGISTRAR-PORT AGENT-PORT
// USERS POLICY, where POLICY is challenge, answer or ignore. It measures itself when asked.
import { createClient, systemEnvironment } from "sidetone";
import { DigestServer } from "sidetone/dialog";
import { createRegistrarServer, Users } from "sidetone/registrar";
import { createAnswer, parseSdp, serializeSdp } from "sidetone/sdp";
import { createSipTransports } from "sidetone/transport";

const [registrarPort, agentPort, count, policy] = process.argv.slice(2);
const address = "127.0.0.1";
const environment = systemEnvironment();

const transports = createSipTransports(environment);
const users = new Users("sip.test");
users.load(Array.from({ length: Number(count) }, (_, user) => `u${user}:secret`).join("\n"), "users");
const authentication = new DigestServer(environment, { realm: "sip.test", secrets: users });
const registrar = createRegistrarServer(environment, transports, { authentication });
for (const transport of ["UDP", "TCP"]) await transports.listen({ transport, address, port: Number(registrarPort) });

const media = [{ kind: "audio", port: 40_000, codecs: [{ encodingName: "PCMU", clockRate: 8000, payloadType: 0 }] }];
const origin = { sessionId: "1", sessionVersion: "1", address };
const passwords = Object.fromEntries(Array.from({ length: Number(count) }, (_, user) => [`u${user}`, "secret"]));
const agent = await createClient({
  listen: `${address}:${agentPort}`,
  transports: ["UDP", "TCP"],
  media: "external",
  external: { answerOffer: (offer) => serializeSdp(createAnswer(parseSdp(offer), { origin, media }).answer) },
  account: { uri: `sip:agent@${address}`, ...(policy === "challenge" && { requireAuth: { users: passwords, realm: "sip.test" } }) },
  ...(policy === "ignore" && { strangers: "ignore" }),
  peers: policy === "challenge" ? [] : ["127.0.0.2"],
});
agent.onIncoming((incoming) => incoming.answer());
agent.on("errorOccurred", () => {}); // callers that never acknowledge are theirs to explain

process.on("message", () => {
  process.send({
    turnedAway: agent.turnedAway,
    calls: agent.callCount,
    transactions: registrar.transactionCount,
    rssBytes: process.memoryUsage().rss,
  });
});
process.send("ready");
