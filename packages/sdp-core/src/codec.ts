/** A format that we can send and receive, as an offer lists it. */
export interface CodecCapability {
  /** Registered name of the encoding (RFC 4855); compared without regard to case. `telephone-event` and `CN` are listed like any other. */
  readonly encodingName: string;
  /** RTP clock rate in Hz: 8000 for G722 as well (RFC 3551 §4.5.2). */
  readonly clockRate: number;
  /** Audio channels. Default 1. */
  readonly channels?: number;
  /** The static number of RFC 3551 §6, or the preferred dynamic one, 96–127. In an answer the offer's number is used instead. */
  readonly payloadType: number;
  /** Parameters that tell the peer what we can receive: `0-15`, `minptime=10;useinbandfec=1`. */
  readonly fmtp?: string;
}

/** A format of one stream in one direction. Plain data. */
export interface RtpCodec {
  /** 0–127. */
  readonly payloadType: number;
  /** Spelled as the capability spells it; empty for a dynamic payload type that nothing explains. */
  readonly encodingName: string;
  /** RTP clock rate in Hz. */
  readonly clockRate: number;
  readonly channels: number;
  /** Written by the side that receives the format. */
  readonly fmtp: string | undefined;
}

type CodecIdentity = Pick<CodecCapability, "encodingName" | "clockRate" | "channels">;

/** Same encoding name, clock rate and number of channels: what makes two formats one codec before their parameters are looked at. */
export function isSameCodec(a: CodecIdentity, b: CodecIdentity): boolean {
  return a.clockRate === b.clockRate && (a.channels ?? 1) === (b.channels ?? 1) && isSameName(a.encodingName, b.encodingName);
}

export function isSameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}

export function isTelephoneEvent(codec: { readonly encodingName: string }): boolean {
  return isSameName(codec.encodingName, "telephone-event");
}

/** Formats that accompany a codec of the same clock rate and carry no voice: telephone-event, tone (RFC 4733), CN (RFC 3389). */
export function isAuxiliary(codec: { readonly encodingName: string }): boolean {
  return isTelephoneEvent(codec) || isSameName(codec.encodingName, "CN") || isSameName(codec.encodingName, "tone");
}
