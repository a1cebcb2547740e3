import type { SipResponse } from "@sidetone/sip-core";
import { DialogError } from "../errors.ts";
import { ClientRequest, type ClientRequestUser } from "./client-request.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { OpenUsage, UserAgentHost } from "./user-agent-host.ts";

interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProvisional?: ((response: SipResponse) => void) | undefined;
}

/** A request whose response somebody waits for. */
class PendingRequest implements OpenUsage {
  readonly options: SendOptions;
  readonly resolve: (response: SipResponse) => void;
  readonly reject: (reason: unknown) => void;
  request: ClientRequest<PendingRequest> | undefined = undefined;

  constructor(options: SendOptions, resolve: (response: SipResponse) => void, reject: (reason: unknown) => void) {
    this.options = options;
    this.resolve = resolve;
    this.reject = reject;
  }

  close(): void {
    this.#leave(new DialogError("DIALOG_TERMINATED", "The user-agent core was closed before the response came"));
  }

  readonly onAbort = (): void => this.#leave(this.options.signal?.reason);

  /** Nothing but INVITE can be called back (RFC 3261 §9.1): the transaction runs out by itself, and no other server is asked. */
  #leave(reason: unknown): void {
    this.reject(reason);
    this.request?.giveUp();
  }
}

const user: ClientRequestUser<PendingRequest> = {
  onProvisional: (request, response) => request.context.options.onProvisional?.(response),
  onFinal: (request, response) => request.context.resolve(response),
  onFailed: (request, error) => request.context.reject(error),
};

/** Sends a request other than INVITE and resolves with its final response; rejects with DialogError, or with `signal.reason`. */
export async function sendRequest(core: UserAgentHost, draft: RequestDraft, options: SendOptions): Promise<SipResponse> {
  const { signal } = options;
  signal?.throwIfAborted();
  let pending: PendingRequest | undefined;
  try {
    return await new Promise<SipResponse>((resolve, reject) => {
      pending = new PendingRequest(options, resolve, reject);
      core.requestBegun(pending);
      signal?.addEventListener("abort", pending.onAbort, { once: true });
      pending.request = new ClientRequest(core, draft, user, pending);
      pending.request.start();
    });
  } finally {
    if (pending) {
      signal?.removeEventListener("abort", pending.onAbort);
      core.requestEnded(pending);
    }
  }
}
