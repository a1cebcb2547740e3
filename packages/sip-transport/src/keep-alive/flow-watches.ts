import type { Environment, Timer } from "@sidetone/infra-common";
import type { Flow } from "../flow.ts";
import type { FlowObserver } from "../ingress.ts";
import { SipTransportError } from "../sip-transport-error.ts";
import { FlowWatch, type FlowWatchUser } from "./flow-watch.ts";
import type { KeepAlive, KeepAliveOptions } from "./keep-alive.ts";

/** The flows of one stack that are kept alive. */
export class FlowWatches implements FlowWatchUser, FlowObserver {
  readonly #environment: Environment;
  readonly #watches = new Map<string, FlowWatch>();
  /** Tells the transactions. */
  readonly #onFlowFailed: (flow: Flow, error: SipTransportError) => void;
  /** Runs when a flow had ended before it was to be kept alive: its user hears of it later, as of any other. */
  #lateTimer: Timer | undefined = undefined;

  constructor(environment: Environment, onFlowFailed: (flow: Flow, error: SipTransportError) => void) {
    this.#environment = environment;
    this.#onFlowFailed = onFlowFailed;
  }

  keepAlive(flow: Flow, options: KeepAliveOptions): KeepAlive {
    const key = keyOf(flow);
    let watch = this.#watches.get(key);
    if (!watch) {
      watch = new FlowWatch(key, flow, this.#environment, this);
      this.#watches.set(key, watch);
    }
    if (flow.isClosed) this.#lateTimer ??= this.#environment.clock.setTimer(0, () => this.socketClosed());
    return watch.lease(options);
  }

  /** Asks on every flow now. */
  checkAll(): void {
    for (const watch of [...this.#watches.values()]) watch.checkNow();
  }

  /** The flow has failed, or a message could not be sent over it. */
  flowFailed(flow: Flow, error: SipTransportError): void {
    const watch = this.#watches.size > 0 ? this.#watches.get(keyOf(flow)) : undefined;
    if (watch) this.#fail(watch, error);
  }

  /** A socket was closed, and its flows with it. */
  socketClosed(): void {
    this.#lateTimer?.cancel();
    this.#lateTimer = undefined;
    const error = new SipTransportError("SIP_TRANSPORT_CONNECTION_LOST", "The socket of the flow was closed");
    for (const watch of [...this.#watches.values()]) if (watch.flow.isClosed) this.#fail(watch, error);
  }

  onUnused(watch: FlowWatch): void {
    this.#watches.delete(watch.key);
  }

  /** "… MUST treat this event as a failure on the flow" (RFC 5626 §4.4.2); yet over a new mapping requests still find their way, and are not given up. */
  onDead(watch: FlowWatch, error: SipTransportError): void {
    if (error.code === "SIP_TRANSPORT_MAPPING_CHANGED") this.#fail(watch, error);
    else this.#onFlowFailed(watch.flow, error);
  }

  /** Nobody is told. */
  close(): void {
    this.#lateTimer?.cancel();
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
  }

  #fail(watch: FlowWatch, error: SipTransportError): void {
    this.#watches.delete(watch.key);
    watch.fail(error);
  }
}

/** A UDP flow may be forgotten and made anew: what makes it is where it leads from and to. */
function keyOf({ transport, localAddress, localPort, remoteAddress, remotePort }: Flow): string {
  return `${transport} ${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
