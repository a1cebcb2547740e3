import type { RequestDraft } from "./request-draft.ts";

/**
 * Sees every request of the core before each of its sendings, and may change its header fields and body; not ACK and CANCEL,
 * which repeat their INVITE. Runs synchronously. What it throws fails the request.
 */
export type RequestInterceptor = (draft: RequestDraft) => void;
