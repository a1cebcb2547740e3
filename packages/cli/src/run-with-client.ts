import { ClientError, type Client } from "@sidetone/client-core";
import { MediaError } from "@sidetone/media-core";
import { exitCodeOfError, exitCodes } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";
import { TraceFile } from "./trace-file.ts";

/** Opens trace and client, runs the command, closes both whatever happens, and turns errors into a message and an exit code. */
export async function runWithClient(
  flags: { trace?: string; json?: boolean },
  terminal: Terminal,
  open: () => Promise<Client>,
  use: (client: Client) => Promise<number>,
): Promise<number> {
  const trace = flags.trace === undefined ? undefined : await TraceFile.open(flags.trace);
  let client: Client | undefined;
  try {
    client = await open();
    return await use(client);
  } catch (error) {
    return failed(error, flags.json ?? false, terminal);
  } finally {
    await client?.close();
    await trace?.close();
    terminal.clearLive();
  }
}

function failed(error: unknown, json: boolean, terminal: Terminal): number {
  if (!(error instanceof ClientError || error instanceof MediaError)) throw error;
  const { code, message } = error;
  if (json)
    terminal.line(
      JSON.stringify({ type: "Error", code, message, ...(error instanceof ClientError ? { userMessage: error.userMessage } : {}) }),
    );
  else terminal.error(message);
  return error instanceof ClientError ? exitCodeOfError(error) : exitCodes.usage;
}
