import type { AudioCodec } from "./audio-codec.ts";
import { PCMA, PCMU } from "./g711.ts";

/** The codecs that can run here, in order of preference. A codec is a value: another one joins by being in the list. */
export class CodecRegistry {
  readonly codecs: readonly AudioCodec[];

  /** @param codecs Default: PCMU, PCMA. */
  constructor(codecs: Iterable<AudioCodec> = [PCMU, PCMA]) {
    this.codecs = [...codecs];
  }

  /** The codec that `a=rtpmap:… name/clockRate/channels` names; names are compared without regard to case (RFC 4855 §3). */
  find(encodingName: string, clockRate?: number, channels?: number): AudioCodec | undefined {
    const name = encodingName.toUpperCase();
    return this.codecs.find(
      (codec) =>
        codec.encodingName.toUpperCase() === name &&
        (clockRate === undefined || codec.clockRate === clockRate) &&
        (channels === undefined || codec.channels === channels),
    );
  }

  /** The codec of a static payload type, which needs no `a=rtpmap` (RFC 3551 §6). */
  byStaticPayloadType(payloadType: number): AudioCodec | undefined {
    return this.codecs.find((codec) => codec.staticPayloadType === payloadType);
  }
}
