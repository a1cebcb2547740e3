// node bench/memory.mjs [calls] [--t1 500] [--scpu 1] [--lcpu 0]: what a held call keeps, before and after its transactions have gone, and
// what stays when all have ended. The kit's sipload makes the calls. T1 is the stack's default unless it is given; transactions live 64·T1.
import { option } from "./lib/arguments.mjs";
import { program } from "./lib/kit.mjs";
import { end, freePort, memoryOf, runForJson, sleep, start } from "./lib/processes.mjs";

const calls = Number(process.argv[2]) || 10_000;
const t1Ms = Number(option("t1", "500"));
const sipload = process.env.SIPLOAD ?? program("sipload");
const loadCpu = option("lcpu", "0");
const lingerMs = 64 * t1Ms;
const port = freePort();
const rate = 1000;

const server = start(
  [process.execPath, "--expose-gc", new URL("parts/held-calls-server.mjs", import.meta.url).pathname, port, t1Ms].map(String),
  {
    cpu: option("scpu", "1"),
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  },
);
const next = () => new Promise((resolve) => server.once("message", resolve));
await next(); // listening

async function measure() {
  server.send("measure");
  return { ...(await next()), ...memoryOf(server.pid) };
}

/** Calls that end at once, and the time until nothing of them lingers. */
async function churn(count) {
  await runForJson([sipload, port, rate, count, 0].map(String), { cpu: loadCpu });
  await sleep(lingerMs + 1500);
}

/** Makes calls and holds them until all were measured; resolves with what was measured meanwhile and when all had ended. */
async function wave(count) {
  const holdMs = (count / rate) * 1000 + lingerMs + 6000;
  const done = runForJson([sipload, port, rate, count, holdMs].map(String), { cpu: loadCpu });
  await sleep((count / rate) * 1000 + 300);
  const lingering = memoryOf(server.pid); // before anything forces a collection
  await sleep(lingerMs + 1500);
  const held = await measure();
  const { fail } = await done;
  await sleep(lingerMs + 1500);
  return { lingering, held, ended: await measure(), fail };
}

const { rssBytes } = memoryOf(server.pid);
await churn(calls); // compiles what calls run through
const before = await measure();
const first = await wave(calls);
const second = await wave(calls);
end(server);

const kib = (bytes) => `${(bytes / 1024).toFixed(2)} KiB`;
const each = (bytes) => kib(bytes / calls);
const percent = (now, then) => `${((100 * (now - then)) / then).toFixed(1)} %`;
console.log(`${calls} calls, T1 ${t1Ms} ms: ${first.fail + second.fail} failed, ${first.held.calls} held`);
console.log(`heapUsed + external per held call after 64·T1: ${each(first.held.keptBytes - before.keptBytes)}`);
console.log(
  `peak RSS per call while transactions linger, over a server that never had a call: ${each(first.lingering.peakRssBytes - rssBytes)}`,
);
console.log(`after all ended: ${first.ended.calls} calls, heap ${percent(first.ended.keptBytes, before.keptBytes)} over the start`);
console.log(
  `second wave: heap ${percent(second.ended.keptBytes, first.ended.keptBytes)} over the first's end, held ${each(second.held.keptBytes - first.ended.keptBytes)}`,
);
