// Builds every package with project references. The native compiler (the `tsgo` alias of TypeScript 7) is several times faster
// than the JavaScript one; where its binary does not exist for the platform, the JavaScript one does the same.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = (name) => fileURLToPath(new URL(`../node_modules/${name}/bin/tsc`, import.meta.url));
const run = (name, args) => spawnSync(process.execPath, [compiler(name), ...args], { cwd: root, stdio: "inherit" }).status;

// The compiler trusts what it noted in tsconfig.tsbuildinfo; where a dist folder was deleted since, it must not.
const isDistLost = readdirSync(`${root}/packages`).some(
  (name) => existsSync(`${root}/packages/${name}/tsconfig.tsbuildinfo`) && !existsSync(`${root}/packages/${name}/dist`),
);

const native = spawnSync(process.execPath, [compiler("tsgo"), "--version"], { stdio: "ignore" }).status === 0;
const status = run(native ? "tsgo" : "typescript", ["-b", ...(isDistLost ? ["--force"] : []), ...process.argv.slice(2)]) ?? 1;
if (status !== 0) process.exit(status);
await import("./bundle.mjs");
