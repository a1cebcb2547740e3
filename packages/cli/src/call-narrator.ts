import type { Call, CallEnded } from "@sidetone/client-core";
import { callReport, describeReport, rounded, type CallReport } from "./call-report.ts";
import type { Terminal } from "./terminal.ts";

/** Tells what happens to a call: lines and a live line for a person, one JSON object per line for a program. */
export class CallNarrator {
  readonly #terminal: Terminal;
  readonly #json: boolean;

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal;
    this.#json = json;
  }

  /** Something that is not about a call. */
  say(type: string, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.#json) this.#terminal.line(JSON.stringify({ type, ...fields }));
    else this.#terminal.line(text);
  }

  /** Follows `call` to its end. */
  follow(call: Call): void {
    const callId = call.id;
    const tell = (type: string, text: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      this.say(type, text, { callId, ...fields });
    call.on("progress", ({ statusCode, reasonPhrase, earlyMedia }) =>
      tell("Progress", `${statusCode} ${reasonPhrase}${earlyMedia ? " with early media" : ""}`, { statusCode, reasonPhrase, earlyMedia }),
    );
    call.on("phaseChanged", ({ phase, previous }) => tell("CallStateChanged", phase.toLowerCase(), { phase, previous }));
    call.on("holdChanged", ({ local, remote }) => tell("HoldStateChanged", `hold: ${holders(local, remote)}`, { local, remote }));
    call.on("dtmfReceived", ({ digit, durationMs }) =>
      tell("DtmfReceived", `digit ${digit} (${Math.round(durationMs)} ms)`, { digit, durationMs }),
    );
    call.on("dtmfSent", ({ digits }) => tell("DtmfSent", `sent digits ${digits}`, { digits }));
    call.on("mediaActive", () => tell("AudioStarted", "audio is heard"));
    call.on("errorOccurred", ({ error }) => this.problem(call, error));
    call.on("qualityChanged", () => this.#showLive(call));
  }

  /** Something failed that the call lives without. */
  problem(call: Call, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.say("ErrorOccurred", `problem: ${message}`, { callId: call.id, message });
  }

  report(call: Call, end: CallEnded): CallReport {
    const report = callReport(call, end);
    this.#terminal.line(this.#json ? JSON.stringify(report) : describeReport(report));
    return report;
  }

  #showLive(call: Call): void {
    if (this.#json || call.connectedAtMs === undefined) return;
    const { quality } = call;
    const seconds = Math.floor(call.durationMs / 1000);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    const figure = (name: string, value: number | undefined, unit: string, digits: number): string =>
      `${name} ${value === undefined ? "–" : `${rounded(value, digits)}${unit}`}`;
    const parts = [
      call.phase.toLowerCase(),
      time,
      call.codec ?? "–",
      figure("loss", quality?.lossPercent, " %", 1),
      figure("jitter", quality?.jitterMs, " ms", 1),
      figure("MOS", quality?.mos, "", 2),
    ];
    this.#terminal.live(parts.join("  "));
  }
}

function holders(local: boolean, remote: boolean): string {
  if (local) return remote ? "both sides" : "this side";
  return remote ? "the other side" : "nobody";
}
