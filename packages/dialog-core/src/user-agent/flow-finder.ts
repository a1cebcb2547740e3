import { SipUri } from "@sidetone/sip-core";
import type { Flow, SipTarget } from "@sidetone/sip-transport";
import { DialogError } from "../errors.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { UserAgentHost } from "./user-agent-host.ts";

/** Above this a request does not go over UDP without need (RFC 3261 §18.1.1). */
const maxDatagramBytes = 1_300;

/** Goes through the ordered targets of a request's next hop (RFC 3263 §4). */
export class FlowFinder {
  readonly #core: UserAgentHost;
  readonly #draft: RequestDraft;
  #targets: readonly SipTarget[] | undefined = undefined;
  #nextTarget = 0;

  constructor(core: UserAgentHost, draft: RequestDraft) {
    this.#core = core;
    this.#draft = draft;
  }

  /** The flow that the last request of the dialog went over, as long as it lives and fits. */
  get knownFlow(): Flow | undefined {
    return this.#usable(this.#draft.dialog?.flow);
  }

  /** For the same target once more: `flow`, as long as it lives and still fits. Else {@link next} begins with that target again. */
  again(flow: Flow | undefined): Flow | undefined {
    const usable = this.#usable(flow);
    if (!usable && this.#nextTarget > 0) this.#nextTarget--;
    return usable;
  }

  get hasNext(): boolean {
    return this.#targets !== undefined && this.#nextTarget < this.#targets.length;
  }

  /**
   * A flow to the next target that one leads to.
   *
   * @throws {DialogError} `DIALOG_UNREACHABLE` when there is none, with what the last one failed with.
   */
  async next(signal: AbortSignal | undefined): Promise<Flow> {
    const { transports } = this.#core;
    const aborting = signal ? { signal } : {};
    let cause: unknown;
    try {
      const nextHop = SipUri.parse(this.#draft.nextHop);
      // "if the Request-URI specifies a SIPS resource, the UAC MUST follow the procedures … as if the input URI were a SIPS URI" (RFC 3261 §8.1.2)
      const uri = this.#draft.isSecure ? nextHop.withScheme("sips") : nextHop;
      const options = { messageBytes: this.#messageBytes, transportIsExplicit: uri.transport !== undefined, ...aborting };
      this.#targets ??= await transports.locate(uri, aborting);
      while (this.hasNext && !signal?.aborted) {
        try {
          return await transports.flowTo(this.#targets[this.#nextTarget++]!, options);
        } catch (error) {
          cause = error;
        }
      }
    } catch (error) {
      cause = error;
    }
    throw this.unreachable(cause);
  }

  get #messageBytes(): number {
    return this.#draft.estimateBytes(this.#core.capabilities);
  }

  #usable(flow: Flow | undefined): Flow | undefined {
    if (!flow || flow.isClosed || (this.#draft.isSecure && !flow.secure)) return undefined;
    return flow.reliable || this.#messageBytes <= maxDatagramBytes ? flow : undefined;
  }

  unreachable(cause: unknown): DialogError {
    const { method, nextHop } = this.#draft;
    return new DialogError("DIALOG_UNREACHABLE", `${method} could not be sent to ${nextHop}`, { statusCode: 503, cause });
  }
}
