import { writeFile } from "node:fs/promises";
import { onTestFinished } from "vitest";
import { freePorts } from "../peers/process/free-ports.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { runSidetone, type SidetoneRun } from "../under-test/run-sidetone.ts";

export interface RunningRegistrar {
  readonly run: SidetoneRun;
  readonly port: number;
  /** `127.0.0.1:5060`. */
  readonly hostPort: string;
  /** The users file. */
  readonly file: string;
}

export const secretOf = (user: string): string => `secret-${user}`;

/** `sidetone registrar --json` for alice, bob and 1003, which ends with the test. */
export async function openRegistrar(flags: readonly string[] = []): Promise<RunningRegistrar> {
  const folder = await ScratchFolder.make("registrar");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const file = folder.file("users");
  await writeFile(file, ["alice", "bob", "1003"].map((user) => `${user}:${secretOf(user)}\n`).join(""), { mode: 0o600 });
  const port = await freePorts(1);
  const hostPort = `127.0.0.1:${port}`;
  const listen = flags.includes("--listen") ? [] : ["--listen", hostPort];
  const run = runSidetone(["registrar", "--users", file, ...listen, "--json", ...flags], { directly: true });
  await run.line("Listening");
  return { run, port, hostPort, file };
}
