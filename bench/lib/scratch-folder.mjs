import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atTheEnd } from "./caretaker.mjs";

/** A folder for the files of this run; it is gone afterwards, however the run ends. */
export function scratchFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `sidetone-${name}-`));
  atTheEnd("rm", "-rf", folder);
  return folder;
}
