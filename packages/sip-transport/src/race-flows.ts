import { anySignal, onAbort, type Clock, type Timer } from "@sidetone/infra-common";
import type { Flow } from "./flow.ts";

/** "Connection Attempt Delay … recommended value … 250 milliseconds" (RFC 8305 §5). */
const attemptDelayMs = 250;

/** Opens a flow; rejects with `signal.reason` when it is not wanted any more. */
export type FlowAttempt = (signal: AbortSignal) => Promise<Flow>;

/**
 * Opens two flows to one server, the second 250 ms after the first or as soon as that fails, and keeps whichever is up first
 * (RFC 8305 §5). Rejects as the first does when both fail, or with `signal.reason`.
 */
export function raceFlows(attempts: readonly [FlowAttempt, FlowAttempt], clock: Clock, signal: AbortSignal | undefined): Promise<Flow> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const race = new AbortController();
    const either = anySignal(signal, race.signal);
    let firstError: unknown;
    let hasFailed = false;
    let timer: Timer | undefined;
    const end = (): void => {
      timer?.cancel();
      timer = undefined;
      forget();
      race.abort(new Error("the other address was faster"));
      either[Symbol.dispose]();
    };
    const win = (flow: Flow): void => {
      end();
      resolve(flow);
    };
    const fail = (error: unknown): void => {
      firstError ??= error;
      if (!hasFailed) {
        hasFailed = true;
        return startSecond();
      }
      end();
      reject(firstError as Error);
    };
    const startSecond = (): void => {
      if (!timer) return;
      timer.cancel();
      timer = undefined;
      attempts[1](either.signal).then(win, fail);
    };
    const forget = onAbort(signal, (reason) => {
      end();
      reject(reason as Error);
    });
    timer = clock.setTimer(attemptDelayMs, startSecond);
    attempts[0](either.signal).then(win, fail);
  });
}
