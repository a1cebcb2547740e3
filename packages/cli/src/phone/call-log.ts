import type { Call } from "@sidetone/client-core";
import type { CallReport } from "../call-report.ts";
import type { StateFile } from "../node/state-files.ts";

/** A call that has ended, as it is kept. */
export interface LoggedCall {
  /** When it ended, in milliseconds since the Unix epoch. */
  readonly endedAtMs: number;
  readonly direction: "outgoing" | "incoming";
  readonly remote: string;
  readonly displayName: string | null;
  readonly account: string;
  readonly durationMs: number;
  readonly wasAnswered: boolean;
  /** How it ended, in words. */
  readonly outcome: string;
}

/** The calls of this run and, where there is a file, of earlier ones. */
export class CallLog {
  readonly #file: StateFile;

  constructor(file: StateFile) {
    this.#file = file;
  }

  /** Oldest first; lines of the file that cannot be read are left out. */
  get calls(): readonly LoggedCall[] {
    return this.#file.lines.flatMap((line) => {
      try {
        const call = JSON.parse(line) as LoggedCall;
        return typeof call.remote === "string" && typeof call.endedAtMs === "number" ? [call] : [];
      } catch {
        return [];
      }
    });
  }

  add(
    { remote: { displayName }, account }: Call,
    remote: string,
    { direction, durationMs, setupMs }: CallReport,
    outcome: string,
    endedAtMs: number,
  ): void {
    const logged: LoggedCall = {
      endedAtMs: Math.round(endedAtMs),
      direction,
      remote,
      displayName: displayName ?? null,
      account: account.id,
      durationMs,
      wasAnswered: setupMs !== null,
      outcome,
    };
    this.#file.append(JSON.stringify(logged));
  }
}
