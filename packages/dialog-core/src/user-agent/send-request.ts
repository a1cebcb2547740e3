import type { SipResponse } from "@sidetone/sip-core";
import { ClientRequest, type ClientRequestUser } from "./client-request.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { UserAgentHost } from "./user-agent-host.ts";

interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProvisional?: ((response: SipResponse) => void) | undefined;
}

/** What waits for the response. */
interface Waiting {
  readonly options: SendOptions;
  readonly resolve: (response: SipResponse) => void;
  readonly reject: (reason: unknown) => void;
}

const user: ClientRequestUser<Waiting> = {
  onProvisional: (request, response) => request.context.options.onProvisional?.(response),
  onFinal: (request, response) => request.context.resolve(response),
  onFailed: (request, error) => request.context.reject(error),
};

/** Sends a request other than INVITE and resolves with its final response; rejects with DialogError, or with `signal.reason`. */
export async function sendRequest(core: UserAgentHost, draft: RequestDraft, options: SendOptions): Promise<SipResponse> {
  const { signal } = options;
  signal?.throwIfAborted();
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<SipResponse>((resolve, reject) => {
      const request = new ClientRequest(core, draft, user, { options, resolve, reject });
      // Nothing but INVITE can be called back (RFC 3261 §9.1): the transaction runs out by itself.
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      request.start();
    });
  } finally {
    if (onAbort) signal?.removeEventListener("abort", onAbort);
  }
}
