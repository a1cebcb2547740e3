// node bench/memory.mjs [calls]: what a held call keeps, before and after its transactions have gone, and what stays when all have ended.
// sipload (SIPLOAD) makes the calls; the server is uas.mjs with T1 of 50 ms, so that 64·T1 is 3.2 s.
import { fork, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const calls = Number(process.argv[2] ?? 10_000);
const port = 25_300;
const rate = 1000;
const lingerMs = 64 * 50;

const server = fork(new URL("parts/held-calls-server.mjs", import.meta.url), [String(port)], { execArgv: ["--expose-gc"] });
const next = () => new Promise((resolve) => server.once("message", resolve));
await next(); // listening

async function measure() {
  server.send("measure");
  return next();
}

/** Makes the calls and holds them until all were measured; resolves with what was measured while they were held. */
async function wave() {
  const holdMs = (calls / rate) * 1000 + lingerMs + 6000;
  const load = spawn(process.env.SIPLOAD, [port, rate, calls, holdMs].map(String), { stdio: ["ignore", "pipe", "inherit"] });
  let report = "";
  load.stdout.on("data", (data) => (report += data));
  const done = new Promise((resolve) => load.on("close", resolve));
  await sleep((calls / rate) * 1000 + 300);
  const lingering = await measure();
  await sleep(lingerMs + 1500);
  const held = await measure();
  await done;
  await sleep(lingerMs + 1500);
  return { lingering, held, ended: await measure(), failed: JSON.parse(report).fail };
}

await wave(); // compiles, fills caches
const start = await measure();
const first = await wave();
const second = await wave();
server.kill();

const kib = (bytes) => `${(bytes / 1024).toFixed(2)} KiB`;
const each = (state, field) => kib((state[field] - start[field]) / state.calls);
const percent = (now, before) => `${((100 * (now - before)) / before).toFixed(1)} %`;
console.log(`${calls} calls, ${first.failed + second.failed} failed, ${first.held.calls} held`);
console.log(`heapUsed + external per held call after 64·T1: ${each(first.held, "kept")}`);
console.log(`RSS per call while transactions linger: ${each(first.lingering, "rss")}`);
console.log(`after all ended: ${first.ended.calls} calls, heap ${percent(first.ended.kept, start.kept)} over the start`);
console.log(`second wave: heap ${percent(second.ended.kept, first.ended.kept)} over the first's end, held ${each(second.held, "kept")}`);
