// The registered users of bench/overload.mjs: they register, and call the agent again and again, half of them over TCP. node overload-users.mjs
// REGISTRAR-PORT AGENT-PORT USERS CALLS-PER-SECOND. Asked for it, it tells of the calls since it was asked last, and of what it sent twice.
import { subscribe } from "node:diagnostics_channel";
import { createClient } from "sidetone";

const [registrarPort, agentPort, count, rate] = process.argv.slice(2).map(Number);
const host = "127.0.0.2";

let retransmissions = 0;
const sent = new Set();
subscribe("sidetone:sip", ({ direction, bytes, transport }) => {
  if (direction !== "sent" || transport !== "UDP") return;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 300)).toString("latin1");
  const branch = /;branch=([^;,\s]+)/.exec(text)?.[1];
  const key = `${text.slice(0, text.indexOf(" "))} ${branch}`;
  if (text.startsWith("SIP/2.0") || text.startsWith("ACK")) return;
  if (sent.has(key)) retransmissions++;
  sent.add(key);
});

const offer = `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio 40002 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`;
const client = await createClient({
  listen: `${host}:0`,
  transports: ["UDP", "TCP"], // so that connections come from there, too
  media: "external",
  external: { createOffer: () => offer },
  accounts: Array.from({ length: count }, (_, user) => ({
    uri: `sip:u${user}@sip.test`,
    registrar: `sip:127.0.0.1:${registrarPort}`,
    password: "secret",
    realm: "sip.test",
    expiresSeconds: 60,
    transport: user % 2 === 0 ? "UDP" : "TCP",
  })),
});

let setUpsMs = [];
let failures = [];
let turn = 0;

async function callOnce() {
  const from = client.accounts[turn++ % count];
  const startMs = performance.now();
  try {
    const call = await client.call(`sip:agent@127.0.0.1:${agentPort};transport=${from.transport.toLowerCase()}`, { from });
    setUpsMs.push(performance.now() - startMs);
    await call.hangUp();
  } catch (error) {
    failures.push(`${error.code} ${error.message}`.slice(0, 120));
  }
}
setInterval(callOnce, 1000 / rate);

process.on("message", () => {
  const registered = client.accounts.filter(({ registration }) => registration.state === "Active").length;
  process.send({ setUpsMs, failures, registered, retransmissions });
  setUpsMs = [];
  failures = [];
  retransmissions = 0;
  sent.clear();
});
process.send("ready");
