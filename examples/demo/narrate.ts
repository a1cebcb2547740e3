import type { Call } from "sidetone";

const startedAt = process.hrtime.bigint();

/** One line of the story: when, who, what. */
export function say(name: string, text: string): void {
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  console.log(`${seconds.toFixed(2).padStart(7)} s  ${name.padEnd(5)}  ${text}`);
}

/** Tells what happens to one side of a call. */
export function narrate(name: string, call: Call): void {
  call.on("phaseChanged", ({ phase }) => {
    if (phase === "Connected") say(name, `Connected, ${call.codec}`);
    else if (phase !== "Ended") say(name, phase);
  });
  call.on("mediaActive", () => say(name, "hears the first audio"));
  call.on("dtmfReceived", ({ digit, durationMs }) => say(name, `hears key ${digit}, ${durationMs.toFixed(0)} ms`));
  call.on("holdChanged", ({ local, remote }) => say(name, local ? "holds the call" : remote ? "is on hold" : "goes on after the hold"));
  void call.ended.then(({ cause, endedBy }) => say(name, `Ended: ${cause} by ${endedBy}`));
}
