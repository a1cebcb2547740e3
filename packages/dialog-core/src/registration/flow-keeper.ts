import { FlowTimer, Require, type SipResponse } from "@sidetone/sip-core";
import type { Flow, KeepAlive, KeepAliveUser, SipTransportError } from "@sidetone/sip-transport";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";
import { OptionsPing, type OptionsPingUser } from "./options-ping.ts";
import type { RegistrationKeepAlive, RegistrationOptions } from "./registration.ts";

/** How often is asked at least on a flow that answers, in seconds: with the 10 s for the answer a dead flow is known within 30 s. */
const longestIntervalSeconds = 19;

/** What a flow is kept for. */
export interface FlowKeeperUser {
  /** The flow has failed; once for each that was kept. */
  onFlowLost(error: SipTransportError): void;
}

/** Keeps the flow that holds a registration open (RFC 5626 §4.4, RFC 6223), and tells when it fails. */
export class FlowKeeper implements KeepAliveUser, OptionsPingUser {
  readonly #core: UserAgentHost;
  readonly #options: RegistrationOptions;
  readonly #user: FlowKeeperUser;
  #keepAlive: KeepAlive | undefined = undefined;
  #ping: OptionsPing | undefined = undefined;
  #outboundFlow: Flow | undefined = undefined;

  constructor(core: UserAgentHost, options: RegistrationOptions, user: FlowKeeperUser) {
    this.#core = core;
    this.#options = options;
    this.#user = user;
  }

  /** The flow that the registration holds on to. */
  get flow(): Flow | undefined {
    return this.#keepAlive?.flow;
  }

  /** Whether the server answers, so that a dead flow is noticed. */
  get isAnswered(): boolean {
    return this.#ping !== undefined || (this.#keepAlive?.isAnswered ?? false);
  }

  /** The registration was accepted over `flow` by `response`, which says what the server has agreed to. */
  keep(flow: Flow, response: SipResponse): void {
    const { keepAlive } = this.#options;
    const previous = this.#keepAlive;
    const isOutbound = hasOutbound(response);
    this.#mark(isOutbound ? flow : undefined);
    const isAgreed = isOutbound || response.topVia.parameters.getInteger("keep") !== undefined;
    const intervalMs = intervalOf(keepAlive, response);
    if (previous?.flow === flow && previous.isAgreed === isAgreed && previous.intervalMs === intervalMs) return;
    this.#keepAlive = this.#core.transports.keepAlive(flow, {
      user: this,
      isAgreed,
      isSilent: keepAlive === undefined || keepAlive.method === "options",
      ...(intervalMs === undefined ? {} : { intervalMs }),
    });
    // The new one first: a NAT's mapping is remembered as long as somebody keeps the flow.
    previous?.close();
    if (keepAlive?.method === "options") this.#pingOver(flow, keepAlive);
  }

  /** Lets go of the flow. */
  stop(): void {
    this.#mark(undefined);
    this.#keepAlive?.close();
    this.#keepAlive = undefined;
    this.#ping?.close();
    this.#ping = undefined;
  }

  onFlowLost(keepAlive: KeepAlive, error: SipTransportError): void {
    if (keepAlive !== this.#keepAlive) return;
    this.stop();
    this.#user.onFlowLost(error);
  }

  /** Internal: OPTIONS has found that a NAT has moved the flow. */
  onFlowMoved(error: SipTransportError): void {
    this.stop();
    this.#user.onFlowLost(error);
  }

  /** Contact asks for requests to come over this flow, and over the one before no more. */
  #mark(flow: Flow | undefined): void {
    const { outbound } = this.#core.ownAddresses;
    if (flow) outbound.add(flow);
    if (this.#outboundFlow) outbound.delete(this.#outboundFlow);
    this.#outboundFlow = flow;
  }

  #pingOver(flow: Flow, { intervalMs = longestIntervalSeconds * 1_000 }: RegistrationKeepAlive): void {
    if (this.#ping?.flow === flow) return;
    this.#ping?.close();
    this.#ping = new OptionsPing(this.#core, flow, { ...this.#options, intervalMs }, this);
  }
}

/** "the registrar MUST include the outbound option-tag in a Require header field" when it has stored the flow (RFC 5626 §6). */
function hasOutbound(response: SipResponse): boolean {
  return response.getAll(Require).some((tag) => tag.toLowerCase() === "outbound");
}

/** The shortest of what the user wants, Flow-Timer (RFC 5626 §4.4) and `keep` (RFC 6223 §4.3); a server that can wait longer is asked sooner. */
function intervalOf(keepAlive: RegistrationKeepAlive | undefined, response: SipResponse): number | undefined {
  const asked = [response.get(FlowTimer), response.topVia.parameters.getInteger("keep")];
  const wanted = asked.flatMap((seconds) => (seconds && seconds < longestIntervalSeconds ? seconds * 1_000 : []));
  if (keepAlive?.intervalMs !== undefined) {
    const limits = asked.flatMap((seconds) => (seconds ? seconds * 1_000 : []));
    return Math.min(keepAlive.intervalMs, ...limits);
  }
  return wanted.length > 0 ? Math.min(...wanted) : undefined;
}
