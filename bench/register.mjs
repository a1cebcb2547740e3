// node bench/register.mjs [--rounds 5] [--seconds 5] [--warm 2] [--users 200] [--scpu 1] [--lcpu 0] [--only a,b] [--out file.json]: REGISTER with digest (REGISTER, 401,
// REGISTER, 200) per second on one core, ours beside npm `sip` and kamailio, and per CPU second of the server; then what a binding takes.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { list, option } from "./lib/arguments.mjs";
import { inCheckout, peersFolder } from "./lib/kit.mjs";
import { cpuOf, end, freePort, memoryOf, runForJson, sleep, start, udpSocket } from "./lib/processes.mjs";
import { scratchFolder } from "./lib/scratch-folder.mjs";
import { figure, spread } from "./lib/statistics.mjs";

const rounds = Number(option("rounds", 5));
const seconds = Number(option("seconds", 5));
/** More than 32: transactions end (Timer J) while others begin. */
const warm = Number(option("warm", 2));
const users = Number(option("users", 200));
const scpu = Number(option("scpu", 1));
const lcpu = Number(option("lcpu", 0));
const own = (name) => inCheckout("bench", "contenders", name);
const folder = scratchFolder("bench");

const contenders = {
  "sidetone MD5": (port) => [process.execPath, own("registrar.mjs"), port, users],
  "sidetone SHA-256": (port) => [process.execPath, own("registrar.mjs"), port, users, "SHA-256"],
  "npm sip": (port) => [process.execPath, own("registrar-npm-sip.cjs"), port, users],
  "node:dgram alone": (port) => [process.execPath, own("registrar-bare.mjs"), port],
  kamailio: (port) => {
    const file = join(folder, `${port}.cfg`);
    writeFileSync(file, readFileSync(own("registrar-kamailio.cfg"), "utf8").replace("PORT", port));
    return ["kamailio", "-DD", "-E", "-f", file, "-Y", folder, "-w", folder, "-m", "256", "-M", "16"];
  },
};

async function measure(name) {
  const port = freePort();
  const PATH = `${process.env.PATH}:/usr/sbin`;
  const NODE_PATH = name === "npm sip" ? join(peersFolder() ?? ".", "node_modules") : "";
  const server = start(contenders[name](String(port)).map(String), {
    cpu: scpu,
    stdio: "ignore",
    env: { ...process.env, PATH, NODE_PATH },
  });
  try {
    for (let waited = 0; !udpSocket(port); waited += 50) {
      if (waited > 5000 || server.exitCode !== null) return undefined;
      await sleep(50);
    }
    const load = (duration) =>
      runForJson([process.execPath, inCheckout("bench", "parts", "register-load.mjs"), String(port), String(users), String(duration)], {
        cpu: lcpu,
      });
    await load(warm);
    const before = cpuOf(server.pid).cpuSeconds;
    const { registrations, failed, lost } = await load(seconds);
    const cpuSeconds = cpuOf(server.pid).cpuSeconds - before;
    const { rssBytes } = memoryOf(server.pid);
    return {
      name,
      perSecond: registrations / seconds,
      perCpuSecond: registrations / cpuSeconds,
      failed,
      lost,
      rssMegabytes: rssBytes / 1e6,
    };
  } finally {
    end(server);
  }
}

const results = [];
for (let round = 0; round < rounds; round++) {
  for (const name of list("only") ?? Object.keys(contenders)) {
    const result = await measure(name);
    if (result) results.push(result);
    else if (round === 0) console.log(`left out: ${name} does not start here`);
  }
}
console.log(`REGISTER with digest, ${users} users at a time, ${rounds} rounds of ${seconds} s after ${warm} s: median (lowest–highest)`);
for (const name of new Set(results.map((result) => result.name))) {
  const of = results.filter((result) => result.name === name);
  const values = (field) => spread(of.map((result) => result[field]));
  console.log(
    `  ${name.padEnd(18)} ${values("perSecond")}/s, ${values("perCpuSecond")} per CPU second, ${values("rssMegabytes")} MB, failed ${values("failed")}, lost ${values("lost")}`,
  );
}
const memory = await runForJson([process.execPath, "--expose-gc", inCheckout("bench", "parts", "bindings-memory.mjs"), "50000"], {
  cpu: scpu,
});
console.log(`  ${figure(memory.bindings)} bindings: ${memory.bytesPerBinding} bytes of heap each`);
const file = option("out");
if (file) writeFileSync(file, JSON.stringify({ results, memory }, undefined, 2));
