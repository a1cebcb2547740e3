import type { ReportBlock } from "../rtcp/rtcp-packet.ts";
import { InterarrivalJitter } from "./interarrival-jitter.ts";
import { SourceSequence, type SequenceVerdict } from "./source-sequence.ts";

/** Reception statistics of one SSRC: RFC 3550 A.1, A.3, A.8 and the reception report block of §6.4.1. */
export class SourceStatistics {
  ssrc = 0;
  readonly sequence: SourceSequence = new SourceSequence();
  readonly jitter: InterarrivalJitter;
  /** Payload bytes received. */
  octets = 0;
  lastArrivalMs: number = -Infinity;
  /** Middle 32 bits of the NTP timestamp of the last sender report, and when it came; −1 before one. */
  #lastSenderReport = -1;
  #lastSenderReportMs = 0;
  #receivedAtReport = 0;

  constructor(clockRate: number) {
    this.jitter = new InterarrivalJitter(clockRate);
  }

  /** Begins with the first packet of `ssrc`; see {@link SourceSequence.start}. */
  start(ssrc: number, sequenceNumber: number, probation: number): void {
    this.ssrc = ssrc;
    this.sequence.start(sequenceNumber, probation);
    this.jitter.reset();
    this.octets = 0;
    this.#lastSenderReport = -1;
    this.#receivedAtReport = 0;
  }

  /** @param measureJitter false for packets whose timestamps stand still (telephone-event). */
  update(sequenceNumber: number, timestamp: number, payloadLength: number, arrivalMs: number, measureJitter: boolean): SequenceVerdict {
    const verdict = this.sequence.update(sequenceNumber);
    if (verdict === "probation" || verdict === "jump") return verdict;
    if (verdict === "restarted") {
      this.jitter.restart();
      this.#receivedAtReport = 0;
    }
    this.octets += payloadLength;
    this.lastArrivalMs = arrivalMs;
    if (measureJitter) this.jitter.update(timestamp, arrivalMs);
    return verdict;
  }

  /** @param ntpMiddle middle 32 bits of the report's NTP timestamp. */
  senderReportReceived(ntpMiddle: number, arrivalMs: number): void {
    this.#lastSenderReport = ntpMiddle;
    this.#lastSenderReportMs = arrivalMs;
  }

  /** Whether packets came since the last {@link takeReportBlock}; only such sources are reported (§6.4). */
  get heardSinceReport(): boolean {
    return this.sequence.received > this.#receivedAtReport;
  }

  /** The reception report block at `nowMs`; begins the next reporting interval. */
  takeReportBlock(nowMs: number): ReportBlock {
    const { sequence } = this;
    this.#receivedAtReport = sequence.received;
    const hasSenderReport = this.#lastSenderReport >= 0;
    return {
      ssrc: this.ssrc,
      fractionLost: sequence.takeFractionLost(),
      cumulativeLost: sequence.cumulativeLost,
      extendedHighestSequenceNumber: sequence.extendedMax,
      jitter: Math.floor(this.jitter.jitter) >>> 0,
      // "If no SR packet has been received yet from SSRC_n", both fields are zero (§6.4.1).
      lastSenderReport: hasSenderReport ? this.#lastSenderReport : 0,
      delaySinceLastSenderReport: hasSenderReport ? Math.round(((nowMs - this.#lastSenderReportMs) * 65536) / 1000) >>> 0 : 0,
    };
  }
}
