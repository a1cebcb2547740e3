// One hash over path, size and modification time of everything that the build reads.
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const isSource = (path) => /\.(ts|json)$/.test(path) && !/(^|[\\/])(node_modules|dist)([\\/]|$)/.test(path);

export function sourceFingerprint(root) {
  const hash = createHash("sha256");
  for (const folder of ["packages", "examples"]) {
    let names = [];
    try {
      names = readdirSync(join(root, folder), { recursive: true }).filter(isSource).sort();
    } catch {
      continue; // the folder does not exist yet
    }
    for (const name of names) {
      const { size, mtimeMs } = statSync(join(root, folder, name));
      hash.update(`${folder}/${name} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest("hex");
}
