import type { Body, HeaderInput } from "@sidetone/sip-core";
import { RequestDraft } from "../user-agent/request-draft.ts";
import type { Dialog } from "./dialog.ts";

export interface DialogDraftOptions {
  readonly headers?: Iterable<HeaderInput> | undefined;
  readonly body?: Body | undefined;
  readonly accountId?: string | undefined;
  /** For an ACK: that of its INVITE. Default: the dialog's next. */
  readonly sequenceNumber?: number | undefined;
}

/** A target refresh request carries a Contact (RFC 3261 §12.2.1.1). */
const targetRefreshMethods: ReadonlySet<string> = new Set(["INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER"]);

/** A request within a dialog (RFC 3261 §12.2.1.1). */
export function draftInDialog(dialog: Dialog, method: string, options: DialogDraftOptions): RequestDraft {
  return new RequestDraft({
    method,
    route: dialog.route,
    from: address(dialog.localUri, dialog.localTag),
    to: address(dialog.remoteUri, dialog.remoteTag),
    callId: dialog.callId,
    sequenceNumber: options.sequenceNumber ?? ++dialog.localSequenceNumber,
    headers: options.headers,
    body: options.body,
    hasContact: targetRefreshMethods.has(method),
    contactUser: dialog.contactUser,
    accountId: options.accountId,
    dialog,
  });
}

/** "If the value of the remote or local tags is null, the tag parameter MUST be omitted." */
function address(uri: string, tag: string): string {
  return tag === "" ? `<${uri}>` : `<${uri}>;tag=${tag}`;
}
