import { From, SipUri, type SipMessage, type Uri } from "@sidetone/sip-core";

/** Who is at the other end, as the SIP messages say; nobody has proved it. */
export interface RemoteParty {
  /** URI as text: `sip:bob@example.com`. */
  readonly uri: string;
  /** Display name, or undefined. */
  readonly displayName: string | undefined;
  /** User part of the URI, percent escapes decoded; undefined when it has none. */
  readonly user: string | undefined;
}

export function remoteParty(uri: Uri, displayName?: string): RemoteParty {
  return { uri: uri.toString(), displayName, user: uri instanceof SipUri ? uri.decodedUser : undefined };
}

/** Who sent a request (RFC 3261 §20.20). */
export function callerOf(message: SipMessage): RemoteParty {
  const { uri, displayName } = message.require(From);
  return remoteParty(uri, displayName);
}
