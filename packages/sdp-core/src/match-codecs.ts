import { isAuxiliary, isSameCodec, type CodecCapability, type RtpCodec } from "./codec.ts";
import type { CodecMatch } from "./negotiated-media.ts";
import { localCodec } from "./write-stream.ts";

/**
 * Decides about an offered format that has the name, clock rate and channels of `capability`, for encodings whose fmtp must agree
 * (RFC 3264 §6.1). Returns the capability to answer with, its `fmtp` adapted if need be, or undefined when the two cannot meet.
 */
export type FormatMatcher = (capability: CodecCapability, offered: RtpCodec) => CodecCapability | undefined;

/**
 * Whose preference orders an answer's formats: the offer's, as RFC 3264 §6.1 recommends ("this helps assure that the same codec is used
 * in both directions"), or ours.
 */
export type CodecOrder = "offer" | "local";

/**
 * The formats that an offered stream and a capability have in common, in order; empty when they cannot talk.
 *
 * telephone-event and other companions of a codec count only beside one of their clock rate, unless the stream offers nothing else.
 */
export function matchCodecs(
  offered: readonly RtpCodec[],
  capabilities: readonly CodecCapability[],
  order: CodecOrder,
  matcher: FormatMatcher | undefined,
): CodecMatch[] {
  const matches = order === "offer" ? inOfferedOrder(offered, capabilities, matcher) : inLocalOrder(offered, capabilities, matcher);
  if (offered.every(isAuxiliary)) return matches;
  return matches.filter(({ local }) => !isAuxiliary(local) || matches.some((other) => carries(other.local, local)));
}

/** Whether `codec` is a voice codec that `companion` can travel beside: both share the clock of one RTP stream (RFC 4733 §2.1). */
function carries(codec: RtpCodec, companion: RtpCodec): boolean {
  return codec.clockRate === companion.clockRate && !isAuxiliary(codec);
}

function inOfferedOrder(offered: readonly RtpCodec[], capabilities: readonly CodecCapability[], matcher?: FormatMatcher): CodecMatch[] {
  const matches: CodecMatch[] = [];
  const taken = new Set<CodecCapability>();
  for (const format of offered) {
    for (const capability of capabilities) {
      const match = taken.has(capability) ? undefined : matchOne(capability, format, matcher);
      if (!match) continue;
      taken.add(capability);
      matches.push(match);
      break;
    }
  }
  return matches;
}

function inLocalOrder(offered: readonly RtpCodec[], capabilities: readonly CodecCapability[], matcher?: FormatMatcher): CodecMatch[] {
  const matches: CodecMatch[] = [];
  for (const capability of capabilities) {
    for (const format of offered) {
      const match = matches.some(({ remote }) => remote === format) ? undefined : matchOne(capability, format, matcher);
      if (!match) continue;
      matches.push(match);
      break;
    }
  }
  return matches;
}

/** "that same payload type number SHOULD be used for that codec in the answer" (RFC 3264 §6.1). */
function matchOne(capability: CodecCapability, offered: RtpCodec, matcher: FormatMatcher | undefined): CodecMatch | undefined {
  if (!isSameCodec(capability, offered)) return undefined;
  const answered = matcher ? matcher(capability, offered) : capability;
  return answered && { local: localCodec(answered, offered.payloadType), remote: offered };
}
