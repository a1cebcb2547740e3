import type { FailoverOptions } from "@sidetone/dialog-core";
import { checkNames } from "./check-names.ts";
import type { ClientOptions } from "./client-options.ts";
import type { ConfigProblems } from "./config-problems.ts";
import type { KnownNames } from "./known-names.ts";

const known: KnownNames<FailoverOptions> = { silenceMs: true, failBackMs: true };
/** What timers can hold. */
const longestMs = 2 ** 31 - 1;

export function checkFailover({ failover }: ClientOptions, problems: ConfigProblems): void {
  if (failover === undefined) return;
  if (typeof failover !== "object" || failover === null) return problems.invalid("failover", "an object");
  checkNames(failover, known, "failover.", problems);
  const { silenceMs = 1, failBackMs = 1 } = failover;
  if (!isDuration(silenceMs)) problems.invalid("failover.silenceMs", "more than 0 milliseconds");
  if (!isDuration(failBackMs) && failBackMs !== Infinity)
    problems.invalid("failover.failBackMs", "more than 0 milliseconds; Infinity for never");
}

function isDuration(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value <= longestMs;
}
