import type { Call } from "@sidetone/client-core";
import type { Clock, Timer } from "@sidetone/infra-common";
import { rounded } from "./call-report.ts";
import type { Terminal } from "./terminal.ts";

const tickMs = 1000;

/** Keeps the live line of a terminal true while something lasts; where nobody watches it does nothing. */
export class LiveLine implements Disposable {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #text: () => string;
  #timer: Timer | undefined;

  /** @param text what to show now; empty for nothing. */
  constructor(terminal: Terminal, clock: Clock, text: () => string) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#text = text;
    this.restart();
  }

  /** Keeps up with what happens to `call`. */
  follow(call: Call): void {
    call.on("phaseChanged", () => this.restart());
    call.on("holdChanged", () => this.refresh());
    call.on("qualityChanged", () => this.refresh());
  }

  /** Shows it now, and from now on each second: so that the seconds of a call turn when they are full. */
  restart(): void {
    this.#timer?.cancel();
    if (this.#terminal.isInteractive) this.#tick();
  }

  /** Shows it now. */
  refresh(): void {
    const text = this.#text();
    if (text === "") this.#terminal.endLive();
    else this.#terminal.live(text);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#terminal.endLive();
  }

  #tick(): void {
    this.refresh();
    this.#timer = this.#clock.setTimer(tickMs, () => this.#tick());
  }
}

/** State, time, codec, loss, jitter and MOS of a call; before the answer state and time. */
export function liveText(call: Call, nowMs: number): string {
  if (call.connectedAtMs === undefined) return `${stateOf(call)}  ${minutes(nowMs - call.startedAtMs)}`;
  const { quality } = call;
  return [
    stateOf(call),
    minutes(call.durationMs),
    call.codec ?? "no audio",
    figure("loss", quality?.lossPercent, 1, " %"),
    figure("jitter", quality?.jitterMs, 1, " ms"),
    figure("MOS", quality?.mos, 2),
  ].join("  ");
}

/** `4:07`. */
export function minutes(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** What a call does, in a word or two. */
export function stateOf({ phase, direction, holding, connectedAtMs }: Call): string {
  if (phase === "Initiating") return direction === "outgoing" ? "calling" : "call comes in";
  if (phase === "Terminating") return connectedAtMs === undefined ? "giving up" : "hanging up";
  if (phase !== "Connected") return phase.toLowerCase();
  if (holding.local) return holding.remote ? "held by both" : "held here";
  return holding.remote ? "held by the other side" : "connected";
}

function figure(name: string, value: number | undefined, digits: number, unit = ""): string {
  const shown = rounded(value, digits);
  return `${name} ${shown === null ? "–" : `${shown.toFixed(digits)}${unit}`}`;
}
