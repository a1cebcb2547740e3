import { onAbort } from "@sidetone/infra-common";
import { exitCodeOfEnd, exitCodeOfStatus, exitCodes } from "../exit-code.ts";
import { UsageError } from "../usage-error.ts";
import type { Phone } from "./phone.ts";

/** What was waited for did not come, in time or at all. */
export class WaitError extends Error {
  readonly code = "WAIT";
  /** What the phone ends with because of it. */
  readonly exitCode: number;

  static {
    Object.defineProperty(this.prototype, "name", { value: "WaitError" });
  }

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Whether it is so now; throws {@link WaitError} when it cannot be so any more. */
type Condition = (phone: Phone) => boolean;

const registered: Condition = ({ registrations: { accounts } }) => {
  if (accounts.length === 0) throw new UsageError("there is no account that could be registered");
  for (const { uri, registration } of accounts) {
    const { state, error, retryAtMs } = registration;
    if (state !== "Failed" || retryAtMs !== undefined) continue;
    const exitCode = error?.statusCode === undefined ? exitCodes.usage : exitCodeOfStatus(error.statusCode);
    throw new WaitError(`${uri} is not registered: ${error?.message ?? "refused"}`, exitCode);
  }
  return accounts.every(({ registration }) => registration.state === "Active");
};

/** About the selected call. When there is none any more, it cannot become so. */
const selected =
  (isSo: (phone: Phone, call: NonNullable<Phone["selected"]>) => boolean): Condition =>
  (phone) => {
    if (phone.selected) return isSo(phone, phone.selected);
    if (!phone.past) throw new UsageError("there is no call to wait for");
    const { end, failure } = phone.past;
    throw new WaitError("the call has ended", exitCodeOfEnd(end, failure) || exitCodes.usage);
  };

const isHeld = ({ call }: NonNullable<Phone["selected"]>): boolean => call.holding.local || call.holding.remote;

/** What can be waited for, with what it means. */
export const waitStates: Readonly<Record<string, { readonly means: string; readonly isSo: Condition }>> = {
  registered: { means: "every account is registered", isSo: registered },
  unregistered: {
    means: "no account is registered any more",
    isSo: ({ registrations: { accounts } }) => accounts.every(({ registration: { state } }) => state !== "Active" && state !== "Pending"),
  },
  incoming: { means: "somebody calls", isSo: ({ calls }) => calls.some(({ waiting }) => waiting !== undefined) },
  ringing: {
    means: "the call rings, or is answered already",
    isSo: selected((_, { call }) => call.phase === "Ringing" || call.phase === "Connected"),
  },
  connected: { means: "the call is answered", isSo: selected((_, { isConnected }) => isConnected) },
  held: { means: "one side holds the call", isSo: selected((_, call) => isHeld(call)) },
  resumed: { means: "no side holds the call", isSo: selected((_, call) => call.isConnected && !isHeld(call)) },
  audio: { means: "something has been heard in the call", isSo: selected((_, { isHeard }) => isHeard) },
  played: { means: "nothing is played to the call any more", isSo: selected((_, { call }) => !call.isPlaying) },
  ended: { means: "every call has ended", isSo: ({ calls }) => calls.length === 0 },
};

/**
 * Resolves when the phone is in a state.
 *
 * @throws {WaitError} when the time is over, or it cannot come to it any more. @throws `signal.reason` when aborted.
 */
export async function waitFor(phone: Phone, state: string, seconds: number, signal: AbortSignal): Promise<void> {
  const { isSo } = waitStates[state]!;
  signal.throwIfAborted();
  if (isSo(phone)) return;
  await new Promise<void>((resolve, reject) => {
    const finish = (settle: () => void): void => {
      timer.cancel();
      forgetChanges();
      forgetSignal();
      settle();
    };
    const timer = phone.client.environment.clock.setTimer(seconds * 1000, () =>
      finish(() => reject(new WaitError(`not ${state} after ${seconds} s`, exitCodes.noAnswer))),
    );
    const forgetChanges = phone.onChange(() => {
      try {
        if (isSo(phone)) finish(resolve);
      } catch (error) {
        finish(() => reject(error as Error));
      }
    });
    const forgetSignal = onAbort(signal, () => finish(() => reject(signal.reason as Error)));
  });
}
