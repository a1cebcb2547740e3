import type {
  Binding,
  DialogError,
  Registration,
  RegistrationOptions,
  RegistrationState,
  RegistrationStatus,
  RegistrationUser,
  UserAgentCore,
  WayOut,
} from "@sidetone/dialog-core";

/** Hears of an account's registration as a whole, and of the flows that make it up. */
export interface RegistrationSetUser extends RegistrationUser {
  /** The flow of this member has failed; once, until it is restored. */
  onFlowFailed(index: number, error: DialogError): void;
  /** It is registered again, so long after it failed. */
  onFlowRestored(index: number, downMs: number): void;
}

/** Which of several states says most about the whole, best first. */
const order: readonly RegistrationStatus[] = ["Active", "Pending", "Expired", "Failed", "Cancelled"];

/**
 * The registrations of one account over several proxies or at several registrars, each with a flow of its own (RFC 5626 §4.2), as one: it is as
 * good as the best of them.
 */
export class RegistrationSet implements Registration, RegistrationUser {
  readonly members: readonly Registration[];
  readonly #core: UserAgentCore;
  readonly #user: RegistrationSetUser;
  #isChangingAll = false;
  #hasChanged = false;
  /** When the flow of each failed. */
  #lostAtMs: Map<Registration, number> | undefined = undefined;

  /** @throws {DialogError} `DIALOG_OPTION`. */
  constructor(core: UserAgentCore, options: readonly RegistrationOptions[], user: RegistrationSetUser) {
    this.#core = core;
    this.#user = user;
    this.members = options.map((each) => core.registration(each, this));
  }

  /** The member that requests go along with: the first that is registered and has no trouble, else the one that is nearest to it. */
  get leader(): Registration {
    const { members } = this;
    const sound = members.find(({ status, error }) => status === "Active" && !error);
    if (sound) return sound;
    return order.flatMap((wanted) => members.find(({ status }) => status === wanted) ?? [])[0]!;
  }

  get state(): RegistrationState {
    return this.leader.state;
  }

  get status(): RegistrationStatus {
    return this.leader.status;
  }

  /** One that is registered and waits for nothing settles it for all. */
  get isUnderWay(): boolean {
    const { members } = this;
    return members.some(({ isUnderWay }) => isUnderWay) && !members.some(({ status, isUnderWay }) => status === "Active" && !isUnderWay);
  }

  get contact(): string | undefined {
    return this.leader.contact;
  }

  get bindings(): readonly Binding[] {
    return this.leader.bindings;
  }

  get serviceRoute(): readonly string[] {
    return this.leader.serviceRoute;
  }

  get expiresAtMs(): number | undefined {
    return this.leader.expiresAtMs;
  }

  get retryAtMs(): number | undefined {
    const times = this.members.flatMap(({ retryAtMs }) => retryAtMs ?? []);
    return this.leader.retryAtMs ?? (this.status !== "Active" && times.length > 0 ? Math.min(...times) : undefined);
  }

  get error(): DialogError | undefined {
    return this.leader.error;
  }

  register(): void {
    this.#all((member) => member.register());
  }

  unregister(waitMs?: number): void {
    this.#all((member) => member.unregister(waitMs));
  }

  renew(uncountedMs?: number): void {
    this.#all((member) => member.renew(uncountedMs));
  }

  /** Another when it is for one of them. */
  async wayOut(): Promise<WayOut> {
    const ways = await Promise.all(this.members.map((member) => member.wayOut()));
    return ways.find((way) => way === "other") ?? ways.find((way) => way === "same") ?? "none";
  }

  close(): void {
    this.#all((member) => member.close());
  }

  onRegistrationChanged(member: Registration): void {
    this.#watchFlow(member);
    if (this.#isChangingAll) this.#hasChanged = true;
    else this.#user.onRegistrationChanged(this);
  }

  /** What is asked of all is one change: of several, some are still as they were while the first have heard of it. */
  #all(ask: (member: Registration) => void): void {
    this.#isChangingAll = this.members.length > 1;
    this.#hasChanged = false;
    for (const member of this.members) ask(member);
    this.#isChangingAll = false;
    if (this.#hasChanged) this.#user.onRegistrationChanged(this);
  }

  #watchFlow(member: Registration): void {
    const { status, error } = member;
    const lostAtMs = this.#lostAtMs?.get(member);
    const index = this.members.indexOf(member);
    if (lostAtMs === undefined && error?.code === "DIALOG_FLOW_LOST") {
      this.#lostAtMs ??= new Map();
      this.#lostAtMs.set(member, this.#core.environment.clock.now());
      this.#user.onFlowFailed(index, error);
    } else if (lostAtMs !== undefined && (status === "Cancelled" || status === "Active")) {
      this.#lostAtMs!.delete(member);
      if (status === "Active") this.#user.onFlowRestored(index, this.#core.environment.clock.now() - lostAtMs);
    }
  }
}
