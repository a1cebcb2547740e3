import { VoipError } from "@sidetone/infra-common";
import { MediaType, UserAgent } from "@sidetone/sip-core";
import type { TransactionTimers } from "@sidetone/transaction-core";
import type { StrangerPolicy } from "../admission/request-screen.ts";
import { checkLimits, type UserAgentLimits } from "../admission/user-agent-limits.ts";
import { DialogError } from "../errors.ts";
import type { FailoverOptions } from "./failover-options.ts";

/** The options of a core that can be wrong in themselves. */
export interface CheckedOptions {
  readonly userAgent?: string | undefined;
  readonly acceptedBodyTypes?: readonly string[] | undefined;
  readonly ringing?: "automatic" | "manual" | undefined;
  readonly strangers?: StrangerPolicy | undefined;
  readonly limits?: UserAgentLimits | undefined;
  readonly timers?: Partial<TransactionTimers> | undefined;
  readonly failover?: FailoverOptions | undefined;
}

/**
 * Checks what would otherwise spoil every message, or every timer, of the core.
 *
 * @throws {DialogError} `DIALOG_OPTION`, naming the option.
 */
export function checkOptions({
  userAgent,
  acceptedBodyTypes,
  ringing,
  strangers,
  limits,
  timers = {},
  failover = {},
}: CheckedOptions): void {
  if (userAgent !== undefined) check("userAgent", () => UserAgent.serialize(userAgent));
  for (const type of acceptedBodyTypes ?? []) check("acceptedBodyTypes", () => MediaType.create(type));
  if (ringing !== undefined && ringing !== "automatic" && ringing !== "manual") throw invalid("ringing", `"${String(ringing)}"`);
  if (strangers !== undefined && strangers !== "answer" && strangers !== "ignore") throw invalid("strangers", `"${String(strangers)}"`);
  checkLimits(limits ?? {});
  for (const [name, value] of Object.entries(timers) as [keyof TransactionTimers, number][]) {
    const isPossible = Number.isFinite(value) && (mayBeZero.has(name) ? value >= 0 : value > 0);
    if (!isPossible) throw invalid(`timers.${name}`, `${String(value)} ms`);
  }
  for (const [name, value] of Object.entries(failover) as [keyof FailoverOptions, number | undefined][]) {
    const isPossible = value === undefined || (value > 0 && value <= 2 ** 31 - 1) || (value === Infinity && name === "failBackMs");
    if (!isPossible) throw invalid(`failover.${name}`, `${String(value)} ms`);
  }
}

const mayBeZero: ReadonlySet<keyof TransactionTimers> = new Set(["D", "tryingDelayMs"]);

function check(option: string, use: () => unknown): void {
  try {
    use();
  } catch (cause) {
    if (!(cause instanceof VoipError)) throw cause;
    throw new DialogError("DIALOG_OPTION", `${option} cannot be used: ${cause.message}`, { cause });
  }
}

function invalid(option: string, value: string): DialogError {
  return new DialogError("DIALOG_OPTION", `${option} cannot be ${value}`);
}
