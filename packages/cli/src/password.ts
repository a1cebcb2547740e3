import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { PasswordPrompt } from "@sidetone/client-core";
import type { Terminal } from "./terminal.ts";

/** Where the password comes from: `--password` with a warning, `SIDETONE_PASSWORD`, or a prompt when a server asks and a person is there. */
export function passwordSource(flag: string | undefined, terminal: Terminal): string | PasswordPrompt | undefined {
  if (flag !== undefined) {
    terminal.error("warning: others on this machine can see --password in the process list; prefer SIDETONE_PASSWORD");
    return flag;
  }
  const fromEnvironment = terminal.environment["SIDETONE_PASSWORD"];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
  return process.stdin.isTTY ? ({ realm }) => prompt(`Password for ${JSON.stringify(realm)}: `, terminal) : undefined;
}

/** Asks without showing what is typed. */
async function prompt(question: string, terminal: Terminal): Promise<string> {
  terminal.writeError(question);
  const reader = createInterface({
    input: process.stdin,
    output: new Writable({ write: (_chunk, _encoding, done) => done() }),
    terminal: true,
  });
  try {
    return await reader.question("");
  } finally {
    reader.close();
    terminal.writeError("\n");
  }
}
