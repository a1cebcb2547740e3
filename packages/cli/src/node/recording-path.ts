import { access, constants, stat } from "node:fs/promises";
import { join } from "node:path";
import { numbered } from "../answering-desk.ts";
import { UsageError } from "../usage-error.ts";
import { checkRecordable } from "./check-recordable.ts";

/** Gives the file for one call after the other: who is in it, and when it began, in milliseconds since the Unix epoch. */
export type RecordingPaths = (name: string, atMs: number) => string;

/**
 * For `--record`: a file, then `file-2`, `file-3`; or in a folder a file for each call, named after its time and who is in it.
 *
 * @throws {UsageError} when it could not be written.
 */
export async function recordingPaths(path: string): Promise<RecordingPaths> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  let count = 0;
  if (!isFolder) {
    await checkRecordable(path);
    return () => numbered(path, ++count);
  }
  await access(path, constants.W_OK).catch((error: Error) => {
    throw new UsageError(`--record: cannot write to ${JSON.stringify(path)}: ${error.message}`);
  });
  return (name, atMs) => join(path, `${timeOf(atMs)}-${++count}-${name.replace(/[^\w.+-]/g, "_")}.wav`);
}

/** `2026-11-21T09-15-02`, which every file system takes. */
function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replaceAll(":", "-");
}
