import type { AdmissionCounts } from "@sidetone/dialog-core";
import { TypedEmitter, type Environment } from "@sidetone/infra-common";
import { CodecRegistry } from "@sidetone/media-core";
import { codecsNamed, type CalledAccount, type IncomingSession, type Sessions, type SessionsUser } from "@sidetone/session-core";
import type { SipRequest } from "@sidetone/sip-core";
import type { CertificateExpiry, ListeningPoint } from "@sidetone/sip-transport";
import type { Account } from "../account.ts";
import type { Call } from "../call/call.ts";
import { CallList, type CallCounts } from "../call/call-list.ts";
import { dial, type DialOptions } from "../call/dial.ts";
import { IncomingCall } from "../call/incoming-call.ts";
import type { OutgoingCall } from "../call/outgoing-call.ts";
import { callerOf } from "../call/remote-party.ts";
import type { ClientOptions } from "../config/client-options.ts";
import { attempt } from "../errors/attempt.ts";
import { ClientError } from "../errors/client-error.ts";
import { guard } from "../errors/guard.ts";
import { ContactWatch } from "../nat/contact-watch.ts";
import { NatTraversal } from "../nat/nat-traversal.ts";
import type { NetworkChange } from "../network/network-change.ts";
import { AccountList, type AccountRef } from "../registration/account-list.ts";
import { newInstanceId } from "../registration/instance-id.ts";
import type { RegistrationInfo, RegistrationState } from "../registration/registration-info.ts";
import { CallHistory, type CallRecord } from "../events/call-history.ts";
import { ClientEventLog } from "../events/client-event-log.ts";
import type { FlowChange } from "../registration/flow-change.ts";
import { CertificateNotices } from "./certificate-notices.ts";
import type { ClientEvents } from "./client-events.ts";
import { ClientGate } from "../security/client-gate.ts";
import { ClientStack } from "./client-stack.ts";
import { ClientUserAgent } from "./client-user-agent.ts";
import { IncomingDesk, type IncomingHandler } from "./incoming-desk.ts";
import { parseListen } from "./listen.ts";
import { Restartable } from "./restartable.ts";

const nobodyTurnedAway: Readonly<AdmissionCounts> = { ignored: 0, limited: 0, overloaded: 0, full: 0, refused: 0, repeated: 0 };

/**
 * A user agent: makes calls, takes calls. `createClient` makes one that runs.
 *
 * `await using client = …` hangs up every call and frees the ports at the end of the block.
 */
export class Client extends TypedEmitter<ClientEvents> implements AsyncDisposable {
  readonly environment: Environment;
  /** Codecs that can really be encoded here; undefined with external media. */
  readonly codecs: CodecRegistry | undefined;
  /** Whether calls offer to send key presses as telephone-event (RFC 4733). */
  readonly offersDtmf: boolean;
  #instanceId: string | undefined;
  readonly #accounts: AccountList;
  readonly #calls: CallList;
  readonly #desk: IncomingDesk;
  readonly #nat: NatTraversal;
  readonly #contactWatch: ContactWatch;
  readonly #certificates: CertificateNotices;
  readonly #stack: Restartable<ClientStack>;
  #preferredCodecs: readonly string[] | undefined;
  #userAgent: ClientUserAgent | undefined = undefined;
  #events: ClientEventLog | undefined = undefined;
  #history: CallHistory | undefined = undefined;
  #isClosed = false;
  #wasRunning = false;

  /** @internal Clients are made by `createClient` and `ClientBuilder`, which check the options. */
  constructor(environment: Environment, options: ClientOptions) {
    super(environment.onListenerError);
    this.environment = environment;
    this.#instanceId = options.instanceId;
    const onChanged = (account: Account, registration: RegistrationInfo, previousState: RegistrationState): void =>
      this.#onRegistrationChanged(account, registration, previousState);
    const hasCalls = (account: Account): boolean => this.#calls.all.some((call) => call.account === account);
    const onFlow = (change: FlowChange): void => this.#onFlow(change);
    const instanceId = (): string => this.instanceId;
    this.#accounts = new AccountList(options, { environment, instanceId, onChanged, onFlow, hasCalls });
    this.codecs = options.media === "external" ? undefined : new CodecRegistry();
    this.offersDtmf = this.codecs !== undefined && (typeof options.media !== "object" || (options.media.dtmf ?? true));
    this.#preferredCodecs = typeof options.media === "object" ? options.media.codecs : undefined;
    const listen = parseListen(options.listen);
    this.#calls = new CallList({
      onCallAdded: (call) => this.#onCallAdded(call),
      onCallEnded: (call) => this.#onCallEnded(call),
    });
    this.#desk = new IncomingDesk({
      environment,
      ringsAutomatically: options.ringing !== "manual",
      announce: (incoming) => this.#announce(incoming),
    });
    this.#nat = new NatTraversal({
      environment,
      core: () => this.#stack.current?.sessions.core,
      isAdvertised: typeof options.media === "object" && options.media.advertisedAddress !== undefined,
      onPublicAddressUnknown: (account, error, fallback) => this.#onPublicAddressUnknown(account, error, fallback),
    });
    this.#contactWatch = new ContactWatch({
      environment,
      calls: () => this.#calls.all,
      isTelling: ({ id }) => this.#stack.current?.isTelling(id) ?? false,
      forgetPublicAddresses: () => this.#stack.current?.forgetPublicAddresses(),
    });
    const gate = new ClientGate(environment, this.#accounts, options);
    const user: SessionsUser = {
      accountOf: (request) => this.#calledAccount(request),
      onIncoming: (session) => this.#takeSession(session),
      isKnownPeer: (flow) => gate.isKnownPeer(flow),
      ...(gate.hasPolicies && {
        admit: (request, flow, usage) => gate.admit(request, flow, usage),
        authenticate: (request, flow, usage) => gate.authenticate(request, flow, usage),
      }),
    };
    const onNetworkChange = (change: NetworkChange): void => this.#onNetworkChange(change);
    const onSlept = (uncountedMs: number): void => this.#events?.onSlept(uncountedMs);
    this.#certificates = new CertificateNotices(environment.clock, (certificate) => this.#onCertificateExpiring(certificate));
    const onCertificateExpiring = (certificate: CertificateExpiry): void => this.#certificates.add(certificate);
    const watchers = { onNetworkChange, onSlept, onCertificateExpiring };
    const parts = { environment, accounts: this.#accounts, gate, listen, options, codecs: this.codecs, user, ...watchers };
    this.#stack = new Restartable(() => ClientStack.open(parts));
  }

  /** URN that registrars know this client by (RFC 5626 §4.1). */
  get instanceId(): string {
    return (this.#instanceId ??= newInstanceId(this.environment.random));
  }

  /** The account that is meant where none is named. */
  get account(): Account {
    return this.#accounts.first;
  }

  get accounts(): readonly Account[] {
    return this.#accounts.all;
  }

  /** The account of this id or address. */
  findAccount(ref: AccountRef): Account | undefined {
    return this.#accounts.find(ref);
  }

  /** Where the client takes SIP, with the ports that were granted; none while it does not run. */
  get listeningPoints(): readonly ListeningPoint[] {
    return this.#stack.current?.listeningPoints ?? [];
  }

  /** A URI under which the first listening point can be called directly: from this machine, when it listens on a wildcard address. */
  get uri(): string {
    return this.#stack.current?.directUri(this.account) ?? this.account.uri.toString();
  }

  /** Requests of any method, outside of calls. */
  get userAgent(): ClientUserAgent {
    return (this.#userAgent ??= new ClientUserAgent(this.environment, this.#accounts, () => this.#requireSessions().core));
  }

  /** Everything that happens, as plain data in one sequence. It begins with the first use, and costs nothing before. */
  get events(): ClientEventLog {
    if (!this.#events) {
      const { environment, codecs } = this;
      this.#events = new ClientEventLog({ environment, codecs, calls: () => this.#calls.all, accounts: () => this.accounts });
      this.#calls.watcher = this.#events;
      if (this.#isClosed) this.#events.close();
    }
    return this.#events;
  }

  /** The latest calls that have ended, the oldest first; at most 1,000. It begins with the first use, and costs nothing before. */
  get history(): readonly CallRecord[] {
    return (this.#history ??= new CallHistory()).records;
  }

  /** Requests that were turned away before anything was kept of them, since the client was started; zeros while it does not run. */
  get turnedAway(): Readonly<AdmissionCounts> {
    return this.#stack.current?.sessions.core.admissionCounts ?? nobodyTurnedAway;
  }

  /** How many calls there have been. */
  get callCounts(): CallCounts {
    return this.#calls.counts;
  }

  /** Calls that have not ended, oldest first. */
  get calls(): readonly Call[] {
    return this.#calls.all;
  }

  get callCount(): number {
    return this.#calls.size;
  }

  get isRunning(): boolean {
    return this.#stack.current !== undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  findCall(id: string): Call | undefined {
    return this.#calls.find(id);
  }

  /** The incoming call of this id, as long as it waits for a decision. */
  findIncoming(id: string): IncomingCall | undefined {
    const call = this.#calls.find(id);
    return call?.undecided && new IncomingCall(call.undecided, call);
  }

  /**
   * Calls `target` and resolves when it answers; the same as `dial(target, options).answered`.
   *
   * Sends an INVITE with an SDP offer (RFC 3261 §13.2.1, RFC 3264), answers a 401 or 407 challenge, and acknowledges the 2xx.
   *
   * @param target SIP URI, or a user or telephone number to complete with the account's domain.
   * @returns The answered call. `await using` hangs it up at the end of the block.
   * @throws {ClientError} `CALL_BUSY`, `CALL_REJECTED`, `CALL_REDIRECTED`, `AUTHENTICATION_FAILED` with the status code when the other side
   *   refuses; `CALL_NO_ANSWER` after `ringTimeoutSeconds`; `TIMEOUT` when nothing replies for 64·T1 (32 s); `SERVER_UNREACHABLE`;
   *   `MEDIA_NO_COMMON_CODEC`; what `dial` throws.
   * @throws `signal.reason` when aborted.
   */
  call(target: string, options: DialOptions = {}): Promise<Call> {
    return attempt(this.environment, "call", () => this.dial(target, options).answered);
  }

  /**
   * Calls `target` and gives the handle at once.
   *
   * @throws {ClientError} `SIP_URI_INVALID`; `CONFIG_INVALID` and `CODEC_UNSUPPORTED` for options; `CONFIG_UNSUPPORTED` for a URI that asks
   *   for TLS or WebSocket; `TOO_MANY_CALLS`; `CLIENT_STOPPED`.
   */
  dial(target: string, options: DialOptions = {}): OutgoingCall {
    return dial({ accounts: this.#accounts, sessions: this.#requireSessions(), calls: this.#calls, nat: this.#nat }, target, options);
  }

  /** Sets the one handler that decides about incoming calls, each in its own turn; undefined removes it. Returns the function that does. */
  onIncoming(handler: IncomingHandler | undefined): () => void {
    if (handler !== undefined && typeof handler !== "function")
      throw new ClientError("CONFIG_INVALID", "onIncoming() takes the function that decides about a call, or undefined");
    this.#desk.handler = handler;
    return () => {
      if (this.#desk.handler === handler) this.#desk.handler = undefined;
    };
  }

  /** Incoming calls as an async iterable, for when there is no handler: they ring until the reader decides. Ends when the client stops. */
  incomingCalls(options: { signal?: AbortSignal } = {}): AsyncIterable<IncomingCall> {
    this.#requireSessions();
    return this.#desk.openReader(options.signal);
  }

  /** Encoding names that calls name when they are not told otherwise, in order of preference; for later calls. Throws `CODEC_UNSUPPORTED`. */
  preferCodecs(names: readonly string[]): void {
    const { codecs } = this;
    if (!codecs) throw new ClientError("MEDIA_NOT_AVAILABLE", "With external media the application chooses the codecs");
    if (!Array.isArray(names)) throw new ClientError("CONFIG_INVALID", "preferCodecs() takes a list of encoding names");
    guard("preferCodecs", () => codecsNamed(codecs, names));
    this.#preferredCodecs = [...names];
    this.#applyCodecs();
  }

  /**
   * Opens the SIP ports again after `stop`, and registers the accounts that have a registrar, unless they say `autoRegister: false`.
   * Idempotent. When it rejects, the client does not run.
   *
   * @throws {ClientError} `RESOURCE_UNAVAILABLE` when a port is taken, `PERMISSION_DENIED`, `CLIENT_STOPPED` after `close`; what
   *   `account.register()` rejects with.
   */
  async start(): Promise<void> {
    if (this.#isClosed) throw closed();
    const wasRunning = this.isRunning;
    await guard("start", () => this.#stack.start());
    this.#applyCodecs();
    this.#announceRunning();
    if (wasRunning) return;
    try {
      await this.#accounts.registerAll();
      this.#certificates.release();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /**
   * Hangs up every call and un-registers every account, waits at most 2 s for the peers and 4 s for the registrars, and frees the ports.
   * Idempotent; never rejects.
   */
  async stop(): Promise<void> {
    this.#desk.endReaders();
    await this.#stack.stop();
    this.#certificates.hold();
    this.#announceRunning();
  }

  /** Stops for good. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.stop();
    this.#accounts.close();
    this.#events?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Whether anybody heard. */
  reportError(error: unknown, where: string): boolean {
    // A listener for errors that fails itself is not told of it.
    if (where === "errorOccurred" || where === "ErrorOccurred") return false;
    const isHeard = this.listenerCount("errorOccurred") + (this.#events?.listenerCount("ErrorOccurred") ?? 0) > 0;
    this.emit("errorOccurred", { error, where });
    this.#events?.onError(error, where);
    return isHeard;
  }

  #requireSessions(): Sessions {
    const stack = this.#stack.current;
    if (!stack) throw this.#isClosed ? closed() : new ClientError("CLIENT_STOPPED", "The client is not running; call start()");
    return stack.sessions;
  }

  #applyCodecs(): void {
    const stack = this.#stack.current;
    if (stack) stack.sessions.codecs = this.#preferredCodecs;
  }

  /** Tells each change once, however many waited for it. */
  #announceRunning(): void {
    if (this.#wasRunning === this.isRunning) return;
    this.#wasRunning = this.isRunning;
    this.emit(this.isRunning ? "started" : "stopped", {});
  }

  #calledAccount(request: SipRequest): CalledAccount {
    const account = this.#accounts.accountOf(request);
    return { id: account.id, codecs: account.codecs, nat: this.#nat.ofIncoming(account, request) };
  }

  #takeSession(session: IncomingSession): void {
    const account = this.#accounts.accountOf(session.request);
    const call = this.#calls.add({ session, remote: callerOf(session.request), account, metadata: undefined });
    const incoming = new IncomingCall(session, call);
    if (!incoming.decided) this.#desk.take(incoming); // a listener may have decided as soon as it was there
  }

  #onRegistrationChanged(account: Account, registration: RegistrationInfo, previousState: RegistrationState): void {
    this.emit("registrationChanged", { account, registration, previousState });
    this.#events?.onRegistrationChanged(registration, previousState);
    this.#contactWatch.onRegistrationChanged(account, registration);
  }

  #onPublicAddressUnknown(account: Account, error: ClientError, fallback: string | undefined): void {
    this.emit("publicAddressUnknown", { account, error, fallback });
    this.#events?.onPublicAddressUnknown(account.id, error.message, fallback);
  }

  #onFlow(change: FlowChange): void {
    this.emit("flowChanged", { account: this.#accounts.require(change.accountId), change });
    this.#events?.onFlow(change);
  }

  #onNetworkChange(change: NetworkChange): void {
    this.emit("networkChanged", { change });
    this.#events?.onNetworkChange(change);
  }

  #onCertificateExpiring(certificate: CertificateExpiry): void {
    this.emit("certificateExpiring", { certificate });
    this.#events?.onCertificateExpiring(certificate);
  }

  #onCallAdded(call: Call): void {
    this.emit("callAdded", { call });
    this.#events?.onCallAdded(call);
  }

  #onCallEnded(call: Call): void {
    this.emit("callEnded", { call, end: call.end! });
    this.#history?.add(call, this.events.infoOf(call));
  }

  #announce(incoming: IncomingCall): boolean {
    const isHeard = this.listenerCount("incomingCall") > 0;
    if (isHeard) this.emit("incomingCall", { incoming });
    return isHeard || (this.#events?.hearsIncomingCalls ?? false);
  }
}

function closed(): ClientError {
  return new ClientError("CLIENT_STOPPED", "The client was closed; make a new one with createClient()");
}
