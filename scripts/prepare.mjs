// Before `npm start` and `npm test`: installs when package-lock.json changed, builds when a source changed since the last build.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sourceFingerprint } from "./source-fingerprint.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const inRoot = (...parts) => join(root, ...parts);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`this is Node ${process.versions.node}; Sidetone needs 20.19 or newer`);

function fail(message) {
  console.error(`sidetone: ${message}`);
  process.exit(1);
}

/** Runs a command quietly; what it wrote is shown when it fails. */
function run(label, command, args) {
  console.error(`sidetone: ${label}`);
  const stdio = ["ignore", "pipe", "inherit"];
  const { status, stdout, error } = spawnSync(command, args, { cwd: root, stdio, encoding: "utf8", shell: process.platform === "win32" });
  if (status === 0) return;
  console.error(stdout ?? error?.message ?? "");
  fail(`"${command} ${args.join(" ")}" failed`);
}

const modifiedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

// npm writes this file at the end of an installation.
if (modifiedAt(inRoot("node_modules", ".package-lock.json")) < modifiedAt(inRoot("package-lock.json"))) {
  run("installing dependencies (once)", "npm", ["ci", "--no-audit", "--no-fund"]);
}

const stamp = inRoot("node_modules", ".sidetone", "built");
const fingerprint = sourceFingerprint(root);
const isBuilt =
  existsSync(inRoot("examples", "dist", "demo", "demo.js")) && existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint;
if (!isBuilt) {
  run("building", process.execPath, [inRoot("scripts", "build.mjs")]);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint);
}
