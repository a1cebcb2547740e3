// node bench/tls.mjs [--rounds 5] [--seconds 4] [--scpu 1] [--lcpu 0]: TLS set-ups per CPU second of the server, one OPTIONS each, ours beside a bare
// server of node:tls. Full handshakes: no session is resumed.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { option } from "./lib/arguments.mjs";
import { inCheckout } from "./lib/kit.mjs";
import { cpuOf, end, freePort, runForJson, sleep, start } from "./lib/processes.mjs";
import { scratchFolder } from "./lib/scratch-folder.mjs";
import { median, spread } from "./lib/statistics.mjs";

const rounds = Number(option("rounds", 5));
const seconds = Number(option("seconds", 4));
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

async function measure(name, [cert, key]) {
  const port = freePort();
  const server = start([process.execPath, inCheckout("bench", "contenders", contenders[name]), port, cert, key].map(String), { cpu: scpu });
  const load = (duration) =>
    runForJson([process.execPath, inCheckout("bench", "parts", "tls-load.mjs"), port, cert, duration].map(String), { cpu: lcpu });
  try {
    await sleep(1000);
    await load(1); // compiled by now
    const before = cpuOf(server.pid).cpuSeconds;
    const { setUps, failed } = await load(seconds);
    return { name, perSecond: setUps / seconds, perCpuSecond: setUps / (cpuOf(server.pid).cpuSeconds - before), failed };
  } finally {
    end(server);
  }
}

console.log(`TLS set-ups with one OPTIONS each, ${rounds} rounds of ${seconds} s: median (lowest–highest)`);
for (const kind of Object.keys(keys)) {
  const files = certificateWith(kind);
  const results = [];
  for (let round = 0; round < rounds; round++) for (const name of Object.keys(contenders)) results.push(await measure(name, files));
  const valuesOf = (name, field) => results.filter((result) => result.name === name).map((result) => result[field]);
  for (const name of Object.keys(contenders)) {
    const [perSecond, perCpuSecond, failed] = ["perSecond", "perCpuSecond", "failed"].map((field) => spread(valuesOf(name, field)));
    console.log(`  ${kind.padEnd(11)} ${name.padEnd(8)} ${perSecond}/s, ${perCpuSecond} per CPU second, failed ${failed}`);
  }
  const [bare, ours] = Object.keys(contenders).map((name) => median(valuesOf(name, "perCpuSecond")));
  console.log(`  ${kind.padEnd(11)} ours per CPU second: ${(ours / bare).toFixed(2)} of the bare server's`);
}
