/** A message body with its type (RFC 3261 §7.4). */
export interface Body {
  /** Content-Type as written on the wire, for example `application/sdp`. */
  readonly contentType: string;
  readonly content: Uint8Array;
  /** Content-Disposition; left out, a session description means `session` (RFC 3261 §20.11). */
  readonly contentDisposition?: string;
}

export const noContent: Uint8Array = new Uint8Array(0);
