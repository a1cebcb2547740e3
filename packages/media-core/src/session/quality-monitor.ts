import type { RtpTransport } from "@sidetone/media-transport";
import type { JitterBufferStats, RtcpSession, RtpReceiver, RtpReceiverStats, RtpSender } from "@sidetone/rtp-core";
import type { AudioCodec } from "../codecs/audio-codec.ts";
import type { ReceivePath } from "../graph/receive-path.ts";
import type { SendPath } from "../graph/send-path.ts";
import { assessQuality } from "../quality/call-quality.ts";
import type { MediaQuality, MediaStatistics } from "./media-statistics.ts";

export interface QualityMonitorParts {
  readonly transport: RtpTransport;
  readonly sender: RtpSender;
  readonly receiver: RtpReceiver;
  readonly receive: ReceivePath;
  readonly rtcp: RtcpSession;
}

/** Reads the measured figures of a stream together; what was not measured stays undefined. */
export class QualityMonitor {
  readonly #parts: QualityMonitorParts;
  #expectedBefore = 0;
  #unheardBefore = 0;

  constructor(parts: QualityMonitorParts) {
    this.#parts = parts;
  }

  /** The snapshot since the one before. */
  assess(codec: AudioCodec, packetTimeMs: number, receivedLevelDbfs: number, sentLevelDbfs: number): MediaQuality {
    const { receiver, receive, rtcp } = this.#parts;
    const received = receiver.stats();
    const buffer = receive.stats();
    // Not heard: never arrived, or too late for its frame.
    const unheard = received.packetsLost + buffer.late;
    const lossPercent = percent(unheard - this.#unheardBefore, received.packetsExpected - this.#expectedBefore);
    this.#expectedBefore = received.packetsExpected;
    this.#unheardBefore = unheard;
    const { roundTripMs } = rtcp;
    const { jitterMs, jitterBufferMs } = delaysOf(received, buffer);
    const rating = assessQuality({ codec: codec.quality, lossPercent, roundTripMs, jitterBufferMs, packetTimeMs });
    return {
      mos: rating?.mos,
      rFactor: rating?.rFactor,
      lossPercent,
      jitterMs,
      roundTripMs,
      jitterBufferMs,
      receivedLevelDbfs,
      sentLevelDbfs,
      codec: codec.encodingName,
    };
  }

  /** Counters of the whole call. */
  statistics(send: SendPath): MediaStatistics {
    const { transport, sender, receiver, receive, rtcp } = this.#parts;
    const sent = sender.stats();
    const received = receiver.stats();
    const buffer = receive.stats();
    const wire = transport.stats();
    const reports = rtcp.stats();
    const { jitterMs, jitterBufferMs } = delaysOf(received, buffer);
    const rating = assessQuality({
      codec: send.codec.quality,
      lossPercent: percent(received.packetsLost + buffer.late, received.packetsExpected),
      roundTripMs: reports.meanRoundTripMs,
      jitterBufferMs,
      packetTimeMs: send.packetTimeMs,
    });
    return {
      codec: send.codec.encodingName,
      packetsSent: sent.packetsSent,
      octetsSent: sent.octetsSent,
      packetsReceived: received.packetsReceived,
      octetsReceived: received.octetsReceived,
      packetsLost: received.packetsLost,
      packetsLate: buffer.late,
      packetsDuplicated: buffer.duplicated,
      packetsReordered: buffer.reordered,
      packetsRejected: wire.foreignPackets + wire.earlyPackets + wire.unprovenPackets + wire.malformedPackets,
      framesConcealed: buffer.concealed,
      jitterMs,
      roundTripMs: reports.roundTripMs,
      jitterBufferMs,
      remoteLossPercent: reports.remoteLossPercent,
      remoteJitterMs: reports.remoteJitterMs,
      samplesSent: (send.position * send.codec.sampleRate) / send.codec.clockRate,
      mos: rating?.mos,
      rFactor: rating?.rFactor,
    };
  }
}

/** What only packets of audio show: one waits, and two have a distance. */
function delaysOf(
  { jitterMs }: RtpReceiverStats,
  { received, currentDelayMs }: JitterBufferStats,
): Pick<MediaQuality, "jitterMs" | "jitterBufferMs"> {
  return { jitterMs: received > 1 ? jitterMs : undefined, jitterBufferMs: received > 0 ? currentDelayMs : undefined };
}

/** Undefined when nothing was expected: that is no measurement. */
function percent(part: number, whole: number): number | undefined {
  return whole > 0 ? Math.min(100, Math.max(0, (100 * part) / whole)) : undefined;
}
