import type { ReportBlock } from "../rtcp/rtcp-packet.ts";
import { RtpError } from "../rtp-error.ts";
import type { RtpPacketView } from "./rtp-packet-view.ts";
import type { RtpSender } from "./rtp-sender.ts";
import { minSequential } from "./source-sequence.ts";
import { SourceStatistics } from "./source-statistics.ts";

/**
 * What to do with a packet:
 * - `accepted`: go on with it.
 * - `sourceChanged`: go on with it; it is the first from another SSRC than before.
 * - `probation`: drop it; an SSRC that is not the present one has to show packets in sequence first.
 * - `invalid`: drop it; its sequence number is far from what was expected.
 * - `reflected`: drop it; it is our own, sent back beside the source that is heard.
 * - `collision`: drop it and tell `RtcpSession.collided`; it carries our own SSRC and is not ours (RFC 3550 §8.2).
 */
export type ReceiveVerdict = "accepted" | "sourceChanged" | "probation" | "invalid" | "reflected" | "collision";

/** Our own packets are heard when the source that was has been silent for this long. */
const silentSourceMs = 1000;

export interface RtpReceiverOptions {
  /** RTP timestamp units a second. */
  clockRate: number;
  /** Our own stream of this session: packets with its SSRC are our own, sent back by a reflector, or a collision. */
  sender?: RtpSender;
}

/** Plain figures of an {@link RtpReceiver}, over all sources that it has heard. */
export interface RtpReceiverStats {
  /** SSRC heard now; undefined before the first packet. */
  readonly ssrc: number | undefined;
  readonly packetsReceived: number;
  /** Payload bytes. */
  readonly octetsReceived: number;
  /** Packets that should have come by the sequence numbers. */
  readonly packetsExpected: number;
  /** Expected less received, as RFC 3550 A.3 counts it; never below 0 here. */
  readonly packetsLost: number;
  /** Of the packets expected. */
  readonly lossPercent: number;
  /** Interarrival jitter (RFC 3550 A.8). */
  readonly jitterMs: number;
  /** Packets dropped because of their sequence number or an SSRC on probation. */
  readonly packetsInvalid: number;
  /** Packets of another source that carried our own SSRC. */
  readonly packetsCollided: number;
  /** Packets of ours that came back, heard or not. */
  readonly packetsReflected: number;
  readonly sourceChanges: number;
}

/**
 * Follows one incoming stream: statistics of the present SSRC, and the change to another.
 *
 * The first SSRC counts from its first packet, since the transport has checked where it comes from.
 * Another SSRC takes over after {@link minSequential} packets in sequence (RFC 3550 A.1), or at once after a BYE of the present one.
 *
 * A reflector (an RTP echo test) sends our own packets back: they are a source like any other while nobody else speaks.
 */
export class RtpReceiver {
  readonly #sender: RtpSender | undefined;
  #source: SourceStatistics;
  #candidate: SourceStatistics;
  #state: "waiting" | "active" | "left" = "waiting";
  #probing = false;
  /** Our own packets are what is heard. */
  #hearsReflection = false;
  #packetsInvalid = 0;
  #packetsCollided = 0;
  #packetsReflected = 0;
  #sourceChanges = 0;
  // Of sources before the present one, and before restarts of its sequence.
  #packetsBefore = 0;
  #octetsBefore = 0;
  #expectedBefore = 0;
  #expectedAtLastPacket = 0;
  #receivedAtLastPacket = 0;

  constructor(options: RtpReceiverOptions) {
    if (!(options.clockRate > 0)) throw new RtpError("RTP_OPTION_INVALID", `clockRate must be positive, not ${options.clockRate}`);
    this.#sender = options.sender;
    this.#source = new SourceStatistics(options.clockRate);
    this.#candidate = new SourceStatistics(options.clockRate);
  }

  /** SSRC heard now; undefined before the first packet and after its BYE. */
  get ssrc(): number | undefined {
    return this.#state === "active" ? this.#source.ssrc : undefined;
  }

  /** When the last packet that counted came; −Infinity before the first. */
  get lastArrivalMs(): number {
    return this.#source.lastArrivalMs;
  }

  /**
   * Counts a valid packet; feed all payload types of the stream, before the jitter buffer.
   *
   * @param measureJitter false for telephone-event packets: their timestamps stand still while the event lasts.
   */
  receive(packet: RtpPacketView, arrivalMs: number, measureJitter: boolean = true): ReceiveVerdict {
    if (this.#state === "active" && packet.ssrc === this.#source.ssrc) return this.#receiveKnown(packet, arrivalMs, measureJitter);
    if (packet.ssrc === this.#sender?.ssrc) {
      if (!this.#sender.hasSent(packet.sequenceNumber, packet.timestamp)) {
        this.#packetsCollided++;
        return "collision";
      }
      if (this.#state === "active" && arrivalMs - this.#source.lastArrivalMs < silentSourceMs) {
        this.#packetsReflected++;
        return "reflected";
      }
    } else if (this.#state === "active") return this.#probe(packet, arrivalMs, measureJitter);
    const verdict = this.#state === "waiting" ? "accepted" : "sourceChanged";
    this.#candidate.start(packet.ssrc, packet.sequenceNumber, 0);
    this.#adoptCandidate();
    this.#receiveKnown(packet, arrivalMs, measureJitter);
    return verdict;
  }

  /** A BYE came from `ssrc` (RFC 3550 §6.6): the next SSRC takes over without probation. */
  sourceLeft(ssrc: number): void {
    if (this.#state === "active" && ssrc === this.#source.ssrc) this.#state = "left";
  }

  /** A sender report came from `ssrc`; `ntpMiddle` are the middle 32 bits of its NTP timestamp. */
  senderReportReceived(ssrc: number, ntpMiddle: number, arrivalMs: number): void {
    if (ssrc === this.#source.ssrc) this.#source.senderReportReceived(ntpMiddle, arrivalMs);
  }

  /** The report block of the present source for an SR or RR; undefined when nothing came since the last one, or only our own. Begins the next interval. */
  takeReportBlock(nowMs: number): ReportBlock | undefined {
    return this.#state === "active" && this.#source.heardSinceReport && !this.#hearsReflection
      ? this.#source.takeReportBlock(nowMs)
      : undefined;
  }

  stats(): RtpReceiverStats {
    const { sequence, octets, jitter, ssrc } = this.#source;
    const packetsReceived = this.#packetsBefore + sequence.received;
    const packetsExpected = this.#state === "waiting" ? 0 : this.#expectedBefore + sequence.expected;
    const packetsLost = Math.max(0, packetsExpected - packetsReceived);
    return {
      ssrc: this.#state === "waiting" ? undefined : ssrc,
      packetsReceived,
      octetsReceived: this.#octetsBefore + octets,
      packetsExpected,
      packetsLost,
      lossPercent: packetsExpected > 0 ? (100 * packetsLost) / packetsExpected : 0,
      jitterMs: jitter.jitterMs,
      packetsInvalid: this.#packetsInvalid,
      packetsCollided: this.#packetsCollided,
      packetsReflected: this.#packetsReflected,
      sourceChanges: this.#sourceChanges,
    };
  }

  #receiveKnown(packet: RtpPacketView, arrivalMs: number, measureJitter: boolean): "accepted" | "invalid" {
    const { sequence } = this.#source;
    const verdict = this.#source.update(packet.sequenceNumber, packet.timestamp, packet.payloadLength, arrivalMs, measureJitter);
    if (verdict === "jump" || verdict === "probation") {
      this.#packetsInvalid++;
      return "invalid";
    }
    if (verdict === "restarted") {
      // "Since multiple complete sequence number cycles may have been missed, the packet loss statistics are reset" (A.1): ours go on in sum.
      this.#packetsBefore += this.#receivedAtLastPacket;
      this.#expectedBefore += this.#expectedAtLastPacket;
    }
    this.#receivedAtLastPacket = sequence.received;
    this.#expectedAtLastPacket = sequence.expected;
    // What comes back of ours says nothing against another source beside it.
    if (this.#hearsReflection) this.#packetsReflected++;
    else this.#probing = false;
    return "accepted";
  }

  #probe(packet: RtpPacketView, arrivalMs: number, measureJitter: boolean): "probation" | "sourceChanged" {
    const candidate = this.#candidate;
    if (!this.#probing || candidate.ssrc !== packet.ssrc) {
      candidate.start(packet.ssrc, packet.sequenceNumber, minSequential);
      this.#probing = true;
    }
    const verdict = candidate.update(packet.sequenceNumber, packet.timestamp, packet.payloadLength, arrivalMs, measureJitter);
    if (verdict === "probation") {
      this.#packetsInvalid++;
      return "probation";
    }
    this.#adoptCandidate();
    this.#receivedAtLastPacket = this.#source.sequence.received;
    this.#expectedAtLastPacket = this.#source.sequence.expected;
    return "sourceChanged";
  }

  #adoptCandidate(): void {
    const former = this.#source;
    if (this.#state !== "waiting") {
      this.#packetsBefore += former.sequence.received;
      this.#octetsBefore += former.octets;
      this.#expectedBefore += former.sequence.expected;
      this.#sourceChanges++;
    }
    this.#source = this.#candidate;
    this.#candidate = former;
    this.#hearsReflection = this.#source.ssrc === this.#sender?.ssrc;
    this.#state = "active";
    this.#probing = false;
  }
}
