import type { Call, CallEnded, CallEvents } from "@sidetone/client-core";
import { callReport, rounded, type CallReport } from "./call-report.ts";
import { describeEnd } from "./describe-end.ts";
import { Narrator, type Fields } from "./narrator.ts";

/** Tells what happens in calls. */
export class CallNarrator extends Narrator {
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
    call.on("errorOccurred", ({ error }) => this.problem(error, { callId: call.id }));
  }

  report(call: Call, end: CallEnded): CallReport {
    const report = callReport(call, end);
    this.output.line(this.json ? JSON.stringify(report) : describeEnd(report, end));
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
