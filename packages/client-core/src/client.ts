import type { IncomingRequest } from "@sidetone/dialog-core";
import { TypedEmitter, type Environment } from "@sidetone/infra-common";
import type { CodecRegistry } from "@sidetone/media-core";
import type { IncomingSession, Session, SessionsUser, SessionUser } from "@sidetone/session-core";
import type { ListeningPoint } from "@sidetone/sip-transport";
import type { Account } from "./account.ts";
import { Call } from "./call.ts";
import { CallReporter, type DialObserver } from "./call-reporter.ts";
import { ClientError } from "./client-error.ts";
import type { ClientEvents } from "./client-events.ts";
import type { DialOptions } from "./client-options.ts";
import type { ClientStack } from "./client-stack.ts";
import { dial } from "./dial.ts";
import { IncomingCall } from "./incoming-call.ts";
import { IncomingDesk, type IncomingHandler } from "./incoming-desk.ts";
import type { OutgoingCall } from "./outgoing-call.ts";
import { callerOf, type RemoteParty } from "./remote-party.ts";
import { ClientUserAgent } from "./user-agent.ts";

/**
 * A user agent: makes calls, takes calls. Made by `createClient`.
 *
 * `await using client = …` hangs up every call and frees the ports at the end of the block.
 */
export class Client extends TypedEmitter<ClientEvents> implements AsyncDisposable {
  readonly environment: Environment;
  readonly account: Account;
  readonly #stack: ClientStack;
  readonly #calls = new Map<string, Call>();
  readonly #desk: IncomingDesk;
  readonly #forget = (call: Call): void => this.#remove(call);
  #userAgent: ClientUserAgent | undefined;
  #closing: Promise<void> | undefined;

  /** @internal Clients are made by `createClient`. */
  constructor(account: Account, stack: ClientStack, options: { ringsAutomatically: boolean }) {
    super(stack.environment.onListenerError);
    this.environment = stack.environment;
    this.account = account;
    this.#stack = stack;
    this.#desk = new IncomingDesk({ ...options, environment: stack.environment, announce: (incoming) => this.#announce(incoming) });
  }

  /** Where the client takes SIP, with the ports that were granted. */
  get listeningPoints(): readonly ListeningPoint[] {
    return this.#stack.transports.listeningPoints;
  }

  /** A URI under which the first listening point can be called directly: from this machine, when it listens on a wildcard address. */
  get uri(): string {
    return this.#stack.directUri(this.account);
  }

  /** Codecs that can really be encoded here; undefined with external media. */
  get codecs(): CodecRegistry | undefined {
    return this.#stack.engine?.codecs;
  }

  /** Requests of any method, outside of calls. */
  get userAgent(): ClientUserAgent {
    return (this.#userAgent ??= new ClientUserAgent(this.account, this.#stack.sessions.core));
  }

  /** Calls that have not ended, oldest first. */
  get calls(): readonly Call[] {
    return [...this.#calls.values()];
  }

  get callCount(): number {
    return this.#calls.size;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  findCall(id: string): Call | undefined {
    return this.#calls.get(id);
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
   *   `MEDIA_NO_COMMON_CODEC`; `SIP_URI_INVALID`; `CLIENT_STOPPED`.
   * @throws `signal.reason` when aborted.
   */
  async call(target: string, options: DialOptions = {}): Promise<Call> {
    return this.dial(target, options).answered;
  }

  /** Calls `target` and gives the handle at once. Throws `SIP_URI_INVALID`, `TOO_MANY_CALLS`, `CLIENT_STOPPED`. */
  dial(target: string, options: DialOptions = {}): OutgoingCall {
    this.#requireOpen();
    return dial(this.account, this.#stack.sessions, target, options, (session, remote, observer) => this.#add(session, remote, observer));
  }

  /** Sets the one handler that decides about incoming calls, each in its own turn; undefined removes it. */
  onIncoming(handler: IncomingHandler | undefined): void {
    this.#desk.handler = handler;
  }

  /** Incoming calls as an async iterable, for when there is no handler: they ring until the reader decides. Ends with the client. */
  incomingCalls(options: { signal?: AbortSignal } = {}): AsyncIterable<IncomingCall> {
    this.#requireOpen();
    return this.#desk.openReader(options.signal);
  }

  /** Hangs up every call, waits at most 2 s for the peers, and frees the ports. Idempotent; never rejects. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  takeSession(session: IncomingSession): void {
    const { call, user } = this.#add(session, callerOf(session.request));
    session.user = user;
    this.#desk.take(new IncomingCall(session, call));
  }

  /** @internal */
  takeRequest(request: IncomingRequest): void {
    if (this.listenerCount("requestReceived") > 0) this.emit("requestReceived", { request });
    else request.respond(405);
  }

  /** @internal */
  reportError(error: unknown, where: string): boolean {
    this.emit("errorOccurred", { error, where });
    return this.listenerCount("errorOccurred") > 0;
  }

  async #close(): Promise<void> {
    this.#desk.close();
    await this.#stack.close();
    this.emit("closed", {});
  }

  #announce(incoming: IncomingCall): boolean {
    if (this.listenerCount("incomingCall") === 0) return false;
    this.emit("incomingCall", { incoming });
    return true;
  }

  #add(session: Session, remote: RemoteParty, observer?: DialObserver): { call: Call; user: SessionUser } {
    const call = new Call(session, remote, this.account);
    this.#calls.set(call.id, call);
    this.emit("callAdded", { call });
    return { call, user: new CallReporter(call, this.#forget, observer) };
  }

  #remove(call: Call): void {
    this.#calls.delete(call.id);
    this.emit("callEnded", { call, end: call.end! });
  }

  #requireOpen(): void {
    if (this.isClosed) throw new ClientError("CLIENT_STOPPED", "The client was closed; make a new one with createClient()");
  }
}
