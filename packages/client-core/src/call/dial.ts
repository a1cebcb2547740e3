import { BoundedQueue, onAbort } from "@sidetone/infra-common";
import { From, NameAddress, Subject, type HeaderInput } from "@sidetone/sip-core";
import type { DialOptions as SessionDialOptions, ExternalMedia, Session, SessionProgress, Sessions } from "@sidetone/session-core";
import { Account } from "../account.ts";
import type { AccountList } from "../registration/account-list.ts";
import { knownOfExternal } from "../config/check-media.ts";
import type { NatTraversal } from "../nat/nat-traversal.ts";
import { refuseUnknownNames, type KnownNames } from "../config/known-names.ts";
import { ClientError } from "../errors/client-error.ts";
import { guard } from "../errors/guard.ts";
import { setupError } from "../errors/setup-error.ts";
import type { Call } from "./call.ts";
import type { DialObserver } from "./call-reporter.ts";
import type { CallList } from "./call-list.ts";
import { checkSdp } from "./check-sdp.ts";
import { extraHeaders } from "./extra-headers.ts";
import { OutgoingCall } from "./outgoing-call.ts";
import { remoteParty } from "./remote-party.ts";

export interface DialOptions {
  /**
   * Who calls: an account of the client, or its address, whose identity, way out and credentials are then used; or any other SIP URI, or
   * `Alice <sip:alice@example.com>`, in place of the first account's identity, whose way out and credentials stay. Default: the first account.
   */
  from?: string | Account;
  /** What the call is about (RFC 3261 §20.36). */
  subject?: string;
  /** Extra header fields for the INVITE, in order. */
  headers?: Iterable<HeaderInput>;
  /** Longest time to the answer, in seconds; then CANCEL. Default 60; 0 for no limit of ours. */
  ringTimeoutSeconds?: number;
  /** Encoding names for this call, in order of preference. */
  codecs?: readonly string[];
  /** Sends the INVITE without an offer: the callee's answer carries it (RFC 3264 §4). Default false. */
  lateOffer?: boolean;
  /** With external media: the offer, or with `lateOffer` the answer. */
  sdp?: string;
  /** With external media: how this call's descriptions are made. */
  external?: ExternalMedia;
  /** Labels of yours, which `call.metadata` and the events of the call carry. Nothing of it goes on the wire. */
  metadata?: Readonly<Record<string, string>>;
  /** Cancels the call while it rings (sends CANCEL); `answered` then rejects with `signal.reason`. It does not end an answered call. */
  signal?: AbortSignal;
}

const progressCapacity = 64;
const known: KnownNames<DialOptions> = {
  from: true,
  subject: true,
  headers: true,
  ringTimeoutSeconds: true,
  codecs: true,
  lateOffer: true,
  sdp: true,
  external: true,
  metadata: true,
  signal: true,
};

/** What a call of a client is made with. */
export interface DialParts {
  readonly accounts: AccountList;
  readonly sessions: Sessions;
  readonly calls: CallList;
  readonly nat: NatTraversal;
}

/** Sends the INVITE and gives the handle. Throws as `Client.dial` does. */
export function dial({ accounts, sessions, calls, nat }: DialParts, target: string, options: DialOptions): OutgoingCall {
  refuseUnknownNames(options, known, "dial");
  const { signal, metadata } = options;
  signal?.throwIfAborted();
  const { account, from } = callerOf(accounts, options.from);
  const uri = account.requestUri(account.complete(target));
  checkOptions(options, sessions.makesAudio);
  const attempt = new DialAttempt();
  const peerHost = account.proxyHost ?? uri.host;
  const sessionOptions: SessionDialOptions = {
    ...(account.codecs ? { codecs: account.codecs } : {}),
    ...pick(options),
    invite: {
      requestUri: uri,
      from: identity(account, from),
      contactUser: account.contactUser,
      accountId: account.id,
      route: account.route,
      affinity: account.affinity,
      headers: headersOf(options),
      lateOffer: options.lateOffer ?? false,
    },
    peerHost,
    nat: nat.ofOutgoing(account, peerHost),
    onDialled: (session) => {
      attempt.call = calls.add({ session, remote: remoteParty(uri), account, metadata }, attempt);
    },
  };
  guard("dial", () => sessions.dial(sessionOptions));
  attempt.watch(signal);
  return new OutgoingCall(attempt.call, attempt.answered, attempt.progress);
}

/** Whose call it is, and the identity to be shown in place of his own. */
function callerOf(accounts: AccountList, from: string | Account | undefined): { account: Account; from: string | undefined } {
  if (from === undefined || from instanceof Account) return { account: accounts.require(from), from: undefined };
  const account = accounts.all.find(({ uri }) => uri.toString() === from);
  return account ? { account, from: undefined } : { account: accounts.first, from };
}

type Passed = "ringTimeoutSeconds" | "codecs" | "sdp" | "external";

/** What cannot be honoured is refused, never ignored. */
function checkOptions(options: DialOptions, makesAudio: boolean): void {
  const { ringTimeoutSeconds, codecs, sdp, external } = options;
  if (ringTimeoutSeconds !== undefined && !(ringTimeoutSeconds >= 0))
    throw new ClientError("CONFIG_INVALID", `ringTimeoutSeconds must be 0 or more, not ${ringTimeoutSeconds}`);
  if (makesAudio && (sdp !== undefined || external))
    throw new ClientError("CONFIG_INVALID", '`sdp` and `external` are for clients with media: "external"');
  checkSdp(sdp);
  if (external) refuseUnknownNames(external, knownOfExternal, "external");
  if (!makesAudio && codecs) throw new ClientError("CONFIG_INVALID", "With external media the codecs are those of your description");
}

function pick({ ringTimeoutSeconds, codecs, sdp, external }: DialOptions): Pick<SessionDialOptions, Passed> {
  return {
    ...(ringTimeoutSeconds === undefined ? {} : { ringTimeoutSeconds }),
    ...(codecs ? { codecs } : {}),
    ...(sdp === undefined ? {} : { sdp }),
    ...(external ? { external } : {}),
  };
}

function identity(account: Account, from: string | undefined): string {
  if (from === undefined) return NameAddress.create(account.identity).toString();
  return guard("from", () => From.parse(from).withTag(undefined).toString());
}

function headersOf({ subject, headers }: DialOptions): readonly HeaderInput[] {
  return extraHeaders(subject === undefined ? headers : [[Subject.name, subject], ...(headers ?? [])], true);
}

/** Waits for the answer to a call that is being made. */
class DialAttempt implements DialObserver {
  readonly progress: BoundedQueue<SessionProgress> = new BoundedQueue({ capacity: progressCapacity, whenFull: "dropOldest" });
  readonly answered: Promise<Call>;
  call!: Call;
  #isSettled = false;
  #signal: AbortSignal | undefined = undefined;
  #forgetSignal: (() => void) | undefined = undefined;
  #resolve!: (call: Call) => void;
  #reject!: (reason: unknown) => void;

  constructor() {
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Aborting an INVITE sends CANCEL. */
  watch(signal: AbortSignal | undefined): void {
    if (this.#isSettled) return;
    this.#signal = signal;
    this.#forgetSignal = onAbort(signal, () => void this.call.hangUp());
  }

  onProgress(progress: SessionProgress): void {
    this.progress.push(progress);
  }

  onSettled({ phase, intent, end }: Session): void {
    this.#isSettled = true;
    this.#forgetSignal?.();
    this.progress.end();
    if (phase === "Connected") this.#resolve(this.call);
    else this.#reject(this.#signal?.aborted ? this.#signal.reason : setupError(end ?? { cause: intent ?? "Cancelled" }));
  }
}
