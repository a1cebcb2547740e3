import { RetryAfter, type HeaderInput, type SipRequest, type SipResponse } from "@sidetone/sip-core";
import type { Flow, SipTarget } from "@sidetone/sip-transport";
import { TransactionError, type ClientTransaction, type ClientTransactionUser } from "@sidetone/transaction-core";
import { DialogError } from "../errors.ts";
import { FlowFinder, type ServerFailure } from "./flow-finder.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { UserAgentHost } from "./user-agent-host.ts";

/** What a client request reports to. One object serves all requests of a kind, told apart by their `context`. */
export interface ClientRequestUser<Context> {
  onProvisional(request: ClientRequest<Context>, response: SipResponse): void;
  /** The final response; of an INVITE every 2xx, repeated ones too. */
  onFinal(request: ClientRequest<Context>, response: SipResponse): void;
  /** No final response will come. */
  onFailed(request: ClientRequest<Context>, error: DialogError): void;
  /** A 2xx to an INVITE from a server that was silent for so long that another one has the request: to be acknowledged, and ended. */
  onLateSuccess?(request: ClientRequest<Context>, response: SipResponse, transaction: ClientTransaction): void;
}

/**
 * One request of the user-agent client (RFC 3261 §8.1): runs one client transaction per target until one answers, each with a branch of
 * its own (RFC 3263 §4.3). A transport error and 503 lead on to the next target, and so does a server of which nothing at all is heard,
 * not even 100, for as long as it takes the next one to be reached; 401 and 407 are answered at the same one (RFC 3261 §22.2).
 */
export class ClientRequest<Context = unknown> implements ClientTransactionUser {
  readonly draft: RequestDraft;
  readonly user: ClientRequestUser<Context>;
  readonly context: Context;
  /** The request as last sent, and the flow that it went over. */
  sent: SipRequest | undefined = undefined;
  flow: Flow | undefined = undefined;
  readonly #core: UserAgentHost;
  readonly #finder: FlowFinder;
  #transaction: ClientTransaction | undefined = undefined;
  /** Something came from the present target. */
  #isHeard = false;
  /** How the last target failed: the outcome, unless there is another. */
  #failure: SipResponse | DialogError | undefined = undefined;
  /** Realms whose challenge was answered already, by the present server. */
  #answeredRealms: string[] | undefined = undefined;
  /** Stops the search for a flow. */
  #search: AbortController | undefined = undefined;
  /** The 401 or 407 that credentials are looked for. */
  #challenge: SipResponse | undefined = undefined;
  #isCancelled = false;

  constructor(core: UserAgentHost, draft: RequestDraft, user: ClientRequestUser<Context>, context: Context) {
    this.#core = core;
    this.draft = draft;
    this.user = user;
    this.context = context;
    this.#finder = new FlowFinder(core, draft);
  }

  /** The server that has the request, where its name leads to several. */
  get server(): SipTarget | undefined {
    return this.#finder.server;
  }

  /** Sends the request: before it returns when the dialog knows its flow, else when the target is found. */
  start(): void {
    if (this.#prepare()) this.#sendOver(this.#finder.knownFlow);
  }

  /**
   * Gives an INVITE up. One that was sent is cancelled (RFC 3261 §9.1) and still reports its final response; one that was not
   * reports a failure.
   */
  cancel(headers: readonly HeaderInput[] = []): void {
    const transaction = this.#stopTrying();
    if (transaction) this.#core.transactions.cancel(transaction, headers);
  }

  /** The same for an INVITE within a dialog that has ended: no CANCEL, since the BYE makes the peer answer it (RFC 3261 §15.1.2). */
  giveUp(): void {
    const transaction = this.#stopTrying();
    if (transaction) this.#core.transactions.giveUp(transaction);
  }

  onResponse(transaction: ClientTransaction, response: SipResponse): void {
    if (transaction !== this.#transaction) return this.#onLateResponse(transaction, response);
    const { statusCode } = response;
    if (!this.#isHeard) this.#hear(transaction.flow, statusCode);
    if (this.draft.learnsAddress) this.#core.ownAddresses.learn(this.flow!, response);
    if (this.draft.credentials.length > 0 && response.has("Authentication-Info"))
      this.#core.authenticator.takeNextNonce(this.draft, response);
    if (statusCode < 200) this.user.onProvisional(this, response);
    else if (this.#isCancelled || statusCode < 300) this.user.onFinal(this, response);
    else if (statusCode === 401 || statusCode === 407) void this.#authenticate(response);
    else if (statusCode === 503) this.#onUnavailable(transaction, response);
    else this.user.onFinal(this, response);
  }

  /** "Failure also occurs if the transaction layer times out without ever having received any response" (RFC 3263 §4.3). */
  onTimeout(transaction: ClientTransaction): void {
    if (transaction !== this.#transaction) return;
    const error = this.#timeout();
    if (!this.#isHeard) return this.#onServerFailed(transaction, "silence", error);
    this.#forgetFlow();
    this.#fail(error);
  }

  onTransportError(transaction: ClientTransaction, cause: Error): void {
    if (transaction === this.#transaction) this.#onServerFailed(transaction, "transport", this.#finder.unreachable(cause));
  }

  /** The server says nothing: the request goes to another one, if one can be reached before this one is heard of. */
  async tryAnother(): Promise<void> {
    const silent = this.#transaction;
    if (!silent || this.#isHeard || this.#isCancelled || this.#search) return;
    if (!this.#prepare()) return this.#core.transactions.supersede(silent);
    const place = this.#finder.leave(silent.flow);
    try {
      const flow = await this.#findFlow();
      if (!flow) return;
      if (this.#isCancelled) return this.#fail(cancelled());
      this.#core.transactions.supersede(silent);
      this.#core.health.failed(place);
      this.#answeredRealms = undefined;
      this.#send(flow);
    } catch {
      if (!this.#transaction) this.#giveOutcome(); // else it has the time that a transaction has
    }
  }

  /** No other target and no credentials any more. Returns the transaction that goes on, if one does. */
  #stopTrying(): ClientTransaction | undefined {
    if (this.#isCancelled) return undefined;
    this.#isCancelled = true;
    this.#core.silence.unwatch(this);
    if (this.#challenge) this.#giveUpChallenge(this.#challenge);
    else if (this.#transaction) {
      this.#endSearch();
      return this.#transaction;
    } else this.#search?.abort();
    return undefined;
  }

  /** First sign of life from the present target. A search for another one is not needed any more, unless this one says 503. */
  #hear(flow: Flow, statusCode: number): void {
    this.#isHeard = true;
    this.#core.silence.unwatch(this);
    if (statusCode === 503) return;
    this.#endSearch();
    this.#finder.answered(flow);
  }

  #onLateResponse(transaction: ClientTransaction, response: SipResponse): void {
    const isSuccess = response.statusCode >= 200 && response.statusCode < 300;
    if (isSuccess && transaction.method === "INVITE") this.user.onLateSuccess?.(this, response, transaction);
  }

  /** "SHOULD attempt to forward the request to an alternate server" (RFC 3261 §21.5.4). */
  #onUnavailable(transaction: ClientTransaction, response: SipResponse): void {
    this.#onServerFailed(transaction, "unavailable", response, response.get(RetryAfter)?.seconds);
  }

  #onServerFailed(
    { flow }: ClientTransaction,
    failure: ServerFailure,
    outcome: SipResponse | DialogError,
    retryAfterSeconds?: number,
  ): void {
    this.#core.silence.unwatch(this);
    this.#transaction = undefined;
    this.#failure = outcome;
    this.#answeredRealms = undefined; // another server knows nothing of the challenges of this one
    if (failure !== "unavailable") this.#forgetFlow();
    if (this.#isCancelled) return this.#giveOutcome();
    this.#finder.failed(flow, failure, retryAfterSeconds);
    if (this.#search) return; // for another server, since this one was silent: now it is waited for
    if (!this.#finder.mayHaveNext) this.#giveOutcome();
    else if (this.#prepare()) void this.#sendToNextTarget();
  }

  /** The dialog looks for its server anew. */
  #forgetFlow(): void {
    if (this.draft.dialog) this.draft.dialog.flow = undefined;
  }

  /** There is no further target: reports how the last one failed. */
  #giveOutcome(): void {
    const outcome = this.#failure!;
    if (outcome instanceof DialogError) this.#fail(outcome);
    else this.user.onFinal(this, outcome);
  }

  #sendOver(flow: Flow | undefined): void {
    if (flow) this.#send(flow);
    else void this.#sendToNextTarget();
  }

  async #sendToNextTarget(): Promise<void> {
    this.#transaction = undefined;
    try {
      const flow = await this.#findFlow();
      if (this.#isCancelled) this.#fail(cancelled());
      else if (flow) this.#send(flow);
    } catch (error) {
      if (this.#isCancelled) return this.#fail(cancelled());
      this.#failure ??= error as DialogError;
      this.#giveOutcome();
    }
  }

  /** A flow to the next target; undefined when the search was ended meanwhile. */
  async #findFlow(): Promise<Flow | undefined> {
    const search = (this.#search = new AbortController());
    try {
      const flow = await this.#finder.next(search.signal);
      return this.#search === search ? flow : undefined;
    } catch (error) {
      if (this.#search === search) throw error;
      return undefined;
    } finally {
      if (this.#search === search) this.#search = undefined;
    }
  }

  /** The present target is the right one after all. */
  #endSearch(): void {
    const search = this.#search;
    if (!search) return;
    this.#search = undefined;
    search.abort();
    this.#finder.stay();
  }

  /** Credentials and interceptors come before the flow, which the size of the request decides on (RFC 3261 §18.1.1). False when it failed. */
  #prepare(): boolean {
    const { draft } = this;
    try {
      draft.credentials = this.#core.authenticator.credentialsFor(draft);
      this.#core.intercept(draft);
      return true;
    } catch (cause) {
      this.#failUnsendable(cause);
      return false;
    }
  }

  #send(flow: Flow): void {
    const { draft } = this;
    this.flow = flow;
    this.#isHeard = false;
    this.#finder.use();
    if (draft.dialog) draft.dialog.flow = flow;
    try {
      this.sent = draft.toRequest(flow, this.#core);
      const { viaParameters } = draft;
      this.#transaction = this.#core.transactions.sendRequest(this.sent, flow, this, { viaParameters });
    } catch (cause) {
      return this.#failUnsendable(cause);
    }
    if (this.#finder.hasAlternative) this.#core.silence.watch(this);
  }

  #failUnsendable(cause: unknown): void {
    const { method, requestUri } = this.draft;
    const code = cause instanceof TransactionError ? "DIALOG_TERMINATED" : "DIALOG_OPTION";
    this.#fail(new DialogError(code, `${method} to ${requestUri} cannot be sent`, { cause }));
  }

  /** Sends the request again with credentials (RFC 3261 §22.2, §22.3), or reports the challenge as the refusal that it is. */
  async #authenticate(response: SipResponse): Promise<void> {
    const { draft } = this;
    this.#challenge = response;
    const isAnswered = await this.#answerChallenge(response);
    if (this.#challenge !== response) return; // given up meanwhile
    this.#challenge = undefined;
    if (!isAnswered) return this.user.onFinal(this, response);
    // "… MUST increment the CSeq header field value as it would normally when sending an updated request" (§22.2)
    draft.sequenceNumber = draft.dialog ? ++draft.dialog.localSequenceNumber : draft.sequenceNumber + 1;
    if (this.#prepare()) this.#sendOver(this.#finder.again(this.flow));
  }

  /** Whoever looks for the credentials may take for ever: a person who is asked for a password. */
  #giveUpChallenge(response: SipResponse): void {
    this.#challenge = undefined;
    this.user.onFinal(this, response);
  }

  async #answerChallenge(response: SipResponse): Promise<boolean> {
    try {
      return await this.#core.authenticator.answerChallenge(this.draft, response, (this.#answeredRealms ??= []));
    } catch (error) {
      this.#core.environment.onListenerError(error, "CredentialSource.get");
      return false;
    }
  }

  #timeout(): DialogError {
    const { method, nextHop } = this.draft;
    return new DialogError("DIALOG_TIMEOUT", `${method} to ${nextHop} found no answer`, { statusCode: 408 });
  }

  #fail(error: DialogError): void {
    this.#core.silence.unwatch(this);
    this.#transaction = undefined;
    this.user.onFailed(this, error);
  }
}

function cancelled(): DialogError {
  return new DialogError("DIALOG_TERMINATED", "The request was given up before it was sent");
}
