// Type-checks what the build does not read: tests, examples, interop tests, benchmarks and the configuration.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const native = fileURLToPath(new URL("../node_modules/tsgo/bin/tsc", import.meta.url));
const tsc = spawnSync(process.execPath, [native, "--version"], { stdio: "ignore" }).status === 0 ? native : compiler;

const projects = [
  ...readdirSync(`${root}/packages`).map((name) => `packages/${name}/test/tsconfig.json`),
  "test/tsconfig.json",
  "interop/tsconfig.json",
  "examples/tsconfig.json",
].filter((path) => existsSync(`${root}/${path}`));

const failed = projects.filter(
  (path) => spawnSync(process.execPath, [tsc, "--noEmit", "-p", path], { cwd: root, stdio: "inherit" }).status !== 0,
);
console.log(failed.length ? `type errors in ${failed.join(", ")}` : `${projects.length} projects type-check`);
process.exitCode = failed.length ? 1 : 0;
