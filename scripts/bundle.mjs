// Puts each package's compiled modules into one file per entry point (dist/bundle): a process that imports the front door then reads some twenty
// files instead of five hundred. Packages stay apart, so every class exists once however it is imported.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const packages = fileURLToPath(new URL("../packages/", import.meta.url));

/** Entry points of a package by the name of their bundle, from its `exports`. */
function entriesOf(folder) {
  const { exports = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const targets = Object.values(exports).map((conditions) => conditions.default);
  const bundled = targets.filter((target) => target.startsWith("./dist/bundle/"));
  return Object.fromEntries(
    bundled.map((target) => [
      target.slice("./dist/bundle/".length, -".js".length),
      join(folder, "dist", target.slice("./dist/bundle/".length)),
    ]),
  );
}

/** One byte per character is what V8 keeps of a text in ASCII, and reads soonest; of any other it keeps two. */
const inAscii = {
  name: "in-ascii",
  renderChunk: (code) => ({
    code: code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
    map: null,
  }),
};

async function bundle(name) {
  const folder = join(packages, name);
  const input = entriesOf(folder);
  if (Object.keys(input).length === 0) return;
  const build = await rolldown({
    input,
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
    treeshake: { moduleSideEffects: [{ test: /^node:cluster$/, sideEffects: true }] },
    platform: "node",
    logLevel: "warn",
    plugins: [inAscii],
  });
  await build.write({
    dir: join(folder, "dist", "bundle"),
    format: "esm",
    sourcemap: true,
    minify: false,
    // They are in the sources; reading them again would take a tenth of the time of an import.
    comments: false,
    chunkFileNames: "[name].js",
    cleanDir: true,
  });
  await build.close();
}

await Promise.all(
  readdirSync(packages)
    .filter((name) => existsSync(join(packages, name, "package.json")))
    .map(bundle),
);
