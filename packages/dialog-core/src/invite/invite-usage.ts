import type { HeaderInput, SipResponse } from "@sidetone/sip-core";
import type { Dialog } from "../dialog/dialog.ts";
import type { OfferReason } from "../media-negotiator.ts";
import type { WayOut } from "../user-agent/way-out.ts";
import type { DialogRequestOptions } from "../user-agent/request-options.ts";
import type { IncomingInviteState } from "./incoming-invite-table.ts";
import type { InviteTermination } from "./invite-termination.ts";
import type { OutgoingInviteState } from "./outgoing-invite-table.ts";

export type InviteState = OutgoingInviteState | IncomingInviteState;

export interface TerminateOptions {
  /** For an INVITE that is not answered yet: 300–699, default 480. */
  readonly statusCode?: number | undefined;
  readonly reasonPhrase?: string | undefined;
  /** Further header fields of the BYE, CANCEL or response, such as Reason (RFC 3326). */
  readonly headers?: readonly HeaderInput[] | undefined;
}

export interface ModifyOptions {
  /** Further header fields of the re-INVITE. */
  readonly headers?: readonly HeaderInput[] | undefined;
  /** Takes the modification out of the queue, or cancels its re-INVITE. */
  readonly signal?: AbortSignal | undefined;
}

/** A session that an INVITE sets up, from the first INVITE to the end of the call (RFC 3261 §13–§15). */
export interface InviteUsage {
  readonly role: "UAC" | "UAS";
  readonly state: InviteState;
  readonly callId: string;
  /** The dialog once there is one: the confirmed one for a caller; early from the first 101–199 on for a callee. */
  readonly dialog: Dialog | undefined;
  /** How the usage ended; undefined until `onTerminated`. */
  readonly termination: InviteTermination | undefined;
  /**
   * Changes the session: sends a re-INVITE with a new offer (RFC 3261 §14.1), after those asked for before and when no other INVITE is
   * under way in the dialog. A 491 is tried again after the RFC's random time, a 500 with Retry-After after that.
   *
   * @throws {DialogError} `DIALOG_REFUSED` with the peer's status code, `DIALOG_TIMEOUT` or `DIALOG_UNREACHABLE`: the session is as
   *   before (though a 408 or 481 ends it, RFC 3261 §14.1); `DIALOG_MEDIA` when the negotiator refuses; `DIALOG_TERMINATED` when the call
   *   ends first; `DIALOG_STATE` when it is not answered yet.
   * @throws `signal.reason` when aborted.
   */
  modify(reason: Exclude<OfferReason, "initial">, options?: ModifyOptions): Promise<void>;
  /**
   * Whether the peer would still find us where our last Contact says, after this machine's addresses have changed. When it would not, the
   * next request within the dialog looks for its way anew; a modification brings the peer a new Contact.
   */
  wayOut(): Promise<WayOut>;
  /**
   * Sends a request within the dialog; resolves with any final response.
   *
   * @throws {DialogError} `DIALOG_TIMEOUT`, `DIALOG_UNREACHABLE`, or `DIALOG_STATE` without a dialog.
   * @throws {SipError} `SIP_HEADER_INVALID` when one of `headers` cannot be written, or is written by the stack.
   */
  sendRequest(options: DialogRequestOptions): Promise<SipResponse>;
  /**
   * Ends the usage the way its state asks for: CANCEL, a 3xx–6xx, or BYE. A callee without ACK waits for it, at most 64·T1. Does nothing
   * when it is ending already. `onTerminated` tells when it is over.
   *
   * @throws {DialogError} `DIALOG_OPTION` for another status code.
   * @throws {SipError} `SIP_HEADER_INVALID` or `SIP_START_LINE_INVALID` when a header field or the reason phrase cannot be written.
   */
  terminate(options?: TerminateOptions): void;
}
