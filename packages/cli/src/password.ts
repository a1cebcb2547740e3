import type { PasswordPrompt } from "@sidetone/client-core";
import type { Terminal } from "./terminal.ts";

/**
 * Where the password comes from: the settings, else a prompt when a server asks and a person is there.
 *
 * @param signal takes the question back.
 */
export function passwordSource(
  password: string | undefined,
  { askSecret }: Terminal,
  signal: AbortSignal,
): string | PasswordPrompt | undefined {
  return password ?? (askSecret && (({ realm }) => askSecret(`Password for ${JSON.stringify(realm)}: `, signal)));
}
