import { readdirSync } from "node:fs";

/** Files and folders whose path begins with what was typed; folders end with a slash. */
export function completePath(typed: string): string[] {
  const slash = typed.lastIndexOf("/") + 1;
  const folder = typed.slice(0, slash);
  const start = typed.slice(slash);
  try {
    return readdirSync(folder || ".", { withFileTypes: true })
      .filter(({ name }) => name.startsWith(start) && (start !== "" || !name.startsWith(".")))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`);
  } catch {
    return []; // there is no such folder
  }
}
