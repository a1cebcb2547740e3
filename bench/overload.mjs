// node bench/overload.mjs [--seconds 10] [--users 100] [--calls 50] [--rate 10000] [--connections 2000] [--scpu 1] [--lcpu 0] [--policies a,b] [--out file.json]:
// registered users keep calling an agent while strangers hold half-open connections and send INVITEs, for each policy towards strangers.
import { writeFileSync } from "node:fs";
import { list, option } from "./lib/arguments.mjs";
import { inCheckout } from "./lib/kit.mjs";
import { cpuOf, end, freePort, runForJson, sleep, start } from "./lib/processes.mjs";
import { figure, median, percentile } from "./lib/statistics.mjs";

const seconds = Number(option("seconds", 10));
const users = option("users", "100");
const calls = option("calls", "50");
const rate = option("rate", "10000");
const connections = option("connections", "2000");
const scpu = Number(option("scpu", 1));
const lcpu = Number(option("lcpu", 0));
const part = (name) => inCheckout("bench", "parts", `overload-${name}.mjs`);
const stdio = ["ignore", "inherit", "inherit", "ipc"];

const meanings = {
  challenge: "strangers are challenged (requireAuth)",
  answer: "strangers are answered, users are known peers",
  ignore: "strangers are ignored",
};

/** Starts a process that says when it is ready. */
async function launch(name, words, cpu) {
  const child = start([process.execPath, part(name), ...words.map(String)], { cpu, stdio });
  await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (status) => reject(new Error(`overload-${name} ended with status ${status}`)));
  });
  return child;
}

const ask = (child) =>
  new Promise((resolve) => {
    child.once("message", resolve);
    child.send("tell");
  });

const describe = ({ setUpsMs, failures, retransmissions }) => ({
  calls: setUpsMs.length,
  p50Ms: setUpsMs.length > 0 ? median(setUpsMs) : undefined,
  p99Ms: setUpsMs.length > 0 ? percentile(setUpsMs, 99) : undefined,
  failures,
  retransmissions,
});

async function measure(policy) {
  const [registrarPort, agentPort] = [freePort(), freePort()];
  const target = await launch("target", [registrarPort, agentPort, users, policy], scpu);
  try {
    const callers = await launch("users", [registrarPort, agentPort, users, calls], lcpu);
    try {
      await sleep(3000); // compiled by now
      await ask(callers);
      await sleep(1000 * Math.min(seconds, 5));
      const quiet = describe(await ask(callers));
      const before = cpuOf(target.pid).cpuSeconds;
      const strangers = runForJson(
        [process.execPath, part("strangers"), registrarPort, agentPort, rate, connections, seconds].map(String),
        {
          cpu: lcpu,
        },
      );
      await sleep(1500); // the connections are there
      await ask(callers);
      await sleep(1000 * seconds);
      const told = await ask(callers);
      const cpuPercent = (100 * (cpuOf(target.pid).cpuSeconds - before)) / (seconds + 1.5);
      const flood = await strangers;
      await sleep(1000);
      return { policy, quiet, during: describe(told), registered: told.registered, cpuPercent, flood, target: await ask(target) };
    } finally {
      end(callers);
    }
  } finally {
    end(target);
  }
}

const line = ({ calls, p50Ms, p99Ms, failures, retransmissions }) =>
  `${calls} calls, set-up p50 ${figure(p50Ms)} ms, p99 ${figure(p99Ms)} ms, ${failures.length} failed, ${retransmissions} retransmissions`;

const results = [];
for (const policy of list("policies") ?? Object.keys(meanings)) {
  const result = await measure(policy);
  results.push(result);
  const { quiet, during, flood, registered, cpuPercent, target } = result;
  console.log(`${meanings[policy]}:`);
  console.log(`  before  ${line(quiet)}`);
  console.log(`  during  ${line(during)}; ${registered} of ${users} registered; the target's core ${figure(cpuPercent)} % busy`);
  for (const failure of new Set(during.failures)) console.log(`          ${failure}`);
  const answered = Object.entries(flood.answers)
    .map(([status, n]) => `${status} × ${figure(n)}`)
    .join(", ");
  console.log(
    `  flood   ${figure(flood.sentPerSecond)} INVITE/s, ${figure(flood.openConnections)} half-open connections; answered ${answered || "nothing"}`,
  );
  console.log(
    `  after   the next stranger is served ${flood.recoveryMs === undefined ? "not at all" : `after ${figure(flood.recoveryMs)} ms`}; ${JSON.stringify(target)}`,
  );
}
const file = option("out");
if (file) writeFileSync(file, JSON.stringify(results, undefined, 2));
