import type { ReportBlock, SenderReport } from "./rtcp-packet.ts";
import { roundTripMs } from "./round-trip.ts";

/** What the peer's reports say; undefined where nothing was reported yet. */
export interface RemoteReportStats {
  readonly senderReportsReceived: number;
  /** Report blocks about our stream. */
  readonly reportBlocksReceived: number;
  /** Round trip by the last report that showed one, and the least and the mean of all. */
  readonly roundTripMs: number | undefined;
  readonly minRoundTripMs: number | undefined;
  readonly meanRoundTripMs: number | undefined;
  /** How the peer receives us: loss since its report before the last, packets lost in all, jitter. */
  readonly remoteLossPercent: number | undefined;
  readonly remotePacketsLost: number | undefined;
  readonly remoteJitterMs: number | undefined;
  /** What the peer says it has sent. */
  readonly remotePacketsSent: number | undefined;
  readonly remoteOctetsSent: number | undefined;
}

/** Keeps the figures of the peer's reports. */
export class RemoteReports {
  readonly #clockRate: number;
  #senderReports = 0;
  #reportBlocks = 0;
  #lastReport: SenderReport | undefined;
  #lastBlock: ReportBlock | undefined;
  /** By the last report that showed one. */
  roundTripMs: number | undefined;
  #minRoundTripMs: number | undefined;
  #roundTripSumMs = 0;
  #roundTrips = 0;

  /** @param clockRate of our stream, which the jitter in report blocks counts in. */
  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  senderReport(report: SenderReport): void {
    this.#senderReports++;
    this.#lastReport = report;
  }

  /** @param arrival middle 32 bits of the NTP time when a block about our stream came. */
  reportBlock(block: ReportBlock, arrival: number): void {
    this.#reportBlocks++;
    this.#lastBlock = block;
    const measuredMs = roundTripMs(arrival, block.lastSenderReport, block.delaySinceLastSenderReport);
    if (measuredMs === undefined) return;
    this.roundTripMs = measuredMs;
    this.#minRoundTripMs = Math.min(measuredMs, this.#minRoundTripMs ?? Infinity);
    this.#roundTripSumMs += measuredMs;
    this.#roundTrips++;
  }

  stats(): RemoteReportStats {
    const block = this.#lastBlock;
    return {
      senderReportsReceived: this.#senderReports,
      reportBlocksReceived: this.#reportBlocks,
      roundTripMs: this.roundTripMs,
      minRoundTripMs: this.#minRoundTripMs,
      meanRoundTripMs: this.#roundTrips > 0 ? this.#roundTripSumMs / this.#roundTrips : undefined,
      remoteLossPercent: block && (block.fractionLost * 100) / 256,
      remotePacketsLost: block?.cumulativeLost,
      remoteJitterMs: block && (block.jitter * 1000) / this.#clockRate,
      remotePacketsSent: this.#lastReport?.packetCount,
      remoteOctetsSent: this.#lastReport?.octetCount,
    };
  }
}
