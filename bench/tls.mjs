// node bench/tls.mjs [--rounds 7] [--seconds 2] [--warm 6] [--scpu 1] [--lcpu 0] [--key "RSA 2048"]: TLS set-ups per CPU second of the server, one
// OPTIONS each, ours beside a bare server of node:tls. Full handshakes: no session is resumed. Both run all the time and are asked in turn; what they
// do in the --warm seconds before, in which their code is compiled, is told apart.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { option } from "./lib/arguments.mjs";
import { inCheckout } from "./lib/kit.mjs";
import { cpuOf, end, freePort, runForJson, sleep, start } from "./lib/processes.mjs";
import { scratchFolder } from "./lib/scratch-folder.mjs";
import { median, spread } from "./lib/statistics.mjs";

const rounds = Number(option("rounds", 7));
const seconds = Number(option("seconds", 2));
const warmSeconds = Number(option("warm", 6));
const scpu = Number(option("scpu", 1));
const lcpu = Number(option("lcpu", 0));
const folder = scratchFolder("bench");
const contenders = { "node:tls": "tls-bare.mjs", sidetone: "tls-agent.mjs" };
const keys = { "RSA 2048": ["-newkey", "rsa:2048"], "ECDSA P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] };

/** Files of a certificate that is its own authority, and of its key. */
function certificateWith(kind) {
  const [cert, key] = ["cert", "key"].map((name) => join(folder, `${kind}-${name}.pem`.replaceAll(" ", "-")));
  const subject = ["-subj", "/CN=sip.test", "-addext", "subjectAltName=DNS:sip.test"];
  const { status } = spawnSync("openssl", [
    "req",
    "-x509",
    "-nodes",
    "-days",
    "2",
    ...keys[kind],
    ...subject,
    "-keyout",
    key,
    "-out",
    cert,
  ]);
  if (status !== 0) throw new Error("openssl made no certificate");
  return [cert, key];
}

/** A server, and what it does when it is asked for some seconds. */
function contender(name, [cert, key]) {
  const port = freePort();
  const server = start([process.execPath, inCheckout("bench", "contenders", contenders[name]), port, cert, key].map(String), { cpu: scpu });
  const measure = async (duration) => {
    const before = cpuOf(server.pid).cpuSeconds;
    const command = [process.execPath, inCheckout("bench", "parts", "tls-load.mjs"), port, cert, duration].map(String);
    const { setUps, failed } = await runForJson(command, { cpu: lcpu });
    return { perSecond: setUps / duration, perCpuSecond: setUps / (cpuOf(server.pid).cpuSeconds - before), failed };
  };
  return { name, measure, stop: () => end(server) };
}

async function compare(kind, servers) {
  await sleep(1000);
  const first = [];
  for (const { measure } of servers) first.push((await measure(warmSeconds)).perCpuSecond);
  const results = new Map(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) for (const { name, measure } of servers) results.get(name).push(await measure(seconds));
  const valuesOf = (name, field) => results.get(name).map((result) => result[field]);
  servers.forEach(({ name }, i) => {
    const [perSecond, perCpuSecond, failed] = ["perSecond", "perCpuSecond", "failed"].map((field) => spread(valuesOf(name, field)));
    const before = `in the ${warmSeconds} s before ${Math.round(first[i])}`;
    console.log(`  ${kind.padEnd(11)} ${name.padEnd(8)} ${perSecond}/s, ${perCpuSecond} per CPU second (${before}), failed ${failed}`);
  });
  const [bare, ours] = servers.map(({ name }) => median(valuesOf(name, "perCpuSecond")));
  const [steady, before] = [ours / bare, first[1] / first[0]].map((ratio) => ratio.toFixed(2));
  console.log(`  ${kind.padEnd(11)} ours per CPU second: ${steady} of the bare server's (in the ${warmSeconds} s before ${before})`);
}

console.log(`TLS set-ups with one OPTIONS each, ${rounds} rounds of ${seconds} s in turn: median (lowest–highest)`);
for (const kind of Object.keys(keys)) {
  if (option("key", kind) !== kind) continue;
  const files = certificateWith(kind);
  const servers = Object.keys(contenders).map((name) => contender(name, files));
  try {
    await compare(kind, servers);
  } finally {
    for (const { stop } of servers) stop();
  }
}
