/** Encodes one direction of one stream. It may keep state, so packets are encoded in the order they are sent. */
export interface AudioEncoder {
  /**
   * Encodes one packet's worth of PCM and allocates nothing.
   *
   * @param samples Interleaved 16-bit PCM at the codec's sample rate: the packet time, a multiple of 10 ms.
   * @param target Holds at least {@link AudioCodec.maxPayloadBytes} of that packet time.
   * @returns The number of bytes written, from the start of `target`.
   */
  encode(samples: Int16Array, target: Uint8Array): number;
}

/** Decodes one direction of one stream, in playing order. One call of `decode` or `conceal` per packet time. */
export interface AudioDecoder {
  /**
   * Decodes one packet and allocates nothing. What does not fit `target` is dropped: {@link AudioCodec.samplesIn} tells the need.
   *
   * @returns The number of samples written, all channels together. 0 for an empty or unusable payload.
   */
  decode(payload: Uint8Array, target: Int16Array): number;
  /**
   * Fills all of `target` in place of a packet that did not come, and fades to silence when the loss goes on.
   *
   * @returns The number of samples written: `target.length`.
   */
  conceal(target: Int16Array): number;
}

/** What a codec costs in the E-model, from ITU-T G.113 Appendix I. */
export interface CodecQuality {
  /** Equipment impairment factor Ie: what the codec costs without any loss. */
  readonly ie: number;
  /** Packet-loss robustness factor Bpl, with this project's loss concealment. */
  readonly bpl: number;
}

/** An audio codec as a value: what SDP says of it, and a factory for the two directions of a stream. */
export interface AudioCodec {
  /** Encoding name as registered for `a=rtpmap` (RFC 3551, RFC 4855); compared without regard to case. */
  readonly encodingName: string;
  /** Rate of the RTP timestamp, in Hz. Not always the sample rate: G.722 says 8000 (RFC 3551 §4.5.2). */
  readonly clockRate: number;
  /** Rate of the PCM that goes in and comes out, in Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Payload type of RFC 3551 Table 4, for the codecs that have one. */
  readonly staticPayloadType?: number;
  /** Packet time used when SDP names none. */
  readonly defaultPtimeMs: number;
  readonly quality: CodecQuality;
  /** Upper bound of the payload for one packet time. */
  maxPayloadBytes(ptimeMs: number): number;
  /** Number of samples (all channels) that `payload` decodes to. */
  samplesIn(payload: Uint8Array): number;
  createEncoder(): AudioEncoder;
  createDecoder(): AudioDecoder;
}
