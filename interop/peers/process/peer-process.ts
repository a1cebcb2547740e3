import type { ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import { spawnGroup } from "../../../bench/lib/caretaker.mjs";
import { eventually } from "./eventually.ts";

export interface PeerProcessOptions {
  /** Where it runs and may leave files. */
  cwd: string;
  /** It never lasts longer; and it ends with the test run, however that ends. */
  atMostSeconds: number;
  environment?: NodeJS.ProcessEnv;
  /** Signals go to the program alone. By default its children get them too, and a program that is itself sent one gets it twice. */
  signalOnce?: boolean;
  /** What is piped in, then the end; `open`: what is written to `input` later. Default: nothing. */
  input?: string;
}

/** A program that runs beside the stack under test: what it prints, and its end, which reaches only what was started here. */
export class PeerProcess implements AsyncDisposable {
  readonly name: string;
  /** Standard output and standard error, as they came. */
  output = "";
  /** Standard output alone. */
  stdout = "";
  /** The exit code, once it has ended. */
  exitCode: number | undefined;
  readonly exited: Promise<number>;
  /** Where it reads from, if from anywhere. */
  readonly input: Writable | undefined;
  readonly #child: ChildProcess;

  constructor(program: string, args: readonly string[], options: PeerProcessOptions) {
    this.name = program;
    // coreutils' timeout passes SIGTERM on, and follows it with SIGKILL.
    const limit = ["-k", "3", ...(options.signalOnce ? ["--foreground"] : []), String(options.atMostSeconds)];
    this.#child = spawnGroup("timeout", [...limit, program, ...args], {
      cwd: options.cwd,
      env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`, ...options.environment },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    this.input = this.#child.stdin ?? undefined;
    this.input?.on("error", () => {}); // it has ended before it read all
    if (options.input !== undefined && options.input !== "open") this.input!.end(options.input);
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.output += text;
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    this.exited = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => resolve((this.exitCode = code ?? (signal ? 128 : 1))));
    });
    this.exited.catch(() => {}); // whoever waits for it hears of it
  }

  get hasExited(): boolean {
    return this.exitCode !== undefined;
  }

  /** The last of what it printed, for a test that fails. */
  get lastWords(): string {
    return this.output.slice(-4000);
  }

  /** Waits until it has printed `pattern`. Rejects when it ends first. */
  async printed(pattern: RegExp, options: { withinMs?: number } = {}): Promise<RegExpExecArray> {
    return eventually(
      `${this.name} prints ${String(pattern)}`,
      () => {
        const match = pattern.exec(this.output);
        if (!match && this.hasExited) throw new Error(`${this.name} ended with ${this.exitCode}:\n${this.lastWords}`);
        return match ?? undefined;
      },
      options,
    );
  }

  /** Asks it to end, as Ctrl-C does with SIGINT, and waits until it has. */
  async stop(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<number> {
    if (!this.hasExited) this.#child.kill(signal);
    return this.exited;
  }

  /** Sends a signal to the program and to everything that it has started: SIGKILL, SIGSTOP, SIGCONT. */
  signalAll(signal: NodeJS.Signals): void {
    if (!this.hasExited && this.#child.pid !== undefined) process.kill(-this.#child.pid, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {}); // it could not even be started
  }
}
