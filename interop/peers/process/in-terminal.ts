import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { Screen } from "../../../packages/cli/test/support/screen.ts";
import { eventually } from "./eventually.ts";
import { PeerProcess, type PeerProcessOptions } from "./peer-process.ts";

/** Passes on what comes, both ways, through a terminal of its own; ends as the program does. */
const python = `import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(["sh", "-c", 'stty cols "$0" rows 24; exec "$@"', *sys.argv[1:]])))`;
const columns = 100;
const keyGapMs = 20;

/** A program at a terminal, with somebody at the keys. */
export class TerminalProcess implements AsyncDisposable {
  readonly process: PeerProcess;

  constructor(program: string, args: readonly string[], options: Pick<PeerProcessOptions, "environment" | "atMostSeconds">) {
    const cwd = fileURLToPath(new URL("../../..", import.meta.url));
    this.process = new PeerProcess("python3", ["-c", python, String(columns), program, ...args], {
      ...options,
      cwd,
      signalOnce: true,
      input: "open",
    });
  }

  /** What is on the screen, line by line. */
  get screen(): string[] {
    const screen = new Screen(columns);
    screen.write(this.process.stdout);
    return screen.lines;
  }

  /** Waits until one of the lines is like this. */
  async shows(line: RegExp): Promise<string> {
    return eventually(`the screen shows ${String(line)}`, () => this.screen.find((shown) => line.test(shown)));
  }

  /** Presses keys, one after the other. */
  async type(keys: string): Promise<void> {
    for (const key of keys) {
      this.process.input!.write(key);
      await delay(keyGapMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}
