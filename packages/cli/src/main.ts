import type { Environment } from "@sidetone/infra-common";
import { CommanderError } from "commander";
import type { CommandContext } from "./command-context.ts";
import { exitCodes } from "./exit-code.ts";
import { processTerminal } from "./node/process-terminal.ts";
import { createProgram, type Commands } from "./program.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Runs one command of `sidetone` and resolves with its exit code; without arguments, shows the help. It never rejects and never ends the
 * process. The stack is loaded only when a command needs it.
 *
 * @param args what follows the program's name.
 * @param environment clock and network, for tests. Default: the system's.
 */
export async function main(args: readonly string[], terminal: Terminal = processTerminal(), environment?: Environment): Promise<number> {
  const interrupt = new AbortController();
  const forgetInterrupt = terminal.onInterrupt(() => interrupt.abort());
  const context: CommandContext = { terminal, environment, interrupted: interrupt.signal };
  let exitCode: number = exitCodes.ok;
  const commands: Commands = {
    call: async (uri, flags) => {
      const { callCommand } = await import("./commands/call.ts");
      exitCode = await callCommand(uri, flags, context);
    },
    answer: async (flags) => {
      const { answerCommand } = await import("./commands/answer.ts");
      exitCode = await answerCommand(flags, context);
    },
    options: async (uri, flags) => {
      const { optionsCommand } = await import("./commands/options.ts");
      exitCode = await optionsCommand(uri, flags, context);
    },
    register: async (uri, flags) => {
      const { registerCommand } = await import("./commands/register.ts");
      exitCode = await registerCommand(uri, flags, context);
    },
    phone: async (name, flags) => {
      const { phoneCommand } = await import("./commands/phone.ts");
      exitCode = await phoneCommand(name, flags, context);
    },
    registrar: async (flags) => {
      const { registrarCommand } = await import("./commands/registrar.ts");
      exitCode = await registrarCommand(flags, context);
    },
    doctor: async (uri, flags) => {
      const { doctorCommand } = await import("./commands/doctor.ts");
      exitCode = await doctorCommand(uri, flags, context);
    },
  };
  try {
    await createProgram(terminal, commands).parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
    return exitCode;
  } catch (error) {
    return failed(error, terminal);
  } finally {
    forgetInterrupt();
  }
}

function failed(error: unknown, terminal: Terminal): number {
  // commander has printed its message already; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  terminal.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  terminal.error("this should not have happened; please report it with the command that you gave");
  return exitCodes.usage;
}
