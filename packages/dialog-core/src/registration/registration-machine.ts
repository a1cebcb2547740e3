import { TableMachine, type ActionMap, type Timer } from "@sidetone/infra-common";
import { Contact, Expires, flat, ServiceRoute, type ContactAddress, type SipResponse } from "@sidetone/sip-core";
import type { Flow, SipTransportError } from "@sidetone/sip-transport";
import { DialogError } from "../errors.ts";
import { ClientRequest, type ClientRequestUser } from "../user-agent/client-request.ts";
import { registeredContactOf } from "../user-agent/contact.ts";
import { wayOut, type WayOut } from "../user-agent/way-out.ts";
import type { RequestDraft } from "../user-agent/request-draft.ts";
import type { OpenUsage, UserAgentHost } from "../user-agent/user-agent-host.ts";
import { bindingsOf, findBinding, type Binding } from "./binding.ts";
import { checkRegistration } from "./register-request.ts";
import { maxGrantedSeconds, RegisterSeries } from "./register-series.ts";
import { FlowKeeper, type FlowKeeperUser } from "./flow-keeper.ts";
import { flowLost, mayHeal, noAnswerToRemoval, notKept, refused } from "./registration-outcome.ts";
import { registrationTable, type RegistrationAction, type RegistrationInput, type RegistrationState } from "./registration-table.ts";
import { RegistrationServer } from "./registration-server.ts";
import type { RegistrationUser } from "./registration-user.ts";
import type { Registration, RegistrationOptions, RegistrationStatus } from "./registration.ts";
import { refreshDelayMs, retryDelayMs } from "./retry-delay.ts";

/** What each row is to somebody who looks at the registration. */
const statuses: Readonly<Record<RegistrationState, RegistrationStatus>> = {
  Cancelled: "Cancelled",
  Registering: "Pending",
  Active: "Active",
  Refreshing: "Active",
  RefreshWaiting: "Active",
  Recovering: "Pending",
  RecoverWaiting: "Failed",
  Renewing: "Expired",
  Expired: "Expired",
  Retrying: "Failed",
  Failed: "Failed",
  Stopping: "Pending",
  Unregistering: "Pending",
  Restarting: "Pending",
};

const actions: ActionMap<RegistrationMachine, RegistrationAction, undefined> = {
  sendRegister: (registration) => registration.sendRegister(),
  sendUnregister: (registration) => registration.sendUnregister(),
  takeBinding: (registration) => registration.takeBinding(),
  dropBinding: (registration) => registration.dropBinding(),
  scheduleRetry: (registration) => registration.scheduleRetry(),
  startGiveUp: (registration) => registration.startGiveUp(),
  stopTimers: (registration) => registration.stopTimers(),
  stopTimer: (registration) => registration.stopTimer(),
  report: (registration) => registration.report(),
};

/** One object for all registrations: each request knows the machine that it belongs to. */
const requestUser: ClientRequestUser<RegistrationMachine> = {
  onProvisional: () => {},
  onFinal: (request, response) => request.context.onFinal(request, response),
  onFailed: (request, error) => request.context.onFailed(request, error),
};

/** A REGISTER that makes or prolongs the binding waits for its answer. */
const renewable: ReadonlySet<RegistrationState> = new Set(["Registering", "Refreshing", "Recovering", "Renewing"]);
/** Nothing is under way, and the next REGISTER has its time. */
const waiting: ReadonlySet<RegistrationState> = new Set(["Active", "RefreshWaiting", "RecoverWaiting", "Expired", "Retrying"]);
/** A flow that fails sooner than this after its REGISTER has not lasted. */
const lastingFlowMs = 30_000;
const none: readonly never[] = [];
/** How often one try may be asked anew: by 423, by 3xx, for another Contact. */
const maxRepeats = 4;

/** See {@link Registration}; runs {@link registrationTable}. */
export class RegistrationMachine
  extends TableMachine<RegistrationState, RegistrationInput, RegistrationAction, undefined>
  implements Registration, OpenUsage, FlowKeeperUser
{
  contact: string | undefined = undefined;
  bindings: readonly Binding[] = none;
  serviceRoute: readonly string[] = none;
  expiresAtMs: number | undefined = undefined;
  retryAtMs: number | undefined = undefined;
  error: DialogError | undefined = undefined;
  readonly #core: UserAgentHost;
  readonly #options: RegistrationOptions;
  readonly #user: RegistrationUser;
  readonly #server: RegistrationServer;
  readonly #series: RegisterSeries;
  readonly #flowKeeper: FlowKeeper;
  /** The REGISTER whose answer counts. */
  #request: ClientRequest<RegistrationMachine> | undefined = undefined;
  /** For the refresh, the next try, or the end of an un-registration. */
  #timer: Timer | undefined = undefined;
  #expiryTimer: Timer | undefined = undefined;
  /** Tries that failed since the last that did not. */
  #failures = 0;
  #repeats = 0;
  #grantedSeconds = 0;
  /** What the last REGISTER that was accepted went over. */
  #flow: Flow | undefined = undefined;
  #giveUpMs = 0;
  /** The 2xx that has made the binding, until it is taken. */
  #accepted: SipResponse | undefined = undefined;
  #boundAtMs = 0;
  /** Flows in a row that did not last. */
  #shortFlows = 0;

  constructor(core: UserAgentHost, options: RegistrationOptions, user: RegistrationUser) {
    super("Cancelled");
    checkRegistration(options);
    this.#core = core;
    this.#options = options;
    this.#user = user;
    this.#server = new RegistrationServer(core, this as RegistrationMachine, options.affinity);
    this.#series = new RegisterSeries(core, options, this.#server);
    this.#flowKeeper = new FlowKeeper(core, options, this as RegistrationMachine);
    this.#series.next(); // what cannot be written is the caller's mistake, now
  }

  protected override get table(): typeof registrationTable {
    return registrationTable;
  }

  protected override get actions(): typeof actions {
    return actions;
  }

  get status(): RegistrationStatus {
    return statuses[this.state];
  }

  get isUnderWay(): boolean {
    return this.#request !== undefined;
  }

  get isSettled(): boolean {
    return this.state === "Active";
  }

  register(): void {
    this.#repeats = 0;
    this.input("register");
  }

  wayOut(): Promise<WayOut> {
    return this.#flow ? wayOut(this.#core, this.#flow) : Promise.resolve("other");
  }

  renew(uncountedMs = 0): void {
    if (uncountedMs > 0 && this.expiresAtMs !== undefined) this.#age(uncountedMs);
    this.#repeats = 0;
    if (waiting.has(this.state)) return this.input("register");
    const request = this.#request;
    if (!request?.flow || !renewable.has(this.state)) return;
    // It may have got lost with the address that it was sent from.
    this.#request = undefined;
    request.giveUp();
    this.input("again");
  }

  unregister(waitMs = 5_000): void {
    this.#giveUpMs = waitMs;
    this.error = undefined;
    this.input("unregister");
  }

  close(): void {
    this.error = undefined;
    this.input("close");
  }

  sendRegister(): void {
    this.stopTimer();
    this.#send(this.#series.next());
  }

  /** Removes our own binding and no other (RFC 3261 §10.2.2). Without one there is nothing to wait for. */
  sendUnregister(): void {
    this.error = undefined;
    if (this.contact === undefined) this.input("accepted");
    else this.#send(this.#series.next(this.contact));
  }

  onFinal(request: ClientRequest<RegistrationMachine>, response: SipResponse): void {
    if (!this.#isAnswerOf(request)) return;
    if (response.statusCode >= 300) this.#takeRefusal(response);
    else if (this.#isRemoving) this.input("accepted");
    else this.#takeSuccess(request, response);
  }

  onFailed(request: ClientRequest<RegistrationMachine>, error: DialogError): void {
    if (!this.#isAnswerOf(request)) return;
    this.#series.forgetRedirection();
    this.error = error;
    this.input(DialogError.is(error, "DIALOG_OPTION") ? "rejected" : "failed");
  }

  /** A flow that lasted is replaced at once; those that do not are tried with growing waits (RFC 5626 §4.5). */
  onFlowLost(cause: SipTransportError): void {
    const hasLasted = this.#core.environment.clock.now() - this.#boundAtMs >= lastingFlowMs;
    this.#shortFlows = hasLasted ? 0 : this.#shortFlows + 1;
    this.#failures = Math.max(0, this.#shortFlows - 2);
    this.error = flowLost(cause);
    this.input(this.#shortFlows < 2 ? "flowLost" : "flowLostAgain");
  }

  takeBinding(): void {
    const { clock, random } = this.#core.environment;
    const lifetimeMs = this.#grantedSeconds * 1_000;
    this.error = undefined;
    this.#failures = 0;
    this.#repeats = 0;
    this.#boundAtMs = clock.now();
    this.expiresAtMs = clock.now() + lifetimeMs;
    this.#expiryTimer?.cancel();
    this.#expiryTimer = clock.setTimer(lifetimeMs, onExpired, this as RegistrationMachine);
    this.#startTimer(refreshDelayMs(this.#grantedSeconds, random), onDue);
    this.#flowKeeper.keep(this.#flow!, this.#accepted!);
    this.#accepted = undefined;
  }

  dropBinding(): void {
    this.#server.unbound();
    this.#flowKeeper.stop();
    this.#expiryTimer?.cancel();
    this.#expiryTimer = undefined;
    this.expiresAtMs = undefined;
    this.contact = undefined;
    this.bindings = none;
    this.serviceRoute = none;
  }

  scheduleRetry(): void {
    const { clock, random } = this.#core.environment;
    const { retryDelayMs: firstMs = 4_000, maxRetryDelayMs = Math.max(300_000, firstMs) } = this.#options;
    const delayMs = retryDelayMs(++this.#failures, this.error, random, { retryDelayMs: firstMs, maxRetryDelayMs });
    this.#repeats = 0;
    this.#startTimer(delayMs, onDue);
    this.retryAtMs = clock.now() + delayMs;
  }

  startGiveUp(): void {
    this.#startTimer(this.#giveUpMs, onGiveUp);
  }

  stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.retryAtMs = undefined;
  }

  /** Whatever is still to come is nobody's. */
  stopTimers(): void {
    this.stopTimer();
    this.#expiryTimer?.cancel();
    this.#expiryTimer = undefined;
    this.#request = undefined;
    this.#failures = 0;
    this.#series.forgetRedirection();
    this.#series.staleContact = undefined;
    this.#shortFlows = 0;
  }

  report(): void {
    if (this.state === "Cancelled" || this.state === "Failed") this.#core.requestEnded(this);
    try {
      this.#user.onRegistrationChanged(this);
    } catch (error) {
      this.#core.environment.onListenerError(error, "RegistrationUser.onRegistrationChanged");
    }
  }

  /** Internal. */
  giveUp(): void {
    this.error = noAnswerToRemoval();
    this.input("giveUp");
  }

  /** The binding is older than the clock says. */
  #age(uncountedMs: number): void {
    const { clock } = this.#core.environment;
    this.expiresAtMs! -= uncountedMs;
    const leftMs = this.expiresAtMs! - clock.now();
    this.#expiryTimer?.cancel();
    if (leftMs <= 0) this.input("expired");
    else this.#expiryTimer = clock.setTimer(leftMs, onExpired, this as RegistrationMachine);
  }

  get #isRemoving(): boolean {
    return this.state === "Unregistering" || this.state === "Restarting";
  }

  #send(draft: RequestDraft): void {
    this.#core.requestBegun(this);
    this.#series.used(draft);
    this.#request = new ClientRequest(this.#core, draft, requestUser, this as RegistrationMachine);
    this.#request.start();
  }

  /** False for the answer to a REGISTER that was given up. */
  #isAnswerOf(request: ClientRequest<RegistrationMachine>): boolean {
    this.#series.used(request.draft);
    if (request !== this.#request) return false;
    this.#request = undefined;
    return true;
  }

  #takeSuccess(request: ClientRequest<RegistrationMachine>, response: SipResponse): void {
    const { instanceId, regId } = this.#options;
    const sent = request.sent!.get(Contact) as ContactAddress;
    const kept = findBinding(response, sent, instanceId, regId);
    // "the value of the Expires header field" stands in where the Contact says nothing (RFC 3261 §10.2.1.1)
    const granted = kept?.expiresSeconds ?? response.get(Expires) ?? this.#series.expiresSeconds;
    if (granted === 0) {
      this.error = notKept(response);
      return this.input("failed");
    }
    const boundBefore = this.contact;
    this.#flow = request.flow;
    this.contact = flat(sent.uri.toString());
    this.bindings = bindingsOf(response);
    this.serviceRoute = response.getAll(ServiceRoute).map((route) => flat(route.toString()));
    this.#grantedSeconds = Math.min(granted, maxGrantedSeconds);
    this.#server.bound(request.server);
    this.#accepted = response;
    const staleContact = (this.#series.staleContact = this.#staleAmong(request, boundBefore));
    this.input(staleContact !== undefined && this.#repeats++ < maxRepeats ? "again" : "accepted");
  }

  /** A binding that leads nowhere: the one just made, when its answer told another address of ours, or one from before that is still there. */
  #staleAmong({ flow, draft }: ClientRequest<RegistrationMachine>, boundBefore: string | undefined): string | undefined {
    const contact = this.contact!;
    const rightContact = registeredContactOf(
      this.#core.ownAddresses,
      flow!,
      draft.contactUser,
      draft.requestUri.startsWith("sips:"),
      draft.accountId,
    );
    if (rightContact !== `<${contact}>`) return contact;
    const isLeft = boundBefore !== contact && this.bindings.some((binding) => binding.contact === boundBefore);
    return isLeft ? boundBefore : undefined;
  }

  #takeRefusal(response: SipResponse): void {
    if (!this.#isRemoving && this.#repeats++ < maxRepeats && this.#series.adaptTo(response)) return this.input("again");
    this.error = refused(response);
    this.#series.forgetRedirection();
    this.input(mayHeal(response) ? "failed" : "rejected");
  }

  #startTimer(delayMs: number, callback: (registration: RegistrationMachine) => void): void {
    this.stopTimer();
    this.#timer = this.#core.environment.clock.setTimer(delayMs, callback, this as RegistrationMachine);
  }
}

function onDue(registration: RegistrationMachine): void {
  registration.input("due");
}

function onExpired(registration: RegistrationMachine): void {
  registration.input("expired");
}

function onGiveUp(registration: RegistrationMachine): void {
  registration.giveUp();
}
