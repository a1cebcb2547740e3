import type { Environment } from "@sidetone/infra-common";
import type { Terminal } from "./terminal.ts";

/** What a command runs in. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborts when the person at the terminal interrupts. */
  readonly interrupted: AbortSignal;
  /** Clock and network; left out: the system's. */
  readonly environment: Environment | undefined;
}
