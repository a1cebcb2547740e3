import type { KeepAliveOptions } from "../registration/keep-alive.ts";
import { checkNames } from "./check-names.ts";
import type { ConfigProblems } from "./config-problems.ts";
import type { KnownNames } from "./known-names.ts";

const known: KnownNames<KeepAliveOptions> = { intervalSeconds: true, options: true };
const longestSeconds = 86_400;

/** Checks `keepAlive` of an account, called `field`. */
export function checkKeepAlive(keepAlive: unknown, field: string, problems: ConfigProblems): void {
  if (keepAlive === undefined || keepAlive === "auto" || keepAlive === "off") return;
  if (typeof keepAlive !== "object" || keepAlive === null) return problems.invalid(field, '"auto", "off" or { intervalSeconds, options }');
  checkNames(keepAlive, known, `${field}.`, problems);
  const { intervalSeconds = 1, options } = keepAlive as KeepAliveOptions;
  if (!(typeof intervalSeconds === "number" && intervalSeconds >= 1 && intervalSeconds <= longestSeconds))
    problems.invalid(`${field}.intervalSeconds`, `from 1 to ${longestSeconds} seconds`);
  if (options !== undefined && typeof options !== "boolean") problems.invalid(`${field}.options`, "true or false");
}
