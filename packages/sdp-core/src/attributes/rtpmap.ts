import { parseDecimal } from "../fields.ts";
import type { AttributeCodec } from "./attribute-codec.ts";

/** What a payload type stands for: `0 PCMU/8000`, `111 opus/48000/2` (RFC 8866 §6.6). */
export interface Rtpmap {
  /** 0–127. */
  readonly payloadType: number;
  /** Registered name of the encoding; compared without regard to case. */
  readonly encodingName: string;
  /** RTP clock rate in Hz. */
  readonly clockRate: number;
  /** Audio channels, 1 when not written. */
  readonly channels: number;
}

const maxPayloadType = 127;
const maxClockRate = 2 ** 32 - 1;
const maxChannels = 255;

export const Rtpmap: AttributeCodec<Rtpmap> = {
  name: "rtpmap",
  parse(text) {
    const trimmed = text.trim();
    const space = trimmed.indexOf(" ");
    const slash = trimmed.indexOf("/", space + 1);
    if (space < 1 || slash < 0) return undefined;
    const secondSlash = trimmed.indexOf("/", slash + 1);
    const payloadType = parseDecimal(trimmed.slice(0, space), maxPayloadType);
    const encodingName = trimmed.slice(space + 1, slash).trimStart();
    const clockRate = parseDecimal(secondSlash < 0 ? trimmed.slice(slash + 1) : trimmed.slice(slash + 1, secondSlash), maxClockRate);
    const channels = secondSlash < 0 ? 1 : parseDecimal(trimmed.slice(secondSlash + 1), maxChannels);
    if (payloadType === undefined || !clockRate || !channels || encodingName === "") return undefined;
    return { payloadType, encodingName, clockRate, channels };
  },
  serialize: ({ payloadType, encodingName, clockRate, channels }) =>
    channels === 1 ? `${payloadType} ${encodingName}/${clockRate}` : `${payloadType} ${encodingName}/${clockRate}/${channels}`,
};
