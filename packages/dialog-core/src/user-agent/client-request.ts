import type { HeaderInput, SipRequest, SipResponse } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import { TransactionError, type ClientTransaction, type ClientTransactionUser } from "@sidetone/transaction-core";
import { DialogError } from "../errors.ts";
import { FlowFinder } from "./flow-finder.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { UserAgentHost } from "./user-agent-host.ts";

/** What a client request reports to. One object serves all requests of a kind, told apart by their `context`. */
export interface ClientRequestUser<Context> {
  onProvisional(request: ClientRequest<Context>, response: SipResponse): void;
  /** The final response; of an INVITE every 2xx, repeated ones too. */
  onFinal(request: ClientRequest<Context>, response: SipResponse): void;
  /** No final response will come. */
  onFailed(request: ClientRequest<Context>, error: DialogError): void;
}

/**
 * One request of the user-agent client (RFC 3261 §8.1): runs one client transaction per target until one answers, each with a branch of
 * its own. A transport error, a timeout and 503 lead on to the next target (RFC 3263 §4.3); 401 and 407 are answered at the same one
 * (RFC 3261 §22.2).
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
  /** Realms whose challenge was answered already. */
  #answeredRealms: string[] | undefined = undefined;
  /** Stops the search for a flow. */
  #abort: AbortController | undefined = undefined;
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
    if (transaction !== this.#transaction) return;
    const { statusCode } = response;
    if (this.draft.learnsAddress) this.#core.ownAddresses.learn(this.flow!, response);
    if (this.draft.credentials.length > 0 && response.has("Authentication-Info"))
      this.#core.authenticator.takeNextNonce(this.draft, response);
    if (statusCode < 200) this.user.onProvisional(this, response);
    else if (this.#isCancelled || statusCode < 300) this.user.onFinal(this, response);
    else if (statusCode === 401 || statusCode === 407) void this.#authenticate(response);
    else if (statusCode === 503 && this.#finder.hasNext) this.#tryNextTarget(undefined);
    else this.user.onFinal(this, response);
  }

  onTimeout(transaction: ClientTransaction): void {
    if (transaction !== this.#transaction) return;
    const { method, nextHop } = this.draft;
    this.#failOver(new DialogError("DIALOG_TIMEOUT", `${method} to ${nextHop} found no answer`, { statusCode: 408 }));
  }

  onTransportError(transaction: ClientTransaction, cause: Error): void {
    if (transaction === this.#transaction) this.#failOver(this.#finder.unreachable(cause));
  }

  /** No other target and no credentials any more. Returns the transaction that goes on, if one does. */
  #stopTrying(): ClientTransaction | undefined {
    if (this.#isCancelled) return undefined;
    this.#isCancelled = true;
    if (this.#abort) this.#abort.abort();
    else if (this.#challenge) this.#giveUpChallenge(this.#challenge);
    else return this.#transaction;
    return undefined;
  }

  #failOver(error: DialogError): void {
    if (this.draft.dialog) this.draft.dialog.flow = undefined;
    if (this.#isCancelled || !this.#finder.hasNext) this.#fail(error);
    else this.#tryNextTarget(error);
  }

  #tryNextTarget(lastError: DialogError | undefined): void {
    this.#transaction = undefined;
    if (this.#prepare()) void this.#sendToNextTarget(lastError);
  }

  #sendOver(flow: Flow | undefined): void {
    if (flow) this.#send(flow);
    else void this.#sendToNextTarget(undefined);
  }

  /** Fails with `lastError` when the targets run out after at least one was tried. */
  async #sendToNextTarget(lastError: DialogError | undefined): Promise<void> {
    this.#transaction = undefined;
    const abort = (this.#abort = new AbortController());
    try {
      const flow = await this.#finder.next(abort.signal);
      this.#abort = undefined;
      if (this.#isCancelled) this.#fail(cancelled());
      else this.#send(flow);
    } catch (error) {
      this.#abort = undefined;
      this.#fail(this.#isCancelled ? cancelled() : (lastError ?? (error as DialogError)));
    }
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
    if (draft.dialog) draft.dialog.flow = flow;
    try {
      this.sent = draft.toRequest(flow, this.#core);
      this.#transaction = this.#core.transactions.sendRequest(this.sent, flow, this);
    } catch (cause) {
      this.#failUnsendable(cause);
    }
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

  #fail(error: DialogError): void {
    this.#transaction = undefined;
    this.user.onFailed(this, error);
  }
}

function cancelled(): DialogError {
  return new DialogError("DIALOG_TERMINATED", "The request was given up before it was sent");
}
