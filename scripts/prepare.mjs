// Before `npm start` and `npm test`: installs when package-lock.json changed, builds when a source is newer than the last build.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sourceFingerprint } from "./source-fingerprint.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const stampFolder = join(root, "node_modules", ".sidetone");
const stamp = (name) => join(stampFolder, name);
const recorded = (name) => (existsSync(stamp(name)) ? readFileSync(stamp(name), "utf8") : "");

/** Runs one preparation step unless its inputs are those of the last successful run. */
function step(name, fingerprint, label, command, args) {
  if (recorded(name) === fingerprint) return;
  console.error(`sidetone: ${label}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  if (status !== 0) {
    console.error(`sidetone: "${command} ${args.join(" ")}" failed with status ${status}; run it by hand to see why`);
    process.exit(status ?? 1);
  }
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stamp(name), fingerprint);
}

const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");
step("installed", lock, "installing dependencies (once)", "npm", ["ci", "--no-audit", "--no-fund"]);
step("built", lock + sourceFingerprint(root), "building", process.execPath, [join(root, "scripts", "build.mjs")]);
