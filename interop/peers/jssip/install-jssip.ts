import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where JsSIP and a WebSocket for it are installed, once; undefined where that fails. `JSSIP` names a folder that has them. */
export function installJssip(): string | undefined {
  const folder = process.env["JSSIP"] ?? join(tmpdir(), "sidetone-jssip");
  const isThere = (): boolean => existsSync(join(folder, "node_modules/jssip/package.json")) && existsSync(join(folder, "node_modules/ws"));
  if (!isThere()) {
    spawnSync("npm", ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "jssip@3", "ws@8"], {
      stdio: "ignore",
      timeout: 60_000,
    });
  }
  return isThere() ? folder : undefined;
}
