import { readFileSync, statSync } from "node:fs";
import type { PemSource, TlsOptions } from "../tls-options.ts";

/** The text of a PEM source. Throws what reading the file does. */
export function readPem(source: PemSource): string {
  return typeof source === "string" ? source : readFileSync(source.file, "utf8");
}

/** A text that changes when one of the files does, be it written over or exchanged, and that is never that of a file that is not there. */
export function changeMark(...sources: readonly (TlsOptions["ca"] | undefined)[]): string {
  return sources
    .flat()
    .map((source) => (source === undefined || typeof source === "string" ? "" : markOf(source.file)))
    .join(" ");
}

function markOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.ino}.${stats.size}.${stats.mtimeMs}` : "gone";
}
