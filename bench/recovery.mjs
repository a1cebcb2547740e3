// node bench/recovery.mjs [--rounds 3] [--out file.json]: two kamailios behind one SRV name, the first lost in different ways. How long until calls are
// answered again, and until the registration is at the second, for a phone that calls at once and again whenever that fails. Medians.
import { createClient } from "sidetone";
import { NodeResolver, systemClock, systemEnvironment } from "sidetone/infra";
import { DnsServer, issueCertificate, VirtualResolver } from "sidetone/testkit";
import { SipTrace } from "sidetone/trace";
import { createSocket } from "node:dgram";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { option } from "./lib/arguments.mjs";
import { inCheckout } from "./lib/kit.mjs";
import { end, freePort, sleep, start } from "./lib/processes.mjs";
import { scratchFolder } from "./lib/scratch-folder.mjs";

const rounds = Number(option("rounds", 3));
const transports = ["UDP", "TCP", "TLS"];
const folder = scratchFolder("recovery");
const authority = issueCertificate({ commonName: "Bench CA", isAuthority: true });
const certificate = issueCertificate({ commonName: "bench", names: ["URI:sip:sip.test", "IP:127.0.0.1"], issuer: authority });
const template = readFileSync(inCheckout("interop", "peers", "kamailio", "twin.cfg"), "utf8");
const sdp = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 9998 RTP/AVP 0", ""].join("\r\n");
writeFileSync(join(folder, "server.pem"), certificate.cert);
writeFileSync(join(folder, "server.key"), certificate.key);

const kill = ({ first }) => process.kill(-first.child.pid, "SIGKILL");

/** What happens to the first server, with what is under way then. Each gives the call that is to be ended before the next one. */
const faults = {
  "killed, phone idle": async (pair) => void kill(pair),
  "silent (SIGSTOP), phone idle": async ({ first }) => void process.kill(-first.child.pid, "SIGSTOP"),
  "replaced by one that answers 503, phone idle": async (pair) => {
    kill(pair);
    await sleep(100);
    pair.replacement = await startServer(pair.first.port, pair.contact, "yes");
  },
  "killed, the other side rings": async (pair) => {
    pair.answers = false;
    const ringing = pair.alice.dial("bob", { sdp });
    ringing.answered.catch(() => {});
    for await (const { statusCode } of ringing.progress) if (statusCode === 180) break;
    pair.answers = true;
    kill(pair);
    return () => ringing.cancel();
  },
  "killed, in a call": async (pair) => {
    const call = await pair.alice.call("bob", { sdp });
    kill(pair);
    return () => call.hangUp();
  },
};

const taken = new Set();

/** A port that nobody has, and that was not given out before: the servers of three pairs start at the same time. */
function ownPort() {
  for (;;) {
    const port = freePort();
    if (taken.has(port)) continue;
    taken.add(port);
    return port;
  }
}

async function startServer(port, contact, unavailable = "no") {
  const file = join(folder, `${port}-${unavailable}.cfg`);
  const values = {
    PORT: port,
    TLS: port + 1,
    FOLDER: folder,
    UNAVAILABLE: unavailable,
    ASKSCALLERS: "yes",
    LOCATIONS: `\t$sht(location=>bob) = "${contact}";`,
  };
  writeFileSync(
    file,
    template.replace(/@([A-Z]+)@/g, (_, name) => String(values[name])),
  );
  const args = ["kamailio", "-DD", "-E", "-f", file, "-Y", folder, "-w", folder, "-m", "32", "-M", "4", "-a", "no"];
  const child = start(args, { stdio: "ignore", env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  child.on("error", () => {}); // seen below: it does not answer
  await answers(port);
  return { port, child };
}

/** Resolves when a SIP server answers at the port. */
async function answers(port) {
  const socket = createSocket("udp4");
  let isUp = false;
  socket.on("message", () => (isUp = true));
  await new Promise((resolve) => socket.bind(0, "127.0.0.1", resolve));
  for (let tries = 0; !isUp; tries++) {
    if (tries > 100) throw new Error("kamailio does not answer");
    const lines = [`OPTIONS sip:127.0.0.1:${port} SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bKup${tries}`];
    lines.push(
      "From: <sip:up@127.0.0.1>;tag=1",
      "To: <sip:127.0.0.1>",
      `Call-ID: up${tries}`,
      "CSeq: 1 OPTIONS",
      "Max-Forwards: 70",
      "Content-Length: 0",
    );
    socket.send([...lines, "", ""].join("\r\n"), port, "127.0.0.1");
    await sleep(50);
  }
  socket.close();
}

/** Two servers, a phone that is registered at the first of them over `transport`, and one that can be called. */
async function openPair(transport) {
  const pair = { answers: true };
  const zone = new VirtualResolver(systemClock);
  const dns = await DnsServer.start(zone);
  const environment = systemEnvironment({ resolver: new NodeResolver({ servers: [dns.hostPort] }) });
  const open = (account) =>
    createClient({ listen: "127.0.0.1:0", media: "external", environment, tls: { ca: authority.cert }, account, incomingRingSeconds: 60 });
  pair.bob = await open({ uri: "sip:bob@sip.test" });
  pair.bob.onIncoming((incoming) => (pair.answers ? incoming.answer({ sdp }) : incoming.ring()));
  pair.contact = `sip:bob@127.0.0.1:${pair.bob.listeningPoints[0].port}`;
  [pair.first, pair.second] = await Promise.all([startServer(ownPort(), pair.contact), startServer(ownPort(), pair.contact)]);
  [pair.first, pair.second].forEach(({ port }, index) => zone.setAddresses(`s${index}.sip.test`, ["127.0.0.1"]));
  for (const [name, offset] of [
    ["_sip._udp", 0],
    ["_sip._tcp", 0],
    ["_sips._tcp", 1],
  ]) {
    const records = [pair.first, pair.second].map(({ port }, priority) => ({
      priority,
      port: port + offset,
      target: `s${priority}.sip.test`,
    }));
    zone.setSrv(`${name}.sip.test`, records);
  }
  pair.alice = await open({ uri: "sip:alice@sip.test", password: "secret-alice", realm: "sip.test", registrar: "sip:sip.test", transport });
  pair.close = async () => {
    await Promise.all([pair.alice.close(), pair.bob.close()]); // while there is a server to answer
    for (const server of [pair.first, pair.second, pair.replacement]) if (server) end(server.child);
    await dns.close();
  };
  return pair;
}

/** Seconds until a call is answered, and until the second server has confirmed the registration. */
async function measure(fault, transport) {
  const pair = await openPair(transport);
  const secondPort = transport === "TLS" ? pair.second.port + 1 : pair.second.port;
  const trace = new SipTrace();
  try {
    const finish = await faults[fault](pair);
    const startMs = performance.now();
    const elapsed = () => (performance.now() - startMs) / 1000;
    if (finish) void Promise.resolve(finish()).catch(() => {});
    const untilAnswered = async () => {
      while (elapsed() < 30) {
        const call = await pair.alice.call("bob", { sdp }).catch(() => sleep(100));
        if (!call) continue;
        const seconds = elapsed();
        await call.hangUp();
        return seconds;
      }
    };
    const isMoved = ({ text, from }) => from === `127.0.0.1:${secondPort}` && /^SIP\/2\.0 200 [^]*^CSeq: \d+ REGISTER\r$/m.test(text);
    const untilRegistered = async () => {
      for (; elapsed() < 40; await sleep(10)) if (trace.entries.some(isMoved)) return elapsed();
    };
    const [calls, registration] = await Promise.all([untilAnswered(), untilRegistered()]);
    return { fault, transport, calls, registration };
  } finally {
    trace.stop();
    await pair.close();
  }
}

const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
const results = [];
for (let round = 0; round < rounds; round++) {
  for (const fault of Object.keys(faults)) results.push(...(await Promise.all(transports.map((transport) => measure(fault, transport)))));
}
const figures = (fault, transport, what) =>
  results.filter((each) => each.fault === fault && each.transport === transport).map((each) => each[what]);
const text = (numbers) => (numbers.includes(undefined) ? "never" : `${median(numbers).toFixed(2)} s`);
console.log(`| fault | ${transports.map((transport) => `${transport}: calls | registration`).join(" | ")} |`);
console.log(`| --- |${" --- | --- |".repeat(transports.length)}`);
for (const fault of Object.keys(faults)) {
  const cells = transports.flatMap((transport) => [
    text(figures(fault, transport, "calls")),
    text(figures(fault, transport, "registration")),
  ]);
  console.log(`| ${fault} | ${cells.join(" | ")} |`);
}
const out = option("out", undefined);
if (out) writeFileSync(out, JSON.stringify(results, null, 2));
const worst = Math.max(...results.map(({ calls, registration }) => Math.max(calls ?? Infinity, registration ?? Infinity)));
console.log(`${rounds} rounds; the longest of all took ${worst.toFixed(2)} s`);
process.exitCode = worst < 10 ? 0 : 1;
