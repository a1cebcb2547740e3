// Calls at a steady rate for a minute, so that every transaction's 64·T1 passes within the run, at rising rates until one is not sustained.
//   node bench/sustained.mjs [--only npm-sip-4MB,kamailio-tm,sidetone] [--rates 8000,10000,12000] [--seconds 60] [--rounds 1] [--scpu 1] [--lcpu 0]
// A rate is sustained when at least 97 % of it is reached and failed calls and retransmissions are at most 0.1 %. A rate that is not gets
// a second try, each run a fresh server. Prints one JSON line per run, the table last.
import { loadavg } from "node:os";
import { list, option } from "./lib/arguments.mjs";
import { program, uasContenders } from "./lib/kit.mjs";
import { cpuOf, memoryOf, runForJson, sleep, udpSocket } from "./lib/processes.mjs";
import { spread } from "./lib/statistics.mjs";
import { startUas } from "./lib/uas-process.mjs";

const rates = (list("rates") ?? ["4000", "6000", "8000", "10000", "12000", "14000", "16000"]).map(Number);
const seconds = Number(option("seconds", "60"));
const rounds = Number(option("rounds", "1"));
const serverCpu = option("scpu", "1");
const loadCpu = option("lcpu", "0");
const sipload = process.env.SIPLOAD ?? program("sipload");
const contenders = uasContenders(list("only") ?? ["npm-sip-4MB", "kamailio-tm", "sidetone"]);
const runs = [];

if (!sipload) console.log("not measured: the kit's load generator (sipload) is not here, or gcc is missing");
for (let round = 0; sipload && round < rounds; round++) {
  const left = new Set(contenders);
  for (const rate of rates) {
    for (const contender of left) {
      const isSustained = (await measure(contender, rate)) || (await measure(contender, rate));
      if (!isSustained) left.delete(contender);
    }
  }
}
for (const { name } of contenders) {
  const best = Math.max(0, ...runs.filter((run) => run.name === name && run.isSustained).map((run) => run.rate));
  for (const rate of rates.filter((candidate) => candidate <= best)) console.log(row(name, rate));
}

/** One run of one server; whether it sustained the rate. */
async function measure(contender, rate) {
  const uas = await startUas(contender, serverCpu);
  const load = (perSecond, calls) =>
    runForJson([sipload, String(uas.port), String(perSecond), String(calls), "0", contender.user ?? "uas"], { cpu: loadCpu });
  try {
    await load(500, 1000);
    await load(2000, 4000);
    const before = cpuOf(uas.pid);
    const result = await load(rate, rate * seconds);
    const after = cpuOf(uas.pid);
    const { rssBytes, peakRssBytes } = memoryOf(uas.pid);
    const run = {
      name: contender.name,
      rate,
      reached: result.ok / result.elapsed,
      badShare: (result.fail + result.re) / result.n,
      cpuPerCallUs: ((after.cpuSeconds - before.cpuSeconds) / result.ok) * 1e6,
      cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / result.elapsed) * 100,
      waitedPercent: ((after.waitedSeconds - before.waitedSeconds) / result.elapsed) * 100,
      rssMb: rssBytes / 1e6,
      peakRssMb: peakRssBytes / 1e6,
      p50Ms: result.p50,
      p99Ms: result.p99,
      droppedDatagrams: udpSocket(uas.port)?.dropped,
      load: loadavg()[0],
    };
    run.isSustained = run.badShare <= 0.001 && run.reached >= 0.97 * rate;
    runs.push(run);
    console.log(JSON.stringify(run));
    return run.isSustained;
  } finally {
    await uas.stop();
    await sleep(300);
  }
}

function row(name, rate) {
  const of = (key) => spread(runs.filter((run) => run.name === name && run.rate === rate && run.isSustained).map((run) => run[key]));
  return `| ${name} | ${rate} | ${of("cpuPerCallUs")} | ${of("cpuPercent")} | ${of("peakRssMb")} | ${of("p50Ms")} / ${of("p99Ms")} | ${of("waitedPercent")} |`;
}
