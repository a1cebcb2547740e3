import type { SipRequest } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { StatelessRefusal } from "@sidetone/transaction-core";
import type { DialogUsage } from "../dialog/dialog.ts";
import type { ResponseOptions } from "../user-agent/incoming-request.ts";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";
import type { UserAgentUser } from "../user-agent/user-agent-user.ts";
import type { AdmissionCounts } from "./admission-counts.ts";
import { Overload } from "./overload.ts";
import { ProvedPeers } from "./proved-peers.ts";
import { RefusalMemory } from "./refusal-memory.ts";
import { RequestRate } from "./request-rate.ts";

/** What becomes of requests from addresses that nobody knows, outside of dialogs. */
export type StrangerPolicy = "answer" | "ignore";

export interface RequestScreenOptions {
  readonly strangers?: StrangerPolicy | undefined;
  readonly inviteUsages?: number | undefined;
  readonly requestsPerSecond?: number | undefined;
  readonly requestBurst?: number | undefined;
  readonly overloadDelayMs?: number | undefined;
}

const retrySeconds = 5;
const unavailable: StatelessRefusal = { statusCode: 503, headers: [["Retry-After", String(retrySeconds)]] };

/**
 * Looks at each new request before anything is kept of it, the cheapest first: what is within a dialog goes through, and what comes from a
 * known peer as long as there is room; strangers are ignored, or slowed down, and refused first when too much comes in.
 */
export class RequestScreen {
  readonly counts: AdmissionCounts = { ignored: 0, limited: 0, overloaded: 0, full: 0, refused: 0, repeated: 0 };
  readonly #core: UserAgentHost;
  readonly #user: UserAgentUser;
  readonly #ignoresStrangers: boolean;
  readonly #maxUsages: number;
  readonly #rate: RequestRate;
  readonly #overload: Overload;
  readonly #refusals: RefusalMemory;
  readonly #proved: ProvedPeers;

  constructor(core: UserAgentHost, user: UserAgentUser, options: RequestScreenOptions) {
    const { environment, timers } = core;
    const { strangers = "answer", inviteUsages = 1_000_000, requestsPerSecond = Infinity, overloadDelayMs = 50 } = options;
    this.#core = core;
    this.#user = user;
    this.#ignoresStrangers = strangers === "ignore";
    this.#maxUsages = inviteUsages;
    this.#rate = new RequestRate(environment.clock, requestsPerSecond, options.requestBurst ?? 5 * requestsPerSecond);
    this.#overload = new Overload(environment, overloadDelayMs);
    this.#proved = new ProvedPeers(environment.clock);
    this.#refusals = new RefusalMemory(environment.clock, 64 * timers.T1);
  }

  /** Judges a new request, or a CANCEL that means none. */
  screen(request: SipRequest, flow: Flow): StatelessRefusal | "ignore" | undefined {
    const { method, toTag } = request;
    const usage = toTag === undefined ? undefined : this.#core.dialogs.find(request.callId, toTag, request.fromTag ?? "")?.usage;
    if (usage) return this.#admit(request, flow, usage);
    const isKnown = this.#isKnown(flow);
    const refusal = isKnown ? undefined : this.#screenStranger(flow);
    if (refusal) return refusal;
    // What belongs to no dialog, and no transaction, gets its 481.
    if (toTag !== undefined || method === "CANCEL") return undefined;
    return this.#repeat(request, flow) ?? this.#screenNew(request, flow, isKnown);
  }

  /** Whether malformed requests are answered. */
  answersMalformed(flow: Flow): boolean {
    return this.#isKnown(flow) || this.#screenStranger(flow) === undefined;
  }

  /** Whether Binding requests are answered, which are small and small to answer. */
  answersStun(flow: Flow): boolean {
    return !this.#ignoresStrangers || this.#isKnown(flow);
  }

  /** The request was answered: when one that was refused comes again, nobody is asked about it. */
  remember(request: SipRequest, flow: Flow, statusCode: number, { reasonPhrase, headers }: ResponseOptions): void {
    if (statusCode >= 400 && request.toTag === undefined) this.#refusals.add(request, flow, { statusCode, reasonPhrase, headers });
  }

  /** Whoever sent over `flow` has proved who he is. */
  prove({ remoteAddress }: Flow): void {
    this.#proved.add(remoteAddress);
  }

  #isKnown(flow: Flow): boolean {
    return this.#user.isKnownPeer?.(flow) === true || this.#proved.has(flow.remoteAddress);
  }

  #screenStranger({ remoteAddress }: Flow): StatelessRefusal | "ignore" | undefined {
    if (this.#ignoresStrangers) {
      this.counts.ignored++;
      return "ignore";
    }
    const waitMs = this.#rate.take(remoteAddress);
    if (waitMs === 0) return undefined;
    if (this.counts.limited++ === 0) this.#core.environment.logger.warn({ remoteAddress }, "an address sends too many requests: 503");
    return { statusCode: 503, headers: [["Retry-After", String(Math.max(retrySeconds, Math.ceil(waitMs / 1000)))]] };
  }

  #screenNew(request: SipRequest, flow: Flow, isKnown: boolean): StatelessRefusal | undefined {
    if (!isKnown && this.#overload.isOverloaded()) {
      this.counts.overloaded++;
      return unavailable;
    }
    const refusal = this.#admit(request, flow, undefined);
    if (refusal) this.#refusals.add(request, flow, refusal);
    else if (request.method === "INVITE" && this.#core.inviteUsageCount >= this.#maxUsages) {
      this.counts.full++;
      return unavailable;
    }
    return refusal;
  }

  #repeat(request: SipRequest, flow: Flow): StatelessRefusal | undefined {
    const refusal = this.#refusals.find(request, flow);
    if (refusal) this.counts.repeated++;
    return refusal;
  }

  #admit(request: SipRequest, flow: Flow, usage: DialogUsage | undefined): StatelessRefusal | undefined {
    try {
      const refusal = this.#user.admit?.(request, flow, usage);
      if (refusal) this.counts.refused++;
      return refusal;
    } catch (error) {
      this.#core.environment.onListenerError(error, "UserAgentUser.admit");
      return { statusCode: 500 };
    }
  }
}
