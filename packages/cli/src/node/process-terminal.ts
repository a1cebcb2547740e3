import { systemClock } from "@sidetone/infra-common";
import { exitCodes } from "../exit-code.ts";
import { Terminal } from "../terminal.ts";
import { LineEditor } from "./line-editor.ts";
import { PipedLines } from "./piped-lines.ts";
import { secretAsker } from "./ask-secret.ts";

/** npx passes a Ctrl-C on that the terminal has sent to this process already: what comes so soon after it is the same one. */
const sameInterruptMs = 500;
const statusOfInterrupt = 130;

/** The terminal of this process. The first interrupt is told to the command, which hangs up; a second one ends the process at once. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  return new Terminal({
    out: stdout,
    err: stderr,
    variables: process.env,
    onInterrupt,
    onReload,
    openLines: (options) =>
      options.edits && stdin.isTTY && stdout.isTTY
        ? new LineEditor({ input: stdin, output: stdout, interrupt }, options)
        : new PipedLines(stdin),
    ...(stdin.isTTY && stderr.isTTY ? { askSecret: secretAsker({ input: stdin, output: stderr, interrupt }) } : {}),
  });
}

const interrupt = (): void => void process.emit("SIGINT", "SIGINT");

/** Who reads files again at SIGHUP, as daemons do. */
const reloadListeners = new Set<() => void>();

function onReload(listener: () => void): () => void {
  reloadListeners.add(listener);
  return () => reloadListeners.delete(listener);
}

function onInterrupt(listener: () => void): () => void {
  let firstAtMs: number | undefined;
  const onSignal = (): void => {
    if (firstAtMs === undefined) {
      firstAtMs = systemClock.now();
      listener();
    } else if (systemClock.now() - firstAtMs > sameInterruptMs) process.exit(statusOfInterrupt);
  };
  const onHangup = (): void => {
    if (reloadListeners.size === 0) onSignal();
    for (const reload of reloadListeners) reload();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  process.on("SIGHUP", onHangup);
  const onOutputError = ({ code, message }: NodeJS.ErrnoException): void => {
    onSignal();
    if (code === "EPIPE") return; // nobody reads any more (`| head -1`): as good as an interrupt
    process.stderr.write(`sidetone: the output cannot be written: ${message}\n`);
    process.exitCode = exitCodes.usage;
  };
  // The second listener stays, for what is still written on the way out.
  process.stdout.once("error", onOutputError).on("error", () => {});
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off("SIGHUP", onHangup);
  };
}
