import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** The command, as npm links it. */
export const sidetone = "packages/sidetone/bin/sidetone.js";

/** Nobody's settings: those of whoever runs the tests are his own. */
const noSettings = { XDG_CONFIG_HOME: "/nowhere", XDG_STATE_HOME: "/dev/null" };

/** A program of this repository that runs in a process of its own. */
export interface RunningProgram {
  /** What it has written so far, to either stream. */
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when it has ended: the exit code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Resolves with the match when `pattern` occurs in the output; rejects when the program ends before that. */
  waitFor(pattern: RegExp): Promise<RegExpMatchArray>;
  kill(signal?: NodeJS.Signals): void;
}

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL"); // does nothing to what has ended
});

/** Starts `node <path> <args>` in the repository's folder; what still runs at the end of the test file is killed. */
export function runProgram(path: string, args: readonly string[] = [], env: Record<string, string> = {}): RunningProgram {
  const child = spawn(process.execPath, [path, ...args], {
    cwd: root,
    env: { ...process.env, ...noSettings, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { all: "", stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (part: string) => {
      text.all += part;
      text[name] += part;
    });
  }
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  children.push(child);
  return {
    get output() {
      return text.all;
    },
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    ended,
    waitFor: async (pattern) => {
      for (;;) {
        const match = pattern.exec(text.all);
        if (match) return match;
        const [first] = await Promise.race([once(child.stdout, "data"), once(child.stderr, "data"), ended.then(() => [undefined])]);
        if (first === undefined) return expect.fail(`${path} ended before it wrote ${pattern}:\n${text.all}`);
      }
    },
    kill: (signal = "SIGINT") => void child.kill(signal),
  };
}

/** A UDP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}
