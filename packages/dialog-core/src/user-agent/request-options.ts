import type { Body, HeaderInput, SipResponse, Uri } from "@sidetone/sip-core";
import type { ServerAffinity } from "./server-affinity.ts";

/** Where a request comes from and goes to. */
export interface AddressOptions {
  readonly requestUri: Uri | string;
  /** From without tag: a URI, or an address with a display name. Default `"Anonymous" <sip:anonymous@anonymous.invalid>` (RFC 3261 §8.1.1.3). */
  readonly from?: string | undefined;
  /** To without tag. Default: the Request-URI. */
  readonly to?: string | undefined;
  /** Default: a new one. */
  readonly callId?: string | undefined;
  /** Default 1. */
  readonly sequenceNumber?: number | undefined;
  /** Further header fields, in order. */
  readonly headers?: Iterable<HeaderInput> | undefined;
  /** URIs that the request goes through, such as an outbound proxy (RFC 3261 §8.1.2). */
  readonly route?: readonly string[] | undefined;
  /** User part of our Contact, as people write it; what must be escaped is. */
  readonly contactUser?: string | undefined;
  /** Whose credentials answer a challenge. */
  readonly accountId?: string | undefined;
  /** Keeps the request with the server that took others of the same affinity. Default: each goes by the order of the name service. */
  readonly affinity?: ServerAffinity | undefined;
}

/** A request outside of a dialog. */
export interface RequestOptions extends AddressOptions {
  readonly method: string;
  readonly body?: Body | undefined;
  /** Whether to send a Contact for this user agent. Default false. */
  readonly contact?: boolean | undefined;
  /** Stops waiting. */
  readonly signal?: AbortSignal | undefined;
  readonly onProvisional?: ((response: SipResponse) => void) | undefined;
}

/** A call. */
export interface InviteOptions extends AddressOptions {
  /** Sends the INVITE without an offer: the callee's 2xx carries it, the ACK our answer. Default false. */
  readonly lateOffer?: boolean | undefined;
}

/** A request within a dialog. */
export interface DialogRequestOptions {
  readonly method: string;
  readonly headers?: Iterable<HeaderInput> | undefined;
  readonly body?: Body | undefined;
  /** Stops waiting. */
  readonly signal?: AbortSignal | undefined;
}
