import type { AudioCodec } from "@sidetone/media-core";
import type { CodecCapability } from "@sidetone/sdp-core";

const firstDynamicPayloadType = 96;
/** The number that nearly every phone uses for telephone-event. */
const telephoneEventPayloadType = 101;
/** 0–9, *, # and A–D (RFC 4733 §3.2). */
const telephoneEvents = "0-15";

/**
 * Codecs as SDP lists them: static payload types where there are some (RFC 3551 Table 4), dynamic ones from 96, and one telephone-event
 * for each clock rate, since events run on the clock of the audio that they interrupt.
 */
export function codecCapabilities(codecs: readonly AudioCodec[], dtmf: boolean): CodecCapability[] {
  let dynamic = firstDynamicPayloadType - 1;
  const nextDynamic = (): number => (++dynamic === telephoneEventPayloadType ? ++dynamic : dynamic);
  const voice = codecs.map(({ encodingName, clockRate, channels, staticPayloadType }): CodecCapability => {
    return { encodingName, clockRate, channels, payloadType: staticPayloadType ?? nextDynamic() };
  });
  if (!dtmf) return voice;
  const clockRates = [...new Set(codecs.map(({ clockRate }) => clockRate))];
  const events = clockRates.map((clockRate, index): CodecCapability => {
    const payloadType = index === 0 ? telephoneEventPayloadType : nextDynamic();
    return { encodingName: "telephone-event", clockRate, payloadType, fmtp: telephoneEvents };
  });
  return [...voice, ...events];
}
