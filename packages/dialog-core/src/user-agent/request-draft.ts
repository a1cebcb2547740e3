import { SipError, SipRequest, type Body, type HeaderInput } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { Dialog } from "../dialog/dialog.ts";
import { routeRequest, type RequestRoute } from "../dialog/dialog-route.ts";
import type { Capabilities } from "./capabilities.ts";
import { contactOf, isBoundToTls, registeredContactOf } from "./contact.ts";
import type { OwnAddresses } from "./own-addresses.ts";
import { placeOfRoute } from "./place-of-route.ts";
import type { ServerAffinity } from "./server-affinity.ts";

/** What a request is made of before it is known where it goes. */
export interface RequestDraftParts {
  readonly method: string;
  readonly route: RequestRoute;
  /** From and To as written on the wire, tags included. */
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly sequenceNumber: number;
  readonly headers?: Iterable<HeaderInput> | undefined;
  readonly body?: Body | undefined;
  /** Whether a Contact is sent; it names the flow that the request goes over. */
  readonly hasContact?: boolean;
  readonly contactUser?: string | undefined;
  /** Header parameters of the Contact, each with its `;`. */
  readonly contactParameters?: string | undefined;
  /** Whether its responses tell the address that Contact names from then on. */
  readonly learnsAddress?: boolean | undefined;
  /** Parameters of its Via, each with its `;`. */
  readonly viaParameters?: string | undefined;
  readonly accountId?: string | undefined;
  /** Who belongs to the same server. */
  readonly affinity?: ServerAffinity | undefined;
  /** Whether it tries the best server again, in place of the one of the affinity. */
  readonly failsBack?: boolean | undefined;
  /** The dialog that the request is within. */
  readonly dialog?: Dialog | undefined;
}

/** What the sender adds to every request. */
export interface RequestSender {
  readonly capabilities: Capabilities;
  readonly ownAddresses: OwnAddresses;
}

/**
 * A request before it is sent: what stays the same over all its targets and credentials. Each sending makes a
 * {@link SipRequest} of it. Interceptors may change `headers` and `body`.
 */
export class RequestDraft {
  readonly method: string;
  readonly requestUri: string;
  route: readonly string[];
  nextHop: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  /** Counts up when the request is sent again with credentials (RFC 3261 §22.2). */
  sequenceNumber: number;
  /** The application's header fields, in order. */
  headers: HeaderInput[];
  body: Body | undefined;
  readonly hasContact: boolean;
  readonly contactUser: string | undefined;
  readonly contactParameters: string;
  readonly learnsAddress: boolean;
  readonly viaParameters: string;
  readonly accountId: string | undefined;
  readonly affinity: ServerAffinity | undefined;
  readonly failsBack: boolean;
  readonly dialog: Dialog | undefined;
  /** Authorization and Proxy-Authorization, made anew for each sending. */
  credentials: readonly HeaderInput[] = [];

  constructor(parts: RequestDraftParts) {
    this.method = parts.method;
    this.requestUri = parts.route.requestUri;
    this.route = parts.route.route;
    this.nextHop = parts.route.nextHop;
    this.from = parts.from;
    this.to = parts.to;
    this.callId = parts.callId;
    this.sequenceNumber = parts.sequenceNumber;
    this.headers = parts.headers ? [...parts.headers] : [];
    this.body = parts.body;
    this.hasContact = parts.hasContact ?? false;
    this.contactUser = parts.contactUser;
    this.contactParameters = parts.contactParameters ?? "";
    this.learnsAddress = parts.learnsAddress ?? false;
    this.viaParameters = parts.viaParameters ?? "";
    this.accountId = parts.accountId;
    this.affinity = parts.affinity;
    this.failsBack = parts.failsBack ?? false;
    this.dialog = parts.dialog;
  }

  /** Whether it goes over TLS or not at all (RFC 5630 §3.1.1): a dialog that began so stays so, whatever its peer's Contact (RFC 3261 §12.1.1). */
  get isSecure(): boolean {
    return this.dialog?.secure || isBoundToTls(this.requestUri, this.nextHop);
  }

  /**
   * Leaves the server at `place` out of the route, since another one of its name has the request now: the Service-Route of a registrar that
   * is down leads nowhere. False when it is not in the route, or that of a dialog, which is as it is.
   */
  leave(place: string): boolean {
    if (this.dialog) return false;
    const left = this.route.filter((value) => placeOfRoute(value) !== place);
    if (left.length === this.route.length) return false;
    const { requestUri, route, nextHop } = routeRequest(this.requestUri, left);
    if (requestUri !== this.requestUri) return false; // a strict router would take its place
    this.route = route;
    this.nextHop = nextHop;
    return true;
  }

  /** The request as it goes over `flow`, without Via (RFC 3261 §8.1.1). */
  toRequest(flow: Flow, { capabilities, ownAddresses }: RequestSender): SipRequest {
    const headers: HeaderInput[] = this.route.map((value) => ["Route", value]);
    headers.push(["Max-Forwards", "70"], ["From", this.from], ["To", this.to], ["Call-ID", this.callId]);
    headers.push(["CSeq", `${this.sequenceNumber} ${this.method}`]);
    if (this.hasContact) {
      const contact = this.method === "REGISTER" ? registeredContactOf : contactOf;
      headers.push(["Contact", contact(ownAddresses, flow, this.contactUser, this.isSecure, this.accountId) + this.contactParameters]);
    }
    headers.push(...(this.method === "INVITE" ? capabilities.ofInvite : capabilities.userAgent));
    headers.push(...this.credentials, ...this.headers);
    const request = SipRequest.create({ method: this.method, requestUri: this.requestUri, headers, body: this.body });
    // A second one would make the response somebody else's (RFC 3261 §8.1.3.3).
    if (request.has("Via")) throw new SipError("SIP_HEADER_INVALID", "Via is written by the stack");
    return request;
  }

  /** A careful guess at the size on the wire in bytes, before flow and Via are known. */
  estimateBytes(capabilities: Capabilities): number {
    let bytes = unknownBytes + this.method.length + (this.contactUser?.length ?? 0) + this.contactParameters.length;
    bytes += this.body?.content.length ?? 0;
    for (const text of [this.requestUri, this.from, this.to, this.callId, ...this.route]) bytes += text.length + 12;
    const fields = [...(this.method === "INVITE" ? capabilities.ofInvite : capabilities.userAgent), ...this.headers, ...this.credentials];
    for (const [name, value] of fields) bytes += name.length + Buffer.byteLength(value) + 4;
    return bytes;
  }
}

/** Via and Contact with the longest addresses, and the fields that are much the same in every request. */
const unknownBytes = 300;
