import { addressFamily, onAbort } from "@sidetone/infra-common";
import { SipUri } from "@sidetone/sip-core";
import { SipTransportError, type Flow, type FlowOptions, type SipTarget } from "@sidetone/sip-transport";
import { DialogError } from "../errors.ts";
import type { RequestDraft } from "./request-draft.ts";
import { preferServer } from "./server-affinity.ts";
import { placeOf, placeOfFlow } from "./server-health.ts";
import type { UserAgentHost } from "./user-agent-host.ts";

/** Above this a request does not go over UDP without need (RFC 3261 §18.1.1). */
const maxDatagramBytes = 1_300;

/** How a server failed (RFC 3263 §4.3): its transport did, it said nothing, or it answered 503. */
export type ServerFailure = "transport" | "silence" | "unavailable";

/** Goes through the ordered targets of a request's next hop (RFC 3263 §4). */
export class FlowFinder {
  readonly #core: UserAgentHost;
  readonly #draft: RequestDraft;
  /** What the next hop leads to, in the order of the name service. */
  #located: readonly SipTarget[] = [];
  /** Of these, what is tried, in the order in which it is. */
  #targets: readonly SipTarget[] | undefined = undefined;
  #nextTarget = 0;
  /** The target that {@link next} found, and the one that is in use. */
  #found: SipTarget | undefined = undefined;
  #current: SipTarget | undefined = undefined;
  /** The place that failed before the targets were known. */
  #avoided: string | undefined = undefined;
  /** A connection broke that had worked: its server gets a second one, once. */
  #isReopening = false;

  constructor(core: UserAgentHost, draft: RequestDraft) {
    this.#core = core;
    this.#draft = draft;
  }

  /** The flow that the last request of the dialog went over, as long as it lives and fits. */
  get knownFlow(): Flow | undefined {
    return this.#usable(this.#draft.dialog?.flow);
  }

  /** The server that is being tried, where there are several. */
  get server(): SipTarget | undefined {
    if (!this.#targets) return this.#draft.dialog?.server;
    return this.#located.length > 1 ? this.#current : undefined;
  }

  /** For the same target once more: `flow`, as long as it lives and still fits. Else {@link next} begins with that target again. */
  again(flow: Flow | undefined): Flow | undefined {
    const usable = this.#usable(flow);
    if (!usable) this.#stepBack();
    return usable;
  }

  /** The request goes over the flow that {@link next} found, or that was known. */
  use(): void {
    this.#current = this.#found;
    if (!this.#draft.affinity) return; // whoever gave the route meant it
    for (const other of this.#located) if (other !== this.#current) this.#draft.leave(placeOf(other));
  }

  /** The target in use is the right one after all: those behind it have not been tried. */
  stay(): void {
    this.#found = this.#current;
    this.#nextTarget = this.#indexOfCurrent + 1;
  }

  /** Whether a server that says nothing has another one beside it; as far as that is known without asking. */
  get hasAlternative(): boolean {
    return this.#targets ? this.#hasNext || this.#isAtServiceRoute : this.#draft.dialog?.server !== undefined;
  }

  /** Whether it is worth looking for another target. */
  get mayHaveNext(): boolean {
    if (this.#targets) return this.#hasNext || this.#isAtServiceRoute;
    return this.#isReopening || !addressFamily(SipUri.parse(this.#draft.nextHop).host);
  }

  get #hasNext(): boolean {
    return this.#targets !== undefined && this.#nextTarget < this.#targets.length;
  }

  /** Whether the next hop is one of the servers of the affinity's name, by its address: then there are others. */
  get #isAtServiceRoute(): boolean {
    const [only, another] = this.#located;
    const { dialog, affinity, route } = this.#draft;
    return only !== undefined && !another && !dialog && route.length > 0 && affinity?.nameOf(placeOf(only)) !== undefined;
  }

  /** Whether that server has failed of late, so that it is not even tried. */
  get #isServiceRouteLost(): boolean {
    return this.#isAtServiceRoute && this.#core.health.isPaused(placeOf(this.#located[0]!));
  }

  /** An answer came over `flow`: the server is kept to. */
  answered(flow: Flow): void {
    const { health, environment } = this.#core;
    const { server } = this;
    health.prove(flow);
    if (health.size > 0) health.answered(server ? placeOf(server) : placeOfFlow(flow));
    if (!server) return;
    this.#draft.affinity?.took(server, this.#located, this.#draft.nextHop, environment.clock.now());
    if (this.#draft.dialog) this.#draft.dialog.server = server;
  }

  /** The server that `flow` leads to failed; with `retryAfterSeconds` it said for how long. */
  failed(flow: Flow, failure: ServerFailure, retryAfterSeconds?: number): void {
    const { health } = this.#core;
    if (failure === "transport" && health.isProven(flow) && !this.#isReopening) {
      this.#isReopening = true;
      return this.#stepBack();
    }
    this.#isReopening = false;
    const place = this.leave(flow);
    if (failure !== "unavailable") health.failed(place);
    else if (retryAfterSeconds !== undefined) health.unavailable(place, retryAfterSeconds);
  }

  /** Where `flow` leads, which {@link next} then does not come back to. */
  leave(flow: Flow): string {
    if (this.#current) return placeOf(this.#current);
    this.#avoided = placeOfFlow(flow);
    return this.#avoided;
  }

  /**
   * A flow to the next target that one leads to.
   *
   * @throws {DialogError} `DIALOG_UNREACHABLE` when there is none, with what the last one failed with.
   */
  async next(signal: AbortSignal | undefined): Promise<Flow> {
    let cause: unknown;
    try {
      do {
        const uri = await this.#locate(signal);
        const options = { messageBytes: this.#messageBytes, transportIsExplicit: uri.transport !== undefined };
        while (this.#hasNext && !this.#isServiceRouteLost && !signal?.aborted) {
          const target = this.#targets![this.#nextTarget++]!;
          try {
            const flow = await this.#open(target, options, signal);
            this.#found = target;
            return flow;
          } catch (error) {
            cause = error;
            if (isServersFault(error)) this.#core.health.failed(placeOf(target));
          }
        }
      } while (!signal?.aborted && this.#isAtServiceRoute && this.#goByName());
    } catch (error) {
      cause = error;
    }
    throw this.unreachable(cause);
  }

  /** Finds the targets, unless they are known. Returns the URI whose they are. */
  async #locate(signal: AbortSignal | undefined): Promise<SipUri> {
    const nextHop = SipUri.parse(this.#draft.nextHop);
    // "if the Request-URI specifies a SIPS resource, the UAC MUST follow the procedures … as if the input URI were a SIPS URI" (RFC 3261 §8.1.2)
    const uri = this.#draft.isSecure ? nextHop.withScheme("sips") : nextHop;
    if (this.#targets) return uri;
    this.#located = await this.#core.transports.locate(uri, signal ? { signal } : {});
    this.#targets = this.#inOrder(this.#located);
    return uri;
  }

  unreachable(cause: unknown): DialogError {
    const { method, nextHop } = this.#draft;
    return new DialogError("DIALOG_UNREACHABLE", `${method} could not be sent to ${nextHop}`, { statusCode: 503, cause });
  }

  /** The targets, those that failed of late last, and the server that the dialog or the affinity is with first. */
  #inOrder(located: readonly SipTarget[]): readonly SipTarget[] {
    const { health, environment, failover } = this.#core;
    const { dialog, affinity, failsBack } = this.#draft;
    const wanted = this.#avoided === undefined ? located : located.filter((target) => placeOf(target) !== this.#avoided);
    if (wanted.length < 2) return wanted;
    const ordered = health.order(wanted);
    if (failsBack) return ordered;
    if (dialog) return preferServer(ordered, dialog.server, health);
    return affinity?.order(ordered, health, environment.clock.now(), failover.failBackMs) ?? ordered;
  }

  /** Without the Service-Route, since what it names has failed: by the name that the registration went by. */
  #goByName(): boolean {
    const place = placeOf(this.#located[0]!);
    const nextHop = this.#draft.affinity?.nameOf(place);
    if (nextHop === undefined || !this.#draft.leave(place)) return false;
    this.#draft.nextHop = nextHop;
    this.#avoided = place;
    this.#targets = undefined;
    this.#nextTarget = 0;
    return true;
  }

  #open(target: SipTarget, options: FlowOptions, signal: AbortSignal | undefined): Promise<Flow> {
    if (target.transport !== "UDP" && this.#hasNext) return this.#openInTime(target, options, signal);
    return this.#core.transports.flowTo(target, signal ? { ...options, signal } : options);
  }

  /** A connection is not waited for longer than an answer, where there is another server. */
  async #openInTime(target: SipTarget, options: FlowOptions, signal: AbortSignal | undefined): Promise<Flow> {
    const { transports, environment, failover } = this.#core;
    const abort = new AbortController();
    const forget = onAbort(signal, (reason) => abort.abort(reason));
    const timer = environment.clock.setTimer(failover.silenceMs, () => abort.abort(noConnection(target, failover.silenceMs)));
    try {
      return await transports.flowTo(target, { ...options, signal: abort.signal });
    } finally {
      timer.cancel();
      forget();
    }
  }

  #stepBack(): void {
    if (this.#current) this.#nextTarget = this.#indexOfCurrent;
  }

  get #indexOfCurrent(): number {
    return this.#current && this.#targets ? this.#targets.indexOf(this.#current) : -1;
  }

  get #messageBytes(): number {
    return this.#draft.estimateBytes(this.#core.capabilities);
  }

  #usable(flow: Flow | undefined): Flow | undefined {
    if (!flow || flow.isClosed || (this.#draft.isSecure && !flow.secure)) return undefined;
    return flow.reliable || this.#messageBytes <= maxDatagramBytes ? flow : undefined;
  }
}

/** It could not be connected to, or is not whom it should be. */
function isServersFault(error: unknown): boolean {
  return SipTransportError.is(error, "SIP_TRANSPORT_CONNECT_FAILED") || SipTransportError.is(error, "SIP_TRANSPORT_CERTIFICATE");
}

function noConnection({ transport, address }: SipTarget, afterMs: number): SipTransportError {
  return new SipTransportError("SIP_TRANSPORT_CONNECT_FAILED", `No ${transport} connection to ${address} within ${afterMs} ms`);
}
