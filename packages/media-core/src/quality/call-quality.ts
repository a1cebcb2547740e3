import type { CodecQuality } from "../codecs/audio-codec.ts";
import { mosFromR, rFactor } from "./e-model.ts";

/** What was measured of one direction of a call. Leave out what was not. */
export interface QualityMeasurement {
  /** Of the codec in use. */
  readonly codec: CodecQuality;
  /** Packets that were lost or came too late to be played, in percent of those expected. */
  readonly lossPercent?: number | undefined;
  /** From {@link burstRatio}; without it the loss is taken as random. */
  readonly burstRatio?: number | undefined;
  /** From RTCP's LSR and DLSR (RFC 3550 §6.4.1), in ms. */
  readonly roundTripMs?: number | undefined;
  /** Time that a packet waits in the jitter buffer, in ms. */
  readonly jitterBufferMs?: number | undefined;
  /** Audio in one packet, which the sender collects first, in ms. */
  readonly packetTimeMs: number;
}

export interface CallQuality {
  /** Rating factor R of the E-model, 0 to 93.2 for narrow-band codecs. */
  readonly rFactor: number;
  /** Estimated mean opinion score of the conversation, 1 to 4.5. */
  readonly mos: number;
  /** The delay that was assumed: half the round trip, the jitter buffer and one packet, in ms. */
  readonly oneWayDelayMs: number;
}

/**
 * Rates a call by the E-model (ITU-T G.107) from what was measured; all that cannot be measured here (telephones, rooms, echo)
 * stays at the model's defaults.
 *
 * @returns Undefined while the loss, the round trip or the buffer's delay is not measured: nothing is assumed in their place.
 */
export function assessQuality(measured: QualityMeasurement): CallQuality | undefined {
  const { codec, lossPercent, roundTripMs, jitterBufferMs, packetTimeMs } = measured;
  if (lossPercent === undefined || roundTripMs === undefined || jitterBufferMs === undefined) return undefined;
  const oneWayDelayMs = roundTripMs / 2 + jitterBufferMs + packetTimeMs;
  const r = rFactor({
    absoluteDelayMs: oneWayDelayMs,
    ie: codec.ie,
    bpl: codec.bpl,
    packetLossPercent: lossPercent,
    burstRatio: measured.burstRatio ?? 1,
  });
  return { rFactor: r, mos: mosFromR(r), oneWayDelayMs };
}

/**
 * BurstR (G.107 §7.5): the average length of the bursts of loss over the average length that random loss of the same rate
 * would have. 1 is random, 2 twice as bursty. Undefined when nothing, or everything, was lost.
 *
 * @param lossBursts Runs of consecutive lost packets.
 */
export function burstRatio(expectedPackets: number, lostPackets: number, lossBursts: number): number | undefined {
  if (lostPackets <= 0 || lossBursts <= 0 || lostPackets >= expectedPackets) return undefined;
  const randomBurstLength = 1 / (1 - lostPackets / expectedPackets);
  return lostPackets / lossBursts / randomBurstLength;
}
