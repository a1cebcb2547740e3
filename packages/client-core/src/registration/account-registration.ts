import {
  bindingsOf,
  type Binding,
  type DialogError,
  type Registration,
  type RegistrationOptions,
  type UserAgentCore,
  type WayOut,
} from "@sidetone/dialog-core";
import { abortable, BoundedQueue, type Environment } from "@sidetone/infra-common";
import { NameAddress } from "@sidetone/sip-core";
import type { Account } from "../account.ts";
import { attempt } from "../errors/attempt.ts";
import { ClientError } from "../errors/client-error.ts";
import type { FlowChange } from "./flow-change.ts";
import type { AccountLink } from "./account-link.ts";
import type { AccountWay } from "./account-way.ts";
import { describeRegistration } from "./describe-registration.ts";
import { registrationKeepAlive } from "./keep-alive.ts";
import { registrationError } from "./registration-error.ts";
import type { RegistrationInfo, RegistrationState } from "./registration-info.ts";
import { RegistrationSet, type RegistrationSetUser } from "./registration-set.ts";

export interface AccountRegistrationParts {
  readonly environment: Environment;
  readonly account: Account;
  /** URN of the client (RFC 5626 §4.1). */
  readonly instanceId: () => string;
  readonly hasCalls: (account: Account) => boolean;
  /** Hears of each change, once. */
  readonly onChanged: (account: Account, info: RegistrationInfo, previousState: RegistrationState) => void;
  /** Hears of each flow that fails, and that is restored. */
  readonly onFlow: (change: FlowChange) => void;
}

interface Waiter {
  readonly wants: "Active" | "Cancelled";
  readonly resolve: () => void;
  readonly reject: (error: ClientError) => void;
}

const statesCapacity = 64;

/** The registration of one account, over every start and stop of its client. */
export class AccountRegistration implements AccountLink, RegistrationSetUser {
  readonly #parts: AccountRegistrationParts;
  /** Wall-clock time at 0 of the client's clock. */
  #epochMs: number;
  /** Of the running client. */
  #core: UserAgentCore | undefined = undefined;
  #registration: RegistrationSet | undefined = undefined;
  #state: RegistrationState = "Cancelled";
  readonly #waiters: Waiter[] = [];
  readonly #readers = new Set<BoundedQueue<RegistrationInfo>>();
  #isClosed = false;

  constructor(parts: AccountRegistrationParts) {
    this.#parts = parts;
    const { clock } = parts.environment;
    this.#epochMs = clock.wallNow() - clock.now();
  }

  get info(): RegistrationInfo {
    return describeRegistration(this.#parts.account, this.#registration, this.#epochMs);
  }

  get hasCalls(): boolean {
    return this.#parts.hasCalls(this.#parts.account);
  }

  /** Whether the last try failed, and another one waits. */
  get hasFailed(): boolean {
    return this.#registration?.error !== undefined;
  }

  /** Whether the registrar would be reached as before, after the machine's addresses have changed. */
  async wayOut(): Promise<WayOut> {
    return this.#registration ? this.#registration.wayOut() : "same";
  }

  /**
   * Registers again at once, after the machine's addresses have changed, or after a sleep of which the clock has not counted so much. Undefined
   * when it is not registered and is not to be; else resolves with the account's id when it is registered, with undefined when that fails.
   */
  renew(uncountedMs: number): Promise<string | undefined> | undefined {
    this.#epochMs += uncountedMs;
    const registration = this.#registration;
    registration?.renew(uncountedMs);
    if (!registration?.isUnderWay || registration.status === "Cancelled") return undefined;
    const { id } = this.#parts.account;
    return this.#wait("Active").then(
      () => id,
      () => undefined,
    );
  }

  get serviceRoute(): readonly string[] {
    return this.#registration?.serviceRoute ?? [];
  }

  /** The first that is registered and has no trouble. */
  get wayIndex(): number {
    const registration = this.#registration;
    return registration ? registration.members.indexOf(registration.leader) : 0;
  }

  /** The client runs, on this core. */
  attach(core: UserAgentCore): void {
    this.#core = core;
  }

  /** The client stops: removes the binding, waiting at most so long for the registrar. */
  async detach(waitMs: number): Promise<void> {
    this.#core = undefined;
    const registration = this.#registration;
    if (registration && registration.status !== "Cancelled") {
      const cancelled = this.#wait("Cancelled").catch(() => {}); // gone is gone
      registration.unregister(waitMs);
      await cancelled;
    }
    this.#registration = undefined;
    this.#parts.account.affinity.reset();
  }

  /** No further changes. */
  close(): void {
    this.#isClosed = true;
    for (const reader of [...this.#readers]) reader.end();
  }

  register(signal: AbortSignal | undefined): Promise<RegistrationInfo> {
    return attempt(this.#parts.environment, "register", () => {
      signal?.throwIfAborted();
      const registration = this.#require();
      const active = this.#wait("Active");
      registration.register();
      return abortable(active, signal).then(() => this.info);
    });
  }

  unregister(): Promise<void> {
    return attempt(this.#parts.environment, "unregister", () => {
      const registration = this.#registration;
      if (!registration || registration.status === "Cancelled") return;
      const cancelled = this.#wait("Cancelled");
      registration.unregister();
      return cancelled;
    });
  }

  fetchBindings(signal: AbortSignal | undefined): Promise<readonly Binding[]> {
    return attempt(this.#parts.environment, "fetchBindings", async () => {
      const { account } = this.#parts;
      const { id: accountId, route, uri, registrar, identity, affinity } = account;
      const core = this.#requireCore();
      if (registrar === undefined) throw noRegistrar(account);
      const from = NameAddress.create(identity).toString();
      const request = { method: "REGISTER", requestUri: registrar, from, to: uri.toString(), route, accountId, affinity, signal };
      const response = await core.request(request);
      if (response.statusCode < 300) return bindingsOf(response);
      const { statusCode, reasonPhrase } = response;
      const code = statusCode === 401 || statusCode === 407 ? "AUTHENTICATION_FAILED" : "REGISTRATION_FAILED";
      throw new ClientError(code, `The registrar refused to tell its bindings: ${statusCode} ${reasonPhrase}`, { statusCode });
    });
  }

  states(signal: AbortSignal | undefined): AsyncIterable<RegistrationInfo> {
    const reader: BoundedQueue<RegistrationInfo> = new BoundedQueue<RegistrationInfo>({
      capacity: statesCapacity,
      whenFull: "dropOldest",
      signal,
      onEnded: () => this.#readers.delete(reader),
    });
    if (this.#isClosed) reader.end();
    else if (!reader.ended) this.#readers.add(reader);
    return reader;
  }

  onRegistrationChanged(registration: Registration): void {
    if (registration !== this.#registration) return;
    const { info } = this;
    const previousState = this.#state;
    this.#state = info.state;
    // Those who wait from now on, such as a listener that registers again, wait for the next outcome.
    const waiters = registration.status !== "Pending" && !registration.isUnderWay ? this.#waiters.splice(0) : [];
    const error = registrationError(this.#parts.account, registration);
    for (const reader of this.#readers) reader.push(info);
    this.#parts.onChanged(this.#parts.account, info, previousState);
    for (const waiter of waiters) this.#settle(waiter, info.state, error);
  }

  #settle({ wants, resolve, reject }: Waiter, state: RegistrationState, error: ClientError | undefined): void {
    const isOvertaken = !error || (wants === "Active" && state === "Cancelled");
    if (state === wants && !error) resolve();
    else reject(isOvertaken ? overtaken(this.#parts.account, state, this.#core === undefined) : error);
  }

  #wait(wants: Waiter["wants"]): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.push({ wants, resolve, reject }));
  }

  #requireCore(): UserAgentCore {
    if (!this.#core) throw new ClientError("CLIENT_STOPPED", "The client is not running; call start()");
    return this.#core;
  }

  onFlowFailed(index: number, error: DialogError): void {
    const { account, onFlow } = this.#parts;
    const cause = (error.cause as { code?: string } | undefined)?.code;
    onFlow({ kind: "FlowFailed", accountId: account.id, server: serverOf(account.ways[index]!), cause, message: error.message });
  }

  onFlowRestored(index: number, downMs: number): void {
    const { account, onFlow } = this.#parts;
    onFlow({ kind: "FlowRestored", accountId: account.id, server: serverOf(account.ways[index]!), downMs });
  }

  #require(): RegistrationSet {
    const core = this.#requireCore();
    const { account } = this.#parts;
    if (account.registrar === undefined) throw noRegistrar(account);
    return (this.#registration ??= new RegistrationSet(core, this.#options, this));
  }

  /** One for each way: "each one of these registrations will have a different reg-id value" (RFC 5626 §3.3). */
  get #options(): readonly RegistrationOptions[] {
    const { account, instanceId } = this.#parts;
    const { ways, uri, identity, contactUser, id, expiresSeconds, natPolicy, keepAlive, affinity } = account;
    return ways.map(({ registrar, outboundProxy }, i) => ({
      registrar: registrar!,
      addressOfRecord: uri.toString(),
      from: NameAddress.create(identity).toString(),
      route: outboundProxy === undefined ? [] : [outboundProxy],
      contactUser,
      accountId: id,
      instanceId: instanceId(),
      regId: i + 1,
      expiresSeconds,
      learnsAddress: natPolicy.learnsContact,
      keepAlive: registrationKeepAlive(keepAlive),
      // Those of several ways go each to their own server.
      ...(i === 0 ? { affinity } : {}),
    }));
  }
}

/** Whom a flow leads to. */
function serverOf({ outboundProxy, registrar }: AccountWay): string {
  return outboundProxy ?? registrar!;
}

function noRegistrar({ id }: Account): ClientError {
  return new ClientError("CONFIG_INVALID", `The account ${JSON.stringify(id)} has no registrar; set \`registrar\` in its options`);
}

function overtaken({ uri }: Account, status: RegistrationState, isStopping: boolean): ClientError {
  if (isStopping) return new ClientError("CLIENT_STOPPED", "The client was stopped before the account was registered");
  return new ClientError("NOT_REGISTERED", `${uri} is ${status} in place of what was asked for`);
}
