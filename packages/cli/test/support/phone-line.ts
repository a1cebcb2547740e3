import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { commandLine, type CommandLine, type RunningCommand } from "./command-line.ts";
import type { FakeTerminalOptions } from "./fake-terminal.ts";

export interface PhoneLine extends CommandLine {
  /** A folder of this test. */
  readonly folder: string;
  /** Runs a registrar for alice and bob on 10.0.0.2. */
  registrar(): Promise<RunningCommand>;
  /** A phone of alice on 10.0.0.1. */
  alice(args?: string, options?: FakeTerminalOptions): RunningCommand;
  /** A phone of bob on 10.0.0.2. */
  bob(args?: string, options?: FakeTerminalOptions): RunningCommand;
  /** Types a line, and lets some time pass. */
  type(phone: RunningCommand, line: string, waitMs?: number): Promise<void>;
}

const variables = { SIDETONE_PASSWORD: "secret" };

/** Two phones and a registrar. What still runs at the end is interrupted, and must end. */
export function phoneLine(): PhoneLine {
  const line = commandLine();
  const { clock, run, runThere, end } = line;
  const folder = mkdtempSync(join(tmpdir(), "sidetone-phone-"));
  const running: RunningCommand[] = [];
  const keep = (command: RunningCommand): RunningCommand => {
    running.push(command);
    return command;
  };
  onTestFinished(async () => {
    for (const command of running.reverse()) {
      command.terminal.interrupt();
      await end(command);
    }
    rmSync(folder, { recursive: true });
  });
  return {
    ...line,
    folder,
    registrar: async () => {
      writeFileSync(join(folder, "users"), "alice:secret\nbob:secret\n", { mode: 0o600 });
      const command = keep(runThere(`registrar --users ${folder}/users --listen 10.0.0.2:5060`));
      await line.until(() => command.terminal.out.includes("Ctrl-C ends"));
      return command;
    },
    alice: (args = "", options = {}) =>
      keep(run(`phone sip:alice@10.0.0.2 --listen 10.0.0.1:5060${args && ` ${args}`}`, { variables, ...options })),
    bob: (args = "", options = {}) =>
      keep(runThere(`phone sip:bob@10.0.0.2 --listen 10.0.0.2:5070${args && ` ${args}`}`, { variables, ...options })),
    type: async ({ terminal }, typed, waitMs = 200) => {
      terminal.lines.type(typed);
      await clock.advance(waitMs);
    },
  };
}

/** A script as it is piped in. */
export function script(...lines: string[]): FakeTerminalOptions {
  return { input: lines.join("\n"), variables };
}

/** What was written from this line on, without it. */
export function after(screen: readonly string[], line: string): string[] {
  const at = screen.lastIndexOf(line);
  expect(screen).toContain(line);
  return screen.slice(at + 1);
}
