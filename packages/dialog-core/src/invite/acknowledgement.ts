import type { Flow } from "@sidetone/sip-transport";
import { FlowFinder } from "../user-agent/flow-finder.ts";
import type { RequestDraft } from "../user-agent/request-draft.ts";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";

/**
 * The ACK for a 2xx: sent once for each 2xx that comes, the same bytes every time (RFC 3261 §13.2.2.4). It lives as long as the INVITE
 * transaction, 64·T1 after the 2xx (RFC 6026 §7.2).
 */
export class Acknowledgement {
  /** To tag of the 2xx: which of the dialogs of a forked INVITE it is for. */
  readonly remoteTag: string;
  readonly #core: UserAgentHost;
  readonly #draft: RequestDraft;
  #flow: Flow | undefined = undefined;
  #bytes: Uint8Array | undefined = undefined;

  constructor(core: UserAgentHost, draft: RequestDraft, remoteTag: string) {
    this.#core = core;
    this.#draft = draft;
    this.remoteTag = remoteTag;
  }

  /** Sends the ACK: at once when the dialog knows its flow, else when one was found. */
  send(): void {
    const finder = new FlowFinder(this.#core, this.#draft);
    const flow = finder.knownFlow;
    if (flow) this.#sendOver(flow);
    else
      finder.next(undefined).then(
        (found) => this.#sendOver(found),
        (error: unknown) => this.#notSent(error),
      );
  }

  /** The 2xx came again. */
  resend(): void {
    if (this.#bytes) this.#flow?.send(this.#bytes);
  }

  #sendOver(flow: Flow): void {
    const { dialog } = this.#draft;
    if (dialog) dialog.flow = flow;
    this.#flow = flow;
    try {
      this.#bytes = this.#core.transactions.sendAck(this.#draft.toRequest(flow, this.#core), flow);
    } catch (error) {
      this.#notSent(error);
    }
  }

  /** The peer repeats its 2xx and ends the call in the end (RFC 3261 §13.3.1.4): nothing is left to do here. */
  #notSent(error: unknown): void {
    this.#core.environment.logger.warn({ callId: this.#draft.callId, error }, "an ACK could not be sent");
  }
}
