import { ClientError } from "@sidetone/client-core";
import { MediaError } from "@sidetone/media-core";
import { adviceFor } from "./advice.ts";
import type { CommandContext } from "./command-context.ts";
import { exitCodeOfError, exitCodes } from "./exit-code.ts";
import { explainError } from "./explain-error.ts";
import { UsageError } from "./usage-error.ts";

/** Runs the body of a command. What goes wrong becomes one line, or one JSON object, and an exit code; a bug is thrown on. */
export async function runCommand({ terminal, interrupted }: CommandContext, json: boolean, body: () => Promise<number>): Promise<number> {
  if (json) terminal.writeForPrograms();
  try {
    return await body();
  } catch (error) {
    if (interrupted.aborted && error === interrupted.reason) return exitCodes.interrupted;
    if (!(error instanceof ClientError || error instanceof MediaError || error instanceof UsageError)) throw error;
    const { code } = error;
    const message = explainError(error);
    const userMessage = error instanceof ClientError ? { userMessage: error.userMessage } : {};
    if (json) terminal.line(JSON.stringify({ type: "Error", code, message, ...userMessage }));
    else terminal.error([message, adviceFor(error) ?? []].flat().join("\n"));
    return error instanceof ClientError ? exitCodeOfError(error) : exitCodes.usage;
  }
}
