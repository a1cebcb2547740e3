import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "../usage-error.ts";

/**
 * Finds out before anybody is called that a recording could not be made.
 *
 * @param where what asks for it, for the error.
 * @throws {UsageError}
 */
export async function checkRecordable(path: string | undefined, where = "--record"): Promise<void> {
  if (path === undefined) return;
  const folder = dirname(path);
  const file = await stat(path).catch(() => undefined);
  if (file?.isDirectory()) throw new UsageError(`${where}: ${JSON.stringify(path)} is a folder; name a file in it`);
  await access(file ? path : folder, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "its folder does not exist" : error.message;
    throw new UsageError(`${where}: cannot write ${JSON.stringify(path)}: ${why}`);
  });
}
