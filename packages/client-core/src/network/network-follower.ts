import { addressFamily, isLinkLocal, isLoopback, isWildcard, type Environment, type Sleep, type Timer } from "@sidetone/infra-common";
import type { Sessions } from "@sidetone/session-core";
import type { ListeningChange, SipTransports } from "@sidetone/sip-transport";
import type { ListenAddress } from "../client/listen.ts";
import type { AccountRegistration } from "../registration/account-registration.ts";
import type { NetworkChange } from "./network-change.ts";
import { recover, type RecoveryMemory } from "./recover.ts";

/** An interface that comes up gets its addresses one after the other. */
const debounceMs = 500;

export interface NetworkFollowerParts {
  readonly environment: Environment;
  readonly transports: SipTransports;
  readonly sessions: Sessions;
  readonly registrations: readonly AccountRegistration[];
  /** What STUN servers have told is told anew. */
  readonly forgetPublicAddresses: () => void;
  readonly listen: readonly ListenAddress[];
  readonly onChange: (change: NetworkChange) => void;
  /** So much of a sleep the clock has not counted. */
  readonly onSlept: (uncountedMs: number) => void;
}

/** Keeps a client reachable when its machine gets other addresses, or wakes from a sleep. Does nothing else, and sends nothing before. */
export class NetworkFollower {
  readonly #parts: NetworkFollowerParts;
  readonly #stops: readonly (() => void)[];
  #addresses: ReadonlySet<string>;
  #debounce: Timer | undefined = undefined;
  /** One change after the other. */
  #following: Promise<void> = Promise.resolve();
  readonly #memory: RecoveryMemory = { cutOff: new WeakSet(), telling: new Set() };
  #isClosed = false;

  constructor(parts: NetworkFollowerParts) {
    const { network, clock } = parts.environment;
    this.#parts = parts;
    // A client of this machine alone is reached whatever becomes of the others' addresses.
    const isAtHome = parts.listen.every(({ address }) => isLoopback(address));
    this.#addresses = new Set(isAtHome ? [] : network.localAddresses());
    const stopWatch = isAtHome ? [] : [network.onAddressesChanged(() => this.#onAddressesChanged())];
    this.#stops = [...stopWatch, clock.onSleep((sleep) => this.#onSleep(sleep))];
  }

  /** Whether the peer of a call is about to be told where this side is. */
  isTelling(callId: string): boolean {
    return this.#memory.telling.has(callId);
  }

  close(): void {
    this.#isClosed = true;
    this.#debounce?.cancel();
    for (const stop of this.#stops) stop();
  }

  #onAddressesChanged(): void {
    const { clock } = this.#parts.environment;
    const noticedMs = clock.now();
    this.#debounce?.cancel();
    this.#debounce = clock.setTimer(debounceMs, () => this.#enqueue(() => this.#followAddresses(noticedMs)));
  }

  #onSleep(sleep: Sleep): void {
    const noticedMs = this.#parts.environment.clock.now();
    // Other addresses are looked for along with it.
    this.#debounce?.cancel();
    this.#parts.onSlept(sleep.uncountedMs);
    this.#parts.onChange({ kind: "SleepDetected", sleptMs: Math.round(sleep.durationMs) });
    this.#enqueue(() => this.#followSleep(sleep, noticedMs));
  }

  #enqueue(follow: () => Promise<void>): void {
    this.#following = this.#following.then(() => (this.#isClosed ? undefined : follow()));
  }

  async #followAddresses(noticedMs: number): Promise<void> {
    if (this.#takeAddresses()) await this.#recover(noticedMs, undefined);
  }

  async #followSleep(sleep: Sleep, noticedMs: number): Promise<void> {
    this.#takeAddresses();
    // Who knows what became of them meanwhile: a new one is quicker than finding it out.
    this.#parts.transports.endOwnConnections(`the machine has slept for ${Math.round(sleep.durationMs / 1000)} s`);
    await this.#recover(noticedMs, sleep);
  }

  /** Tells of the change; false when there is none that concerns this client. */
  #takeAddresses(): boolean {
    const before = this.#addresses;
    const now = new Set(this.#parts.environment.network.localAddresses());
    this.#addresses = now;
    const added = [...now].filter((address) => !before.has(address) && this.#concerns(address));
    const removed = [...before].filter((address) => !now.has(address) && this.#concerns(address));
    if (added.length + removed.length === 0) return false;
    this.#parts.onChange({ kind: "AddressesChanged", added, removed });
    return true;
  }

  async #recover(noticedMs: number, sleep: Sleep | undefined): Promise<void> {
    const { environment, transports, forgetPublicAddresses, onChange } = this.#parts;
    await transports.followAddresses((change) => this.#onListening(change));
    forgetPublicAddresses();
    if (sleep) transports.checkFlows();
    // Not waited for: what is sent may find no answer, and the next change may be the one that helps.
    void recover(this.#parts, this.#memory, sleep).then((recovery) => {
      if (!recovery || this.#isClosed) return;
      onChange({ kind: "Recovered", ...recovery, durationMs: Math.round(environment.clock.now() - noticedMs) });
    });
  }

  /** Whether the client sends from `address`, or could. */
  #concerns(address: string): boolean {
    return this.#parts.listen.some((listen) => {
      if (listen.address === address) return true;
      const isAny = listen.followsMachine || isWildcard(listen.address);
      return isAny && addressFamily(address) === addressFamily(listen.address) && !isLinkLocal(address) && !isLoopback(address);
    });
  }

  #onListening({ kind, transport, address, port, previousAddress }: ListeningChange): void {
    if (this.#isClosed) return;
    if (kind === "lost") this.#parts.onChange({ kind: "ListeningLost", transport, address, port });
    else this.#parts.onChange({ kind: "Rebound", transport, address, port, previousAddress });
  }
}
