import type { Timer } from "@sidetone/infra-common";
import type { SipTarget } from "@sidetone/sip-transport";
import { ServerAffinity, type AffinityKeeper } from "../user-agent/server-affinity.ts";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";

/** Whoever was at a server that failed moves within this time, not all at once. */
const moveSpreadMs = 1_000;
/** Those who go back do so over this share of the time that they have waited. */
const failBackSpread = 0.1;
/** How soon it is looked again whether a call has ended, and whether the better server is still left alone. */
const failBackCheckMs = 10_000;

/** The registration, as far as it is moved. */
export interface MovableRegistration {
  /** Whether the registrar holds the binding and no REGISTER is on its way. */
  readonly isSettled: boolean;
  /** Registers at once. */
  register(): void;
}

/** The server behind a registrar's name that holds the binding: which one it is, and when the binding moves to another. */
export class RegistrationServer implements AffinityKeeper {
  readonly affinity: ServerAffinity;
  readonly #core: UserAgentHost;
  readonly #registration: MovableRegistration;
  #failsBack = false;
  #hostName = "";
  #moveTimer: Timer | undefined = undefined;
  #failBackTimer: Timer | undefined = undefined;

  constructor(core: UserAgentHost, registration: MovableRegistration, affinity: ServerAffinity = new ServerAffinity()) {
    this.#core = core;
    this.#registration = registration;
    this.affinity = affinity;
  }

  /** Whether the next REGISTER tries a better server; once. */
  takeFailBack(): boolean {
    const { affinity } = this;
    const failsBack = this.#failsBack && !affinity.isBusy;
    this.#failsBack = false;
    return failsBack;
  }

  /** `server` holds the binding; undefined when there is no other of its name. */
  bound(server: SipTarget | undefined): void {
    const { affinity } = this;
    if (!server) return this.unbound();
    this.#moveTimer?.cancel();
    this.#moveTimer = undefined;
    affinity.keeper = this;
    this.#core.health.watchers.add(affinity);
    this.#hostName = server.hostName;
    if (affinity.isSecondBest(server.hostName)) this.#awaitFailBack();
    else this.#stopFailBack();
  }

  /** There is no binding. */
  unbound(): void {
    const { affinity } = this;
    if (affinity.keeper === this) affinity.keeper = undefined;
    this.#core.health.watchers.delete(affinity);
    this.#moveTimer?.cancel();
    this.#moveTimer = undefined;
    this.#stopFailBack();
  }

  onServerLost(): void {
    if (this.#moveTimer || !this.#registration.isSettled) return;
    const { clock, random } = this.#core.environment;
    this.#moveTimer = clock.setTimer(random.float() * moveSpreadMs, () => {
      this.#moveTimer = undefined;
      if (this.#registration.isSettled) this.#registration.register();
    });
  }

  #awaitFailBack(): void {
    const { environment, failover } = this.#core;
    if (this.#failBackTimer || failover.failBackMs === Infinity) return;
    this.#startFailBack(failover.failBackMs * (1 + failBackSpread * environment.random.float()));
  }

  #startFailBack(delayMs: number): void {
    this.#failBackTimer = this.#core.environment.clock.setTimer(delayMs, () => this.#failBack());
  }

  /** Never in the middle of a call, whose requests in both directions go through the server that it was made over. */
  #failBack(): void {
    this.#failBackTimer = undefined;
    const { affinity } = this;
    const isTime = this.#registration.isSettled && !affinity.isBusy && affinity.mayGoBack(this.#hostName, this.#core.health);
    if (!isTime) return this.#startFailBack(failBackCheckMs);
    this.#failsBack = true;
    this.#registration.register();
  }

  #stopFailBack(): void {
    this.#failBackTimer?.cancel();
    this.#failBackTimer = undefined;
    this.#failsBack = false;
  }
}
