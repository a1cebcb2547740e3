// One hash over path, size and modification time of everything that the build reads.
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const isSource = (path) => /\.(ts|json)$/.test(path) && !/(^|[\\/])(node_modules|dist|test)([\\/]|$)/.test(path);
const others = ["package-lock.json", "tsconfig.json", "tsconfig.base.json", "scripts/build.mjs", "scripts/bundle.mjs"];

export function sourceFingerprint(root) {
  const sources = ["packages", "examples"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter(isSource)
      .map((name) => join(folder, name)),
  );
  const hash = createHash("sha256");
  for (const path of [...sources.sort(), ...others]) {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}
