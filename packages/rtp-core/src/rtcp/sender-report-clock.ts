import { wallMsFromNtp } from "@sidetone/infra-common";
import { timestampDifference } from "../rtp/sequence.ts";
import type { SenderReport } from "./rtcp-packet.ts";

/** Relates the timestamps of a received stream to the sender's wall clock, by its sender reports (RFC 3550 §6.4.1). */
export class SenderReportClock {
  readonly clockRate: number;
  #wallMs: number | undefined;
  #rtpTimestamp = 0;

  constructor(clockRate: number) {
    this.clockRate = clockRate;
  }

  update(report: SenderReport): void {
    this.#wallMs = wallMsFromNtp(report.ntpSeconds, report.ntpFraction);
    this.#rtpTimestamp = report.rtpTimestamp;
  }

  /** The sender's wall clock when it took the sample `timestamp`, in ms since 1970; undefined before the first report. */
  wallMsAt(timestamp: number): number | undefined {
    if (this.#wallMs === undefined) return undefined;
    return this.#wallMs + (timestampDifference(timestamp, this.#rtpTimestamp) * 1000) / this.clockRate;
  }

  reset(): void {
    this.#wallMs = undefined;
  }
}
