import type { SipRequest } from "@sidetone/sip-core";

/** What takes the CANCEL of an INVITE: kept as the context of the INVITE's transaction. */
export interface CancelReceiver {
  onCancel(cancel: SipRequest): void;
}
