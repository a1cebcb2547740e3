import type { Environment, SocketAddress } from "@sidetone/infra-common";
import type { Flow } from "../flow.ts";
import type { SipTransportError } from "../sip-transport-error.ts";
import { StreamFlow } from "../stream-flow.ts";
import { UdpFlow } from "../udp-flow.ts";
import type { KeepAlive, KeepAliveOptions, KeepAliveUser } from "./keep-alive.ts";
import { LineEndPulse } from "./line-end-pulse.ts";
import { PingPulse } from "./ping-pulse.ts";
import type { Pulse, PulsePlan, PulseUser } from "./pulse.ts";
import { StunPulse } from "./stun-pulse.ts";

export interface FlowWatchUser {
  /** Nobody needs the flow any more. */
  onUnused(watch: FlowWatch): void;
  /** Tells everybody who has to do with the flow. */
  onDead(watch: FlowWatch, error: SipTransportError): void;
}

/** One flow that is kept alive, for however many. */
export class FlowWatch implements PulseUser {
  readonly key: string;
  readonly flow: Flow;
  readonly #environment: Environment;
  readonly #user: FlowWatchUser;
  readonly #leases = new Set<Lease>();
  #pulse: Pulse | undefined = undefined;
  /** What all users want together. */
  #plan: PulsePlan | undefined = undefined;

  constructor(key: string, flow: Flow, environment: Environment, user: FlowWatchUser) {
    this.key = key;
    this.flow = flow;
    this.#environment = environment;
    this.#user = user;
  }

  get isAnswered(): boolean {
    return this.#pulse?.isAnswered ?? false;
  }

  get mappedAddress(): SocketAddress | undefined {
    return this.#pulse?.mappedAddress;
  }

  lease(options: KeepAliveOptions): KeepAlive {
    const lease = new Lease(this, options);
    this.#leases.add(lease);
    if (!lease.isSilent) this.#follow(this.#plan ? combined(this.#plan, lease) : lease);
    return lease;
  }

  /** The lease has ended. */
  release(lease: Lease): void {
    if (!this.#leases.delete(lease)) return;
    if (this.#leases.size > 0) return this.#recount();
    this.stop();
    this.#user.onUnused(this);
  }

  checkNow(): void {
    this.#pulse?.checkNow();
  }

  onDead(error: SipTransportError): void {
    this.#user.onDead(this, error);
  }

  /** Tells each user, once. */
  fail(error: SipTransportError): void {
    this.stop();
    const leases = [...this.#leases];
    this.#leases.clear();
    for (const lease of leases) lease.user.onFlowLost(lease, error);
  }

  stop(): void {
    this.#pulse?.stop();
    this.#pulse = undefined;
    this.#plan = undefined;
  }

  /** What the users want who are left. */
  #recount(): void {
    let plan: PulsePlan | undefined;
    for (const lease of this.#leases) if (!lease.isSilent) plan = plan ? combined(plan, lease) : lease;
    if (plan) this.#follow(plan);
    else this.stop();
  }

  #follow({ isAgreed, intervalMs }: PulsePlan): void {
    const plan = { isAgreed, intervalMs };
    this.#plan = plan;
    this.#pulse = this.#pulseFor(plan);
    this.#pulse?.follow(plan);
  }

  /** The pulse that there is, unless the plan wants another kind. What lives in this process needs none. */
  #pulseFor({ isAgreed }: PulsePlan): Pulse | undefined {
    const { flow } = this;
    const pulse = this.#pulse;
    const { clock, random } = this.#environment;
    if (flow instanceof StreamFlow) return pulse ?? new PingPulse(flow, clock, random);
    if (!(flow instanceof UdpFlow) || (pulse && pulse instanceof StunPulse === isAgreed)) return pulse;
    pulse?.stop();
    return isAgreed ? new StunPulse(this.#environment, flow.owner.stun, flow, this) : new LineEndPulse(flow, clock, random);
  }
}

class Lease implements KeepAlive {
  readonly user: KeepAliveUser;
  readonly isAgreed: boolean;
  readonly isSilent: boolean;
  readonly intervalMs: number | undefined;
  readonly #watch: FlowWatch;

  constructor(watch: FlowWatch, { user, isAgreed = false, isSilent = false, intervalMs }: KeepAliveOptions) {
    this.#watch = watch;
    this.user = user;
    this.isAgreed = isAgreed;
    this.isSilent = isSilent;
    this.intervalMs = intervalMs;
  }

  get flow(): Flow {
    return this.#watch.flow;
  }

  get isAnswered(): boolean {
    return this.#watch.isAnswered;
  }

  get mappedAddress(): SocketAddress | undefined {
    return this.#watch.mappedAddress;
  }

  close(): void {
    this.#watch.release(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** What satisfies both. */
function combined(one: PulsePlan, other: PulsePlan): PulsePlan {
  const shortest = Math.min(one.intervalMs ?? Infinity, other.intervalMs ?? Infinity);
  return { isAgreed: one.isAgreed || other.isAgreed, intervalMs: shortest === Infinity ? undefined : shortest };
}
