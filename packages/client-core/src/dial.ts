import { BoundedQueue, onAbort } from "@sidetone/infra-common";
import { NameAddress } from "@sidetone/sip-core";
import type { Session, SessionEnd, SessionProgress, Sessions, SessionUser } from "@sidetone/session-core";
import type { Account } from "./account.ts";
import type { Call } from "./call.ts";
import type { DialObserver } from "./call-reporter.ts";
import type { DialOptions } from "./client-options.ts";
import { OutgoingCall } from "./outgoing-call.ts";
import { remoteParty, type RemoteParty } from "./remote-party.ts";
import { setupError, wrapError } from "./wrap-error.ts";

/** Makes the {@link Call} of a session, puts it on the client's list, and gives the one who reports to it. */
export type AddCall = (session: Session, remote: RemoteParty, observer: DialObserver) => { call: Call; user: SessionUser };

const progressCapacity = 64;

/** Sends the INVITE and gives the handle. */
export function dial(account: Account, sessions: Sessions, target: string, options: DialOptions, add: AddCall): OutgoingCall {
  const { signal } = options;
  signal?.throwIfAborted();
  const uri = account.complete(target);
  const attempt = new DialAttempt(signal);
  const answered = attempt.answered;
  let call!: Call;
  try {
    sessions.dial({
      ...sessionOptions(options),
      invite: {
        requestUri: uri,
        from: NameAddress.create(account.identity).toString(),
        contactUser: account.uri.user ?? "sidetone",
        accountId: account.id,
        route: account.route,
        headers: [...(options.headers ?? [])],
      },
      peerAddress: account.proxyHost ?? uri.host,
      createUser: (session) => {
        const added = add(session, remoteParty(uri), attempt);
        call = attempt.call = added.call;
        return added.user;
      },
    });
  } catch (error) {
    throw wrapError(error, "dial");
  }
  return new OutgoingCall(call, answered, attempt.progress);
}

function sessionOptions({
  ringTimeoutSeconds,
  codecs,
  sdp,
  external,
}: DialOptions): Pick<DialOptions, "ringTimeoutSeconds" | "codecs" | "sdp" | "external"> {
  return {
    ...(ringTimeoutSeconds === undefined ? {} : { ringTimeoutSeconds }),
    ...(codecs ? { codecs } : {}),
    ...(sdp === undefined ? {} : { sdp }),
    ...(external ? { external } : {}),
  };
}

/** Waits for the answer to a call that is being made. */
class DialAttempt implements DialObserver {
  readonly progress: BoundedQueue<SessionProgress> = new BoundedQueue({ capacity: progressCapacity, whenFull: "dropOldest" });
  readonly answered: Promise<Call>;
  call: Call | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #forgetSignal: () => void;
  #resolve!: (call: Call) => void;
  #reject!: (reason: unknown) => void;

  constructor(signal: AbortSignal | undefined) {
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#signal = signal;
    // Aborting an INVITE sends CANCEL.
    this.#forgetSignal = onAbort(signal, () => void this.call?.hangUp());
  }

  onConnected(): void {
    this.#forgetSignal();
    this.#resolve(this.call!);
  }

  onEnded(end: SessionEnd): void {
    this.#forgetSignal();
    this.#reject(this.#signal?.aborted ? this.#signal.reason : setupError(end));
  }
}
