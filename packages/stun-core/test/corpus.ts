import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = process.env["SIDETONE_DATA"] ?? fileURLToPath(new URL("../../../../shared/data/", import.meta.url));

/** Files of a folder of test data as [name, bytes]; undefined where the data are absent. */
export function corpus(folder: string): [string, Buffer][] | undefined {
  const path = join(root, folder);
  if (!existsSync(path)) {
    console.warn(`skipped: no test data at ${path}`);
    return undefined;
  }
  return readdirSync(path).map((name) => [name, readFileSync(join(path, name))]);
}
