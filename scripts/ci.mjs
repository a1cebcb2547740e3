// The steps of .ci/run: system packages for the peers, npm test, lint and layers, type checks, other Node versions, interop, benchmarks.
// The last line is `N passed, N failed` over every test and every check.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "sidetone-ci-"));
const totals = { passed: 0, failed: 0, skipped: 0 };
const only = process.argv.slice(2);

const peerPackages =
  "sip-tester kamailio kamailio-tls-modules kamailio-websocket-modules kamailio-outbound-modules baresip-core sipsak sipvicious openssl tshark coturn sox gcc libc6-dev iproute2 nftables".split(
    " ",
  );

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], ...options });
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

/** One check: passes when the command ends with 0. */
function check(label, command, args, options) {
  console.log(`\n=== ${label}`);
  const ok = run(command, args, options) === 0;
  totals[ok ? "passed" : "failed"]++;
  if (!ok) console.log(`FAILED: ${label}`);
}

/** A vitest run, counted test by test; a run that ends badly without a failed test counts as one failure. */
function tests(label, command, args, report, options) {
  console.log(`\n=== ${label}`);
  const status = run(command, [...args, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`], options);
  const result = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
  totals.passed += result?.numPassedTests ?? 0;
  totals.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  const failed = result?.numFailedTests ?? 0;
  totals.failed += status !== 0 && failed === 0 ? 1 : failed;
  if (status !== 0) console.log(`FAILED: ${label}`);
}

/** Installs the peers of the interop tests where apt is at hand; without them those tests skip and say so. */
function installPeers() {
  if (spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status !== 0 || process.getuid?.() !== 0) {
    return console.log("no apt-get or not root: interop tests whose peer is missing will skip");
  }
  const missing = peerPackages.filter(
    (name) => !spawnSync("dpkg-query", ["-W", "-f=${Status}", name], { encoding: "utf8" }).stdout.includes("ok installed"),
  );
  if (missing.length === 0) return;
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, stdio: ["ignore", "ignore", "inherit"] };
  run("apt-get", ["update", "-qq"], quiet);
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], quiet);
}

/** The unit and scenario tests under another Node, whose binary comes from the npm registry. */
function testsUnderNode(major) {
  const folder = join(scratch, `node-${major}`);
  spawnSync("mkdir", ["-p", folder]);
  writeFileSync(join(folder, "package.json"), '{"private":true}');
  if (run("npm", ["install", "--no-audit", "--no-fund", "--silent", `node@${major}`], { cwd: folder }) !== 0) {
    totals.failed++;
    return console.log(`FAILED: node@${major} could not be installed`);
  }
  const node = join(folder, "node_modules", "node", "bin", "node");
  tests(
    `unit and scenario tests under Node ${major}`,
    node,
    ["node_modules/vitest/vitest.mjs", "run"],
    join(scratch, `node-${major}.json`),
  );
}

const steps = {
  peers: installPeers,
  test: () => tests("npm test", "npm", ["test", "--"], join(scratch, "test.json")),
  lint: () => {
    check("eslint", "npx", ["eslint", "."]);
    check("prettier", "npx", ["prettier", "--check", "."]);
    check("layers", "npx", ["depcruise", "--config", "dependency-cruiser.config.mjs", "packages"]);
    check("package.json files", "node", ["scripts/check-package-json.mjs"]);
    check("layer diagram", "node", ["scripts/layers-diagram.mjs", "--check"]);
    check("types of tests, examples and snippets", "node", ["scripts/check-types.mjs"]);
  },
  nodes: () => [22, 24].forEach(testsUnderNode),
  interop: () => tests("npm run test:interop", "npm", ["run", "test:interop", "--"], join(scratch, "interop.json")),
  bench: () => check("short benchmark run", "npm", ["run", "bench", "--", "--short"]),
};

for (const [name, step] of Object.entries(steps)) if (only.length === 0 || only.includes(name)) step();

console.log(`\n${totals.skipped} skipped (each says why above)`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed ? 1 : 0);
