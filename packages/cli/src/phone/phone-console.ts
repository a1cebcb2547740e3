import { ClientError } from "@sidetone/client-core";
import { MediaError } from "@sidetone/media-core";
import { adviceFor } from "../advice.ts";
import { exitCodeOfError, exitCodes } from "../exit-code.ts";
import { explainError } from "../explain-error.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { wordsOf } from "./parse-line.ts";
import type { Phone } from "./phone.ts";
import { findVerb } from "./phone-verbs.ts";
import type { VerbContext, VerbResult } from "./verb.ts";
import { WaitError } from "./wait-for.ts";

export interface PhoneConsoleParts {
  readonly phone: Phone;
  readonly terminal: Terminal;
  readonly json: boolean;
  /** Whether a person types: then errors need no line number, and nothing repeats what was typed. */
  readonly isEditing: boolean;
  readonly leaving: AbortSignal;
  leave(): void;
}

/** Does what lines say, and tells how it went. */
export class PhoneConsole {
  /** Of the first line that failed; 0 while none has. */
  exitCode: number = exitCodes.ok;
  readonly #parts: PhoneConsoleParts;
  readonly #context: VerbContext;
  #lineNumber = 0;

  constructor(parts: PhoneConsoleParts) {
    this.#parts = parts;
    const { phone, leaving } = parts;
    this.#context = { phone, leaving, leave: () => parts.leave() };
  }

  /** Resolves when it is done: whether it could be. Never rejects, but for a bug. */
  async run(line: string): Promise<boolean> {
    const lineNumber = ++this.#lineNumber;
    const command = line.trim();
    if (command === "" || command.startsWith("#")) return true;
    const { json, isEditing, terminal, leaving } = this.#parts;
    if (!json && !isEditing) terminal.line(`> ${command}`);
    try {
      const [verb, ...args] = wordsOf(command).map(({ text }) => text);
      const result = (await findVerb(verb!)[1].run(this.#context, args)) ?? {};
      this.#tell(command, lineNumber, result);
      return true;
    } catch (error) {
      if (leaving.aborted && error === leaving.reason) return true; // left before it was done
      this.#fail(command, lineNumber, error);
      return false;
    }
  }

  #tell(command: string, line: number, { text, fields = {} }: VerbResult): void {
    const { phone, json } = this.#parts;
    phone.narrator.say("CommandResult", json ? undefined : text, { line, command, ok: true, ...fields });
  }

  #fail(command: string, line: number, error: unknown): void {
    const isKnown =
      error instanceof ClientError || error instanceof MediaError || error instanceof UsageError || error instanceof WaitError;
    if (!isKnown) throw error;
    this.exitCode ||= exitCodeOf(error);
    const { phone, json, isEditing, terminal } = this.#parts;
    const message = explainError(error);
    const advice = error instanceof ClientError ? adviceFor(error) : undefined;
    const text = advice === undefined ? message : `${message}\n${advice}`;
    if (json) phone.narrator.say("CommandResult", undefined, { line, command, ok: false, code: error.code, message });
    else terminal.error(isEditing ? text : `line ${line}: ${text}`);
  }
}

function exitCodeOf(error: Error): number {
  if (error instanceof WaitError) return error.exitCode;
  return error instanceof ClientError ? exitCodeOfError(error) : exitCodes.usage;
}
