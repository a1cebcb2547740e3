import type { Call, CallEnded, CallEvents } from "@sidetone/client-core";
import type { Clock } from "@sidetone/infra-common";
import { callReport, rounded, type CallReport } from "./call-report.ts";
import { describeEnd } from "./describe-end.ts";
import { explainError } from "./explain-error.ts";
import type { Terminal } from "./terminal.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Where it is told: a terminal, or a part of one. */
export type NarratorOutput = Pick<Terminal, "line" | "error">;

/** Tells what happens: lines for a person, one JSON object per line for a program. */
export class CallNarrator {
  readonly #terminal: NarratorOutput;
  readonly #json: boolean;
  readonly #clock: Clock;

  constructor(terminal: NarratorOutput, json: boolean, clock: Clock) {
    this.#terminal = terminal;
    this.#json = json;
    this.#clock = clock;
  }

  /** Tells one thing; what has no `text` is for programs only. */
  say(type: string, text: string | undefined, fields: Fields = {}): void {
    if (this.#json) this.#terminal.line(JSON.stringify({ type, timestampMs: Math.round(this.#clock.wallNow()), ...fields }));
    else if (text !== undefined) this.#terminal.line(text);
  }

  /** Follows `call` to its end. */
  follow(call: Call): void {
    const tell = (type: string, text: string | undefined, fields: Fields = {}): void =>
      this.say(type, text, { callId: call.id, ...fields });
    call.on("progress", ({ statusCode, reasonPhrase, earlyMedia }) =>
      tell("Progress", `${statusCode} ${reasonPhrase}${earlyMedia ? " with early media" : ""}`, { statusCode, reasonPhrase, earlyMedia }),
    );
    call.on("phaseChanged", (change) => tell("CallStateChanged", phaseText(change, call), change));
    call.on("holdChanged", ({ local, remote }) => tell("HoldStateChanged", holdText(local, remote), { local, remote }));
    call.on("dtmfReceived", ({ digit, durationMs }) =>
      tell("DtmfReceived", `digit ${digit} heard, ${Math.round(durationMs)} ms`, { digit, durationMs }),
    );
    call.on("dtmfSent", ({ digits }) => tell("DtmfSent", `digits ${digits} sent`, { digits }));
    call.on("mediaActive", () => tell("AudioStarted", "audio is heard"));
    call.on("qualityChanged", (quality) => tell("MediaQualityChanged", undefined, qualityFields(quality)));
    call.on("errorOccurred", ({ error }) => this.problem(call, error));
  }

  /** Something was not done as asked, and the call lives on. */
  problem(call: Call, error: unknown): void {
    const message = explainError(error);
    if (this.#json) this.say("ErrorOccurred", undefined, { callId: call.id, message });
    else this.#terminal.error(message);
  }

  report(call: Call, end: CallEnded): CallReport {
    const report = callReport(call, end);
    this.#terminal.line(this.#json ? JSON.stringify(report) : describeEnd(report, end));
    return report;
  }
}

function phaseText({ phase, previous }: CallEvents["phaseChanged"], { connectedAtMs, startedAtMs, codec }: Call): string | undefined {
  if (phase === "Connected")
    return `connected after ${(((connectedAtMs ?? startedAtMs) - startedAtMs) / 1000).toFixed(1)} s, ${codec ?? "no audio"}`;
  if (phase === "Terminating") return previous === "Connected" ? "hanging up" : "giving up";
  return undefined; // ringing is told by the response, the end by the report
}

function holdText(local: boolean, remote: boolean): string {
  if (local) return remote ? "held by both sides" : "held by this side";
  return remote ? "held by the other side" : "no longer held";
}

function qualityFields({ codec, lossPercent, jitterMs, roundTripMs, rFactor, mos }: CallEvents["qualityChanged"]): Fields {
  return {
    codec,
    lossPercent: rounded(lossPercent, 2),
    jitterMs: rounded(jitterMs, 2),
    roundTripMs: rounded(roundTripMs, 2),
    rFactor: rounded(rFactor, 1),
    mos: rounded(mos, 2),
  };
}
