import { DialogError } from "../errors.ts";

/** How much others may make a user agent do and keep. */
export interface UserAgentLimits {
  /** Calls at a time, both ways; a further INVITE is answered 503 with Retry-After. Default 1,000,000. */
  readonly inviteUsages?: number | undefined;
  /** Requests that are being answered, or whose answer may have to be repeated; beyond: 503 with Retry-After. Default 1,000,000. */
  readonly serverTransactions?: number | undefined;
  /** Requests a second that one address of a stranger may begin outside of dialogs; beyond: 503 with Retry-After. Default Infinity. */
  readonly requestsPerSecond?: number | undefined;
  /** How many of them may come at once. Default: as many as in 5 s. */
  readonly requestBurst?: number | undefined;
  /**
   * New requests of strangers are answered 503 with Retry-After once what comes in has had to wait for so long, in milliseconds; those within
   * dialogs and those of known peers go on. Infinity: never. Default 50.
   */
  readonly overloadDelayMs?: number | undefined;
}

/** @throws {DialogError} `DIALOG_OPTION`, naming the limit. */
export function checkLimits(limits: UserAgentLimits): void {
  const { inviteUsages = 0, serverTransactions = 1, requestsPerSecond = 1, requestBurst = 1, overloadDelayMs = 1 } = limits;
  for (const [name, value] of Object.entries({ inviteUsages, serverTransactions })) {
    if (!(Number.isInteger(value) && value >= 0)) throw invalid(name, value);
  }
  for (const [name, value] of Object.entries({ requestsPerSecond, overloadDelayMs })) if (!(value > 0)) throw invalid(name, value);
  if (!(requestBurst >= 1)) throw invalid("requestBurst", requestBurst);
}

function invalid(name: string, value: unknown): DialogError {
  return new DialogError("DIALOG_OPTION", `limits.${name} cannot be ${String(value)}`);
}
