import { TypedEmitter, type Environment } from "@sidetone/infra-common";
import type { CodecRegistry } from "@sidetone/media-core";
import type { CertificateExpiry } from "@sidetone/sip-transport";
import type { Account } from "../account.ts";
import type { Call, CallWatcher } from "../call/call.ts";
import type { CallEvents } from "../call/call-events.ts";
import { callInfo, errorInfo, type CallInfo } from "../call/call-info.ts";
import type { NetworkChange } from "../network/network-change.ts";
import type { RegistrationInfo, RegistrationState } from "../registration/registration-info.ts";
import { refuseUnknownNames, type KnownNames } from "../config/known-names.ts";
import { CallChronicle } from "./call-chronicle.ts";
import { eventPriority, type ClientEvent, type ClientEventMap, type EventDraft } from "./client-event.ts";
import type { ClientSnapshot } from "./client-snapshot.ts";
import type { FlowChange } from "../registration/flow-change.ts";
import { eventPredicate, type EventFilter } from "./event-filter.ts";
import { EventSubscription, overrun } from "./event-subscription.ts";

/** Events that are kept for `fromSequence`. */
const capacity = 1000;

export interface SubscribeOptions extends EventFilter {
  /** Ends the subscription; the loop throws `signal.reason`. */
  signal?: AbortSignal;
  /** Begins with this event, if the log still has it: the one behind a snapshot's. Default: with the next. */
  fromSequence?: number;
}

const known: KnownNames<SubscribeOptions> = {
  callIds: true,
  callStates: true,
  registrationIds: true,
  types: true,
  minPriority: true,
  signal: true,
  fromSequence: true,
};

export interface ClientEventLogParts {
  readonly environment: Environment;
  /** The calls that there are. */
  readonly calls: () => readonly Call[];
  readonly accounts: () => readonly Account[];
  /** Undefined with external media. */
  readonly codecs: CodecRegistry | undefined;
}

/**
 * Everything that a client tells, as plain data in one gapless sequence: for a UI process, a socket, a log. It begins when it is first
 * asked for, and costs nothing before.
 */
export class ClientEventLog extends TypedEmitter<ClientEventMap> implements CallWatcher {
  readonly #parts: ClientEventLogParts;
  /** Wall-clock time at 0 of the client's clock. */
  #epochMs: number;
  readonly #chronicles = new Map<string, CallChronicle>();
  readonly #subscriptions = new Set<EventSubscription>();
  /** The latest events, the oldest first; up to twice as many as are kept, so that they need not be moved each time. */
  #events: ClientEvent[] = [];
  /** Those that listeners have not got yet, while they run for an earlier one. */
  #undelivered: ClientEvent[] | undefined = undefined;
  #sequence = 0;
  #isClosed = false;

  /** @internal */
  constructor(parts: ClientEventLogParts) {
    super(parts.environment.onListenerError);
    const { clock } = parts.environment;
    this.#parts = parts;
    this.#epochMs = clock.wallNow() - clock.now();
    for (const call of parts.calls()) this.#chronicles.set(call.id, this.#newChronicle(call, false));
  }

  /** Of the latest event; 0 before the first. */
  get lastSequence(): number {
    return this.#sequence;
  }

  /**
   * Events as an async iterable, in rising sequence. It ends when the client is closed.
   *
   * @throws {ClientError} `CONFIG_INVALID` for a filter that makes no sense. The loop throws `EVENTS_OVERRUN` when the reader is too far
   *   behind, and at once when the log does not reach back to `fromSequence`: take a snapshot then.
   */
  subscribe(options: SubscribeOptions = {}): EventSubscription {
    refuseUnknownNames(options, known, "subscribe");
    const { signal, fromSequence } = options;
    const wants = eventPredicate(options);
    const subscription = new EventSubscription(wants, signal, (ended) => this.#subscriptions.delete(ended));
    if (fromSequence !== undefined) this.#replay(subscription, fromSequence);
    if (this.#isClosed) subscription.end();
    else if (!subscription.isEnded) this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Calls and registrations as they are now. */
  snapshot(): ClientSnapshot {
    const calls = this.#parts.calls().filter(({ end }) => !end);
    const registrations = this.#parts.accounts().map(({ registration }) => registration);
    return { sequence: this.#sequence, timestampMs: this.#nowMs, calls: calls.map((call) => this.infoOf(call)), registrations };
  }

  /** A call as plain data. */
  infoOf(call: Call): CallInfo {
    return callInfo(call, this.#epochMs);
  }

  /** @internal Whether somebody listens for incoming calls, who then decides about them. */
  get hearsIncomingCalls(): boolean {
    if (this.listenerCount("IncomingCall") > 0) return true;
    const event = { type: "IncomingCall", priority: eventPriority.IncomingCall, callId: undefined, state: "IncomingPending" } as const;
    return [...this.#subscriptions].some(({ wants }) => wants(event));
  }

  /** @internal */
  onCallAdded(call: Call): void {
    const chronicle = this.#newChronicle(call, true);
    this.#chronicles.set(call.id, chronicle);
    chronicle.begin();
  }

  /** @internal */
  onCallEvent<Name extends keyof CallEvents>(call: Call, name: Name, payload: CallEvents[Name]): void {
    // Only what goes wrong behind the end finds none.
    const chronicle = this.#chronicles.get(call.id) ?? this.#newChronicle(call, false);
    chronicle.take(name, payload);
    if (name === "ended") this.#chronicles.delete(call.id);
  }

  /** @internal */
  onRegistrationChanged(registration: RegistrationInfo, previousState: RegistrationState): void {
    const registrationId = registration.accountId;
    this.#write({ type: "RegistrationStatusChanged", callId: undefined, state: undefined, registrationId, previousState, registration });
  }

  /** @internal */
  onPublicAddressUnknown(accountId: string, message: string, fallback: string | undefined): void {
    const ofNoCall = { callId: undefined, state: undefined } as const;
    this.#write({ type: "NetworkEvent", kind: "PublicAddressUnknown", ...ofNoCall, accountId, message, fallback });
  }

  /** @internal */
  onFlow(change: FlowChange): void {
    this.#write({ type: "NetworkEvent", callId: undefined, state: undefined, ...change });
  }

  /** @internal */
  onNetworkChange(change: NetworkChange): void {
    this.#write({ type: "NetworkEvent", callId: undefined, state: undefined, ...change });
  }

  /** @internal */
  onCertificateExpiring(certificate: CertificateExpiry): void {
    this.#write({ type: "CertificateExpiring", callId: undefined, state: undefined, ...certificate });
  }

  /** @internal The machine has slept, and the clock has not counted so much of it. */
  onSlept(uncountedMs: number): void {
    this.#epochMs += uncountedMs;
  }

  /** @internal */
  onError(error: unknown, where: string): void {
    const { code, message } = errorInfo(error) ?? { code: undefined, message: "undefined was thrown" };
    this.#write({ type: "ErrorOccurred", callId: undefined, state: undefined, code, message, where });
  }

  /** @internal Ends every subscription. */
  close(): void {
    this.#isClosed = true;
    for (const subscription of [...this.#subscriptions]) subscription.end();
  }

  get #nowMs(): number {
    return Math.round(this.#epochMs + this.#parts.environment.clock.now());
  }

  #newChronicle(call: Call, isNew: boolean): CallChronicle {
    const { codecs } = this.#parts;
    const parts = {
      call,
      epochMs: this.#epochMs,
      codecQuality: (encodingName: string) => codecs?.find(encodingName)?.quality,
      write: (draft: EventDraft) => this.#write(draft),
    };
    return new CallChronicle(parts, isNew);
  }

  #write(draft: EventDraft): void {
    const event = { ...draft, sequence: ++this.#sequence, timestampMs: this.#nowMs, priority: eventPriority[draft.type] } as ClientEvent;
    this.#events.push(event);
    if (this.#events.length >= 2 * capacity) this.#events = this.#events.slice(-capacity);
    for (const subscription of this.#subscriptions) subscription.push(event);
    if (this.#undelivered) this.#undelivered.push(event);
    else this.#deliver(event);
  }

  /** An event that a listener causes comes behind the one that he was told. */
  #deliver(first: ClientEvent): void {
    const undelivered = (this.#undelivered = [first]);
    for (const event of undelivered) this.emit(event.type, event as never);
    this.#undelivered = undefined;
  }

  #replay(subscription: EventSubscription, fromSequence: number): void {
    const kept = this.#events.slice(-capacity);
    const firstSequence = this.#sequence - kept.length + 1;
    if (!(Number.isInteger(fromSequence) && fromSequence >= firstSequence && fromSequence <= this.#sequence + 1)) {
      subscription.end(overrun(`The log has no event ${fromSequence}: it holds ${firstSequence} to ${this.#sequence}`));
      return;
    }
    for (const event of kept.slice(fromSequence - firstSequence)) subscription.push(event);
  }
}
