import type { PasswordPrompt } from "@sidetone/client-core";
import type { Terminal } from "./terminal.ts";

/**
 * Where the password comes from: `--password` with a warning, `SIDETONE_PASSWORD`, or a prompt when a server asks and a person is there.
 *
 * @param signal takes the question back.
 */
export function passwordSource(flag: string | undefined, terminal: Terminal, signal: AbortSignal): string | PasswordPrompt | undefined {
  if (flag !== undefined) {
    terminal.error("warning: others on this machine can see --password in the process list; prefer SIDETONE_PASSWORD");
    return flag;
  }
  const { askSecret } = terminal;
  return (
    terminal.variables["SIDETONE_PASSWORD"] || (askSecret && (({ realm }) => askSecret(`Password for ${JSON.stringify(realm)}: `, signal)))
  );
}
