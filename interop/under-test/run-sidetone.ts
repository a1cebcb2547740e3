import { fileURLToPath } from "node:url";
import { onTestFailed, onTestFinished } from "vitest";
import { PeerProcess } from "../peers/process/peer-process.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));

/** Nobody's settings: those of whoever runs the tests are his own. */
const noSettings = { XDG_CONFIG_HOME: "/nowhere", XDG_STATE_HOME: "/dev/null" };

/** One line of `--json`. */
export interface JsonLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface RunOptions {
  environment?: NodeJS.ProcessEnv;
  /** Without npx, which ends by SIGINT after an interrupt, whatever the exit code of what it ran. */
  directly?: boolean;
  /** Lines that are piped in. */
  input?: readonly string[];
}

/** `npx sidetone …` as a user starts it, in the checkout. */
export class SidetoneRun {
  readonly process: PeerProcess;

  constructor(args: readonly string[], { environment = {}, directly = false, input }: RunOptions) {
    const [program, ...first] = directly ? [process.execPath, "packages/sidetone/bin/sidetone.js"] : ["npx", "--no-install", "sidetone"];
    const options = {
      cwd: checkout,
      atMostSeconds: 60,
      environment: { ...noSettings, ...environment },
      signalOnce: directly,
      ...(input ? { input: input.join("\n") } : {}),
    };
    this.process = new PeerProcess(program!, [...first, ...args], options);
  }

  /** What it has printed so far with `--json`, object by object. */
  get lines(): JsonLine[] {
    return this.process.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JsonLine);
  }

  ofType(type: string): JsonLine[] {
    return this.lines.filter((line) => line.type === type);
  }

  /** Waits for the first line of this type. */
  async line(type: string): Promise<JsonLine> {
    await this.process.printed(new RegExp(`^\\{"type":"${type}".*\\n`, "m"));
    return this.ofType(type)[0]!;
  }

  /** Waits until it has ended by itself; with `--json`, its last report comes along. */
  async ended(): Promise<{ exitCode: number; report: JsonLine | undefined }> {
    const exitCode = await this.process.exited;
    return { exitCode, report: this.process.stdout.startsWith("{") ? this.ofType("CallReport").at(-1) : undefined };
  }
}

/** Starts the command; it ends with the test, and what it printed is shown when the test fails. */
export function runSidetone(args: readonly string[], options: RunOptions = {}): SidetoneRun {
  const run = new SidetoneRun(args, options);
  onTestFinished(() => run.process[Symbol.asyncDispose]());
  onTestFailed(() => console.log(run.process.lastWords));
  return run;
}
