// npm run bench [-- --short] [--only parse,calls,sustained,rtp,startup,memory,overload,media,recovery]: our contenders beside their peers, a table for each part.
// The measuring kit is looked for in ../shared/bench, or SIDETONE_BENCH; npm peers in PEERS, or installed once. What is missing is said and left out.
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { spawnGroup } from "./lib/caretaker.mjs";
import { inCheckout, inKit, kitFolder, peersFolder, program } from "./lib/kit.mjs";

const args = process.argv.slice(2);
const short = args.includes("--short");
const only = args.includes("--only") ? args[args.indexOf("--only") + 1].split(",") : undefined;

/** Runs a program and shows its output; resolves with true when it ended well. */
async function run(command, words, { cwd, env } = {}) {
  const child = spawnGroup(command, words, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "inherit", "inherit"] });
  const status = await new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)).on("error", resolve));
  if (status !== 0) console.log(`(ended with status ${status})`);
  return status === 0;
}

const node = (words, options) => run(process.execPath, words, options);
const peers = () => ({ PEERS: peersFolder() ?? process.cwd() });
const own = (name) => inCheckout("bench", "contenders", name);

const parts = {
  parse: {
    title: "SIP messages parsed and written, per CPU second",
    needsKit: true,
    run() {
      const peerFiles = short ? ["sip.cjs"] : ["sip.cjs", "sip.js.mjs", "jssip.cjs", "drachtio-sip.cjs"];
      const files = [...peerFiles.map((name) => inKit("1-parse", "contenders", name)), own("parse.mjs")];
      const options = short ? ["--rounds", "1", "--ms", "200", "--warm", "1000"] : ["--rounds", "5"];
      return node([inKit("1-parse", "bench.mjs"), ...options, ...files], { env: peers() });
    },
  },
  calls: {
    title: "Calls answered (INVITE, 180, 200, ACK, BYE) on one core",
    needsKit: true,
    run() {
      const sipload = program("sipload");
      if (!sipload) return skip("sipload needs gcc");
      const env = { ...peers(), SIPLOAD: sipload, SIDETONE_KIT: kitFolder };
      const drive = (mode, ...options) =>
        node([inKit("2-calls", "calls.mjs"), "--mode", mode, "--contenders", own("calls.cjs"), ...options], { env });
      if (short) return drive("fixed", "--rates", "1000", "--rounds", "1");
      return drive("fixed", "--rates", "1000,3000,5000", "--rounds", "3", "--secs", "10");
    },
  },
  sustained: {
    title: "Calls at a steady rate for 60 s, so that 64·T1 passes",
    needsKit: true,
    run() {
      if (short) return skip("it takes half an hour");
      return node([inCheckout("bench", "sustained.mjs")], { env: peers() });
    },
  },
  rtp: {
    title: "RTP headers and G.711, per CPU second",
    needsKit: true,
    run: () =>
      node([inKit("4-media", "media.cjs"), "--rounds", short ? "1" : "5", "--only", "rtp", own("media.cjs"), own("media-view.cjs")], {
        env: peers(),
      }),
  },
  startup: {
    title: "Start-up: importing the front door",
    needsKit: true,
    run() {
      // The kit runs everything in the folder of the peers: ours is named by its file.
      const sidetone = import.meta.resolve("sidetone");
      const extra = `import "sidetone"=${process.execPath} --input-type=module -e 'import ${JSON.stringify(sidetone)}'`;
      const options = short ? ["--rounds", "2", "--reps", "3"] : ["--rounds", "5", "--reps", "5"];
      return node([inKit("5-startup", "startup.mjs"), ...options, "--extra", extra], { env: peers() });
    },
  },
  memory: {
    title: "Memory of held calls",
    needsKit: true,
    run() {
      const sipload = program("sipload");
      if (!sipload) return skip("sipload needs gcc");
      return node([inCheckout("bench", "memory.mjs"), ...(short ? ["2000", "--t1", "50"] : ["10000"])], { env: { SIPLOAD: sipload } });
    },
  },
  overload: {
    title: "Registered users calling while strangers flood",
    needsKit: false,
    run: () => node([inCheckout("bench", "overload.mjs"), ...(short ? ["--seconds", "2", "--rate", "3000"] : [])]),
  },
  media: {
    title: "G.711 calls with media both ways in one process",
    needsKit: false,
    run: () => node([inCheckout("bench", "media-load.mjs"), ...(short ? ["100", "3", "1"] : ["500", "10", "5"])]),
  },
  recovery: {
    title: "Recovery after the loss of a server: two kamailios behind one SRV name",
    needsKit: false,
    run() {
      const isThere = spawnSync("kamailio", ["-v"], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } }).status === 0;
      if (!isThere) return skip("it needs kamailio with kamailio-tls-modules");
      return node([inCheckout("bench", "recovery.mjs"), "--rounds", short ? "1" : "3"]);
    },
  },
};

function skip(why) {
  console.log(`left out: ${why}`);
  return true;
}

let ok = true;
for (const [name, part] of Object.entries(parts)) {
  if (only && !only.includes(name)) continue;
  console.log(`\n## ${part.title}`);
  if (part.needsKit && !kitFolder) skip(`the measuring kit is not at ${dirname(inCheckout())}/shared/bench; set SIDETONE_BENCH`);
  else ok = (await part.run()) && ok;
}
process.exitCode = ok ? 0 : 1;
