import { UsageError } from "../usage-error.ts";
import type { SettingsFlags } from "./read-settings.ts";

type AccountFlag = "server" | "user" | "password" | "proxy" | "expires";

/**
 * For where there is no account: flags that say something of one are refused, since nothing would come of them.
 *
 * @param advice how to name an account.
 * @throws {UsageError}
 */
export function refuseAccountFlags(flags: SettingsFlags, names: readonly AccountFlag[], advice: string): void {
  const given = names.filter((name) => flags[name] !== undefined).map((name) => `--${name}`);
  if (given.length === 0) return;
  throw new UsageError(`${given.join(" and ")} ${given.length === 1 ? "is" : "are"} about an account, and there is none: ${advice}`);
}
