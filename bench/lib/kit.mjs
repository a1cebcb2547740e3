// The measuring kit beside the checkout, its npm peers and its C programs: found, installed and compiled once.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scratch = join(root, "node_modules", ".sidetone");
const peerNames = ["sip", "sip.js", "jssip", "drachtio-sip", "drachtio-srf", "werift", "rtp.js", "alawmulaw"];

/** C programs of the kit: source, and further arguments of the compiler. */
const programs = {
  sipload: ["2-calls/sipload.c"],
  rtp_jitter: ["3-node-limit/rtp_jitter.c", "-lm"],
  rtp_pace_c: ["3-node-limit/rtp_pace_c.c"],
  sofia_parse: ["1-parse/c/sofia_parse.c", "sofia-sip-ua"],
  re_parse: ["1-parse/c/re_parse.c", "libre"],
};

/** Folder of the kit: `SIDETONE_BENCH`, or `../shared/bench` beside the checkout; undefined where it is not. */
export const kitFolder = [process.env.SIDETONE_BENCH, join(root, "..", "shared", "bench")].find(
  (folder) => folder && existsSync(join(folder, "README.md")),
);

/** A file of the kit. */
export const inKit = (...parts) => join(kitFolder, ...parts);

/** A file of this checkout. */
export const inCheckout = (...parts) => join(root, ...parts);

/** Folder whose node_modules holds the npm peers: `PEERS`, or one of our own that they are installed into; undefined where that fails. */
export function peersFolder() {
  if (process.env.PEERS) return resolve(process.env.PEERS);
  const folder = join(scratch, "bench-peers");
  if (existsSync(join(folder, "node_modules", "sip"))) return folder;
  mkdirSync(folder, { recursive: true });
  console.error(`installing the npm peers into ${folder} (once): ${peerNames.join(" ")}`);
  const { status } = spawnSync("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", ...peerNames], { stdio: "ignore" });
  return status === 0 ? folder : undefined;
}

/** Path of a compiled C program of the kit; undefined without the kit, gcc or its libraries. */
export function program(name) {
  const folder = process.env.BIN ?? join(scratch, "bench-bin");
  const file = join(folder, name);
  if (existsSync(file)) return file;
  if (!kitFolder) return undefined;
  mkdirSync(folder, { recursive: true });
  const [source, ...libraries] = programs[name];
  const flags = libraries.flatMap((library) => (library.startsWith("-") ? [library] : pkgConfig(library)));
  const { status } = spawnSync("gcc", ["-O2", "-w", "-o", file, inKit(source), ...flags], { stdio: "ignore" });
  return status === 0 ? file : undefined;
}

/** User agent servers of the calls benchmark by name, ours among them as `sidetone`. */
export function uasContenders(names) {
  process.env.PEERS ??= peersFolder() ?? "";
  const ours = { name: "sidetone", cmd: [process.execPath, inCheckout("bench", "contenders", "uas.mjs")], cwd: root };
  const theirs = kitFolder ? createRequire(import.meta.url)(inKit("2-calls", "contenders.cjs")) : [];
  const all = [...theirs.map((contender) => ({ ...contender, cwd: inKit("2-calls") })), ours];
  return names.map((name) => all.find((contender) => contender.name === name)).filter((contender) => contender && isThere(contender));
}

/** Whether what a contender needs is installed. */
function isThere({ cmd, name, env }) {
  if (cmd[0] === "sh") return spawnSync("sh", ["-c", `command -v ${name.split("-")[0]}`]).status === 0;
  if (name.startsWith("npm-")) return existsSync(join(env.NODE_PATH, name.split("-")[1]));
  return existsSync(cmd[0]) || spawnSync("sh", ["-c", `command -v ${cmd[0]}`]).status === 0;
}

function pkgConfig(library) {
  return spawnSync("pkg-config", ["--cflags", "--libs", library], { encoding: "utf8" }).stdout?.trim().split(/\s+/).filter(Boolean) ?? [];
}
