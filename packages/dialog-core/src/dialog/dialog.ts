import { Contact, flat, From, RecordRoute, SipUri, To, type SipRequest, type SipResponse } from "@sidetone/sip-core";
import type { Flow, SipTarget } from "@sidetone/sip-transport";
import type { ServerTransaction } from "@sidetone/transaction-core";
import { noRoute, routeRequest, type RequestRoute } from "./dialog-route.ts";

export type DialogState = "Early" | "Confirmed" | "Terminated";

/** What owns a dialog and takes the requests within it. */
export interface DialogUsage {
  /** Whether this side made the call, or took it. */
  readonly role: "UAC" | "UAS";
  /** The account that the call belongs to, if somebody said so. */
  readonly accountId: string | undefined;
  /** A request in order (RFC 3261 §12.2.2), never ACK; must be answered. */
  onDialogRequest(transaction: ServerTransaction, dialog: Dialog): void;
  /** An ACK, which is never answered. */
  onDialogAck(ack: SipRequest, dialog: Dialog): void;
}

/** The parts of a dialog that its first request and response fix. */
interface DialogParts {
  readonly state: DialogState;
  readonly isCallIdOwner: boolean;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly localUri: string;
  readonly remoteUri: string;
  readonly remoteTarget: string;
  readonly routeSet: readonly string[];
  readonly secure: boolean;
  readonly localSequenceNumber: number;
  readonly remoteSequenceNumber: number;
  readonly contactUser: string | undefined;
  readonly contactFlow: Flow;
}

/**
 * A peer-to-peer relationship between two user agents (RFC 3261 §12). Everything in it is a copy: no message is kept.
 */
export class Dialog {
  state: DialogState;
  /** Whether this side made the Call-ID (RFC 3261 §14.1). */
  readonly isCallIdOwner: boolean;
  readonly callId: string;
  readonly localTag: string;
  /** Empty when the peer, an element of RFC 2543, gave none. */
  readonly remoteTag: string;
  readonly localUri: string;
  readonly remoteUri: string;
  /** URI of the peer's last Contact. */
  remoteTarget: string;
  /** Record-Route values in the order in which requests visit them. */
  readonly routeSet: readonly string[];
  /** Whether the dialog must only be used over sips (RFC 3261 §12.1.1). */
  readonly secure: boolean;
  /** CSeq of our last request; 0 before the first. */
  localSequenceNumber: number;
  /** CSeq of the peer's last request; −1 before the first. */
  remoteSequenceNumber: number;
  /** User part of our Contact. */
  readonly contactUser: string | undefined;
  /** What our last request within the dialog went over. */
  flow: Flow | undefined = undefined;
  /** The server behind it, where its name leads to several: the dialog stays with it as long as it answers. */
  server: SipTarget | undefined = undefined;
  /** What the last message with our Contact went over: the peer believes us where it begins. */
  contactFlow: Flow;
  usage: DialogUsage | undefined = undefined;
  /** The next dialog with the same local tag: kept by the registry. */
  nextFork: Dialog | undefined = undefined;

  private constructor(parts: DialogParts) {
    this.state = parts.state;
    this.isCallIdOwner = parts.isCallIdOwner;
    this.callId = parts.callId;
    this.localTag = parts.localTag;
    this.remoteTag = parts.remoteTag;
    this.localUri = parts.localUri;
    this.remoteUri = parts.remoteUri;
    this.remoteTarget = parts.remoteTarget;
    this.routeSet = parts.routeSet;
    this.secure = parts.secure;
    this.localSequenceNumber = parts.localSequenceNumber;
    this.remoteSequenceNumber = parts.remoteSequenceNumber;
    this.contactUser = parts.contactUser;
    this.contactFlow = parts.contactFlow;
  }

  /** The dialog that a response of ours with To tag `localTag` makes (RFC 3261 §12.1.1). */
  static ofServer(request: SipRequest, localTag: string, flow: Flow, contactUser: string | undefined): Dialog {
    const from = request.require(From);
    return new Dialog({
      state: "Early",
      isCallIdOwner: false,
      callId: flat(request.callId),
      localTag,
      remoteTag: flat(request.fromTag ?? ""),
      localUri: flat(request.require(To).uri.toString()),
      remoteUri: flat(from.uri.toString()),
      remoteTarget: flat(contactUri(request) ?? from.uri.toString()),
      routeSet: routeSetOf(request),
      secure: flow.secure && request.requestUriText.startsWith("sips:"),
      localSequenceNumber: 0,
      remoteSequenceNumber: request.sequenceNumber,
      contactUser,
      contactFlow: flow,
    });
  }

  /** The dialog that a response with a To tag makes to our `request` (RFC 3261 §12.1.2). */
  static ofClient(request: SipRequest, response: SipResponse, flow: Flow, contactUser: string | undefined): Dialog {
    const isConfirmed = response.statusCode >= 200;
    const secure = flow.secure && request.requestUriText.startsWith("sips:");
    return new Dialog({
      state: isConfirmed ? "Confirmed" : "Early",
      isCallIdOwner: true,
      callId: flat(request.callId),
      localTag: flat(request.fromTag ?? ""),
      remoteTag: flat(response.toTag ?? ""),
      localUri: flat(request.require(From).uri.toString()),
      remoteUri: flat(request.require(To).uri.toString()),
      remoteTarget: flat(contactUri(response) ?? request.requestUriText),
      // "taken from the list of URIs in the Record-Route header field from the response, taken in reverse order"
      routeSet: routeSetOf(response).toReversed(),
      secure,
      localSequenceNumber: request.sequenceNumber,
      remoteSequenceNumber: -1,
      contactUser,
      contactFlow: flow,
    });
  }

  /** Request-URI, Route and next hop of a request within the dialog. */
  get route(): RequestRoute {
    return routeRequest(this.remoteTarget, this.routeSet);
  }

  /**
   * Takes the CSeq of a request by the peer; false when it is out of order and to be refused with 500 (RFC 3261 §12.2.2).
   */
  takeSequenceNumber(sequenceNumber: number): boolean {
    if (sequenceNumber < this.remoteSequenceNumber) return false;
    this.remoteSequenceNumber = sequenceNumber;
    return true;
  }

  /** Target refresh by the Contact of a request or 2xx (RFC 3261 §12.2.1.2, §12.2.2). */
  refreshTarget(message: SipRequest | SipResponse): void {
    const uri = contactUri(message);
    if (uri === undefined || uri === this.remoteTarget) return;
    this.remoteTarget = flat(uri);
    this.flow = undefined;
  }
}

/**
 * "The Contact header field … MUST contain a SIP or SIPS URI" (§12.1.1): any other counts as none. What a Request-URI cannot carry and no
 * Contact of a dialog should (§19.1.1, Table 1) is left out, or nothing could be sent to it.
 */
function contactUri(message: SipRequest | SipResponse): string | undefined {
  const contact = message.get(Contact);
  if (contact === undefined || contact === "*" || !(contact.uri instanceof SipUri)) return undefined;
  return contact.uri.withoutParameter("method").withoutHeaders().toString();
}

function routeSetOf(message: SipRequest | SipResponse): readonly string[] {
  const values = message.getAll(RecordRoute);
  return values.length === 0 ? noRoute : values.map((value) => flat(value.toString()));
}
