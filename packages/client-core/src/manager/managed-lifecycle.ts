import type { AdmissionCounts } from "@sidetone/dialog-core";
import { formatHostPort } from "@sidetone/infra-common";
import type { Call } from "../call/call.ts";
import { CallState } from "../call/call-state.ts";
import type { Client } from "../client/client.ts";
import { attempt } from "../errors/attempt.ts";
import { ClientError } from "../errors/client-error.ts";

/** A call, or its id. */
export type CallRef = Call | string;

export interface ClientStats {
  readonly isRunning: boolean;
  /** Where it takes SIP: `UDP 127.0.0.1:5060`. */
  readonly listeningPoints: readonly string[];
  /** Calls answered and not over. */
  readonly activeCalls: number;
  /** Calls that have not ended, answered or not. */
  readonly currentCalls: number;
  /** Since the client was made: begun here, … */
  readonly outgoingCalls: number;
  /** … come in, … */
  readonly incomingCalls: number;
  /** … and of both, those over. */
  readonly endedCalls: number;
  /** Of those over, the ones that had been answered. */
  readonly answeredCalls: number;
  /** Requests that were turned away before anything was kept of them, since the latest start. */
  readonly turnedAway: AdmissionCounts;
}

/** Starting and stopping. */
export abstract class ManagedLifecycle implements AsyncDisposable {
  /** The client beneath, for what has no command. */
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  /**
   * Opens the SIP ports, and registers the accounts that have a registrar, unless they say `autoRegister: false`. Idempotent, also after
   * `stop`. When it rejects, the client does not run.
   *
   * @throws {ClientError} `RESOURCE_UNAVAILABLE` when a port is taken, `PERMISSION_DENIED`, `CLIENT_STOPPED` after `close`; what
   *   `register` rejects with.
   */
  start(): Promise<void> {
    return this.client.start();
  }

  /** Hangs up, un-registers, waits at most 4 s in all for the others, frees the ports. Idempotent; never rejects. Subscriptions stay: it may start again. */
  stop(): Promise<void> {
    return this.client.stop();
  }

  /** Stops for good and ends every subscription. Idempotent; never rejects. */
  close(): Promise<void> {
    return this.client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get isRunning(): boolean {
    return this.client.isRunning;
  }

  getClientStats(): ClientStats {
    const { isRunning, listeningPoints, calls, callCounts } = this.client;
    return {
      isRunning,
      listeningPoints: listeningPoints.map(({ transport, address, port }) => `${transport} ${formatHostPort(address, port)}`),
      activeCalls: calls.filter(({ state }) => CallState.isActive(state)).length,
      currentCalls: calls.length,
      outgoingCalls: callCounts.outgoing,
      incomingCalls: callCounts.incoming,
      endedCalls: callCounts.ended,
      answeredCalls: callCounts.answered,
      turnedAway: { ...this.client.turnedAway },
    };
  }

  /** Runs a command; one who does not wait for it hears of its failure by `ErrorOccurred`. */
  protected command<Result>(what: string, operation: () => Result | PromiseLike<Result>): Promise<Result> {
    return attempt(this.client.environment, what, operation);
  }

  /** @throws {ClientError} `CALL_NOT_FOUND` for an id that no present call has. */
  protected resolve(ref: CallRef): Call {
    if (typeof ref !== "string") return ref;
    const call = this.client.findCall(ref);
    if (!call) throw new ClientError("CALL_NOT_FOUND", `There is no call ${JSON.stringify(ref.slice(0, 80))}; it may have ended`);
    return call;
  }
}
