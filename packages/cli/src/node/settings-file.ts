import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../usage-error.ts";
import { fileProblem } from "./file-problem.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Group and others, for reading. */
const readableByOthers = 0o044;

export interface SettingsFile {
  readonly path: string;
  /** What the JSON says. */
  readonly content: unknown;
  readonly isReadableByOthers: boolean;
}

/** `~/.config/sidetone/config.json`, or where the system keeps such things; undefined where it is not known whose home this is. */
export function defaultSettingsPath({ XDG_CONFIG_HOME, APPDATA, HOME }: Variables): string | undefined {
  const folder = XDG_CONFIG_HOME || APPDATA || (HOME && join(HOME, ".config"));
  return folder ? join(folder, "sidetone", "config.json") : undefined;
}

/**
 * Reads a config file.
 *
 * @param isWanted whether somebody named it; else it may be missing.
 * @throws {UsageError} when it cannot be read, or is no JSON.
 */
export function readSettingsFile(path: string, isWanted: boolean): SettingsFile | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!isWanted && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
    throw new UsageError(`cannot read the config file ${path}: ${fileProblem(error)}`);
  }
  try {
    return {
      path,
      content: JSON.parse(text),
      isReadableByOthers: process.platform !== "win32" && (statSync(path).mode & readableByOthers) !== 0,
    };
  } catch (error) {
    throw new UsageError(`${path}${placeOf(error as Error, text)}: no JSON (${(error as Error).message})`);
  }
}

/** `:3:17`, line and column, where the message tells the position. */
function placeOf({ message }: Error, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined) return "";
  const lines = text.slice(0, Number(position)).split("\n");
  return `:${lines.length}:${lines.at(-1)!.length + 1}`;
}
