import type { Clock } from "@sidetone/infra-common";
import { explainError } from "./explain-error.ts";
import type { Terminal } from "./terminal.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Where it is told: a terminal, or a part of one. */
export type NarratorOutput = Pick<Terminal, "line" | "error">;

/** Tells what happens: lines for a person, one JSON object per line for a program. */
export class Narrator {
  protected readonly output: NarratorOutput;
  protected readonly json: boolean;
  protected readonly clock: Clock;

  constructor(output: NarratorOutput, json: boolean, clock: Clock) {
    this.output = output;
    this.json = json;
    this.clock = clock;
  }

  /** Tells one thing; what has no `text` is for programs only. */
  say(type: string, text: string | undefined, fields: Fields = {}): void {
    if (this.json) this.output.line(JSON.stringify({ type, timestampMs: Math.round(this.clock.wallNow()), ...fields }));
    else if (text !== undefined) this.output.line(text);
  }

  /** Something was not done as asked, and all goes on. */
  problem(error: unknown, fields: Fields = {}): void {
    const message = explainError(error);
    if (this.json) this.say("ErrorOccurred", undefined, { ...fields, message });
    else this.output.error(message);
  }
}
