import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe } from "vitest";

/** The Debian package of each program that the tests run. */
const packages: Readonly<Record<string, string>> = {
  baresip: "baresip-core",
  sipp: "sip-tester",
  kamailio: "kamailio",
  tshark: "tshark",
};

/** Debian keeps daemons in /usr/sbin, which a user's PATH may lack. */
const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];

export function isInstalled(program: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A suite that needs other people's programs; where one is missing, it is skipped and says so. */
export function describeWith(programs: readonly string[], title: string, suite: () => void): void {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) return void describe(title, suite);
  const reason = `needs ${missing.join(", ")}: apt-get install ${missing.map((program) => packages[program] ?? program).join(" ")}`;
  console.warn(`skipped: ${title} (${reason})`);
  describe.skip(`${title} [${reason}]`, suite);
}
