import type { Clock, Random } from "@sidetone/infra-common";
import type { RtpReceiver } from "../rtp/rtp-receiver.ts";
import type { RtpSender } from "../rtp/rtp-sender.ts";
import { SsrcConflicts } from "../rtp/ssrc-conflicts.ts";
import { ntpFromUnixMs, ntpMiddle, roundTripMs, type NtpTimestamp } from "./ntp-time.ts";
import { parseRtcp } from "./parse-rtcp.ts";
import { RtcpInterval } from "./rtcp-interval.ts";
import { RtcpMembers } from "./rtcp-members.ts";
import type { ApplicationDefined, Goodbye, ReportBlock, RtcpPacket, SenderReport } from "./rtcp-packet.ts";
import { SenderReportClock } from "./sender-report-clock.ts";
import { serializeRtcp } from "./serialize-rtcp.ts";

/** What the layer above provides and hears; none of it may throw. */
export interface RtcpSessionUser {
  /** A compound packet to send now. The bytes belong to the user. */
  sendRtcp(packet: Uint8Array): void;
  /** A report block about our stream came from `reporter`. */
  onReportBlock?(block: ReportBlock, reporter: number): void;
  onSenderReport?(report: SenderReport): void;
  /** A source of the peer says goodbye. It does not end a call: SIP does. */
  onBye?(ssrc: number, reason: string | undefined): void;
  onApplicationDefined?(packet: ApplicationDefined): void;
  /** A collision made the sender take another SSRC. */
  onSsrcChanged?(former: number, present: number): void;
}

export interface RtcpSessionOptions {
  clock: Clock;
  random: Random;
  sender: RtpSender;
  receiver: RtpReceiver;
  user: RtcpSessionUser;
  /** Canonical name in every report (RFC 3550 §6.5.1). Default: 96 random bits, as RFC 7022 §4.2 recommends. */
  cname?: string;
  /** Media of all members together in bit/s, headers included. RTCP takes 5 % of it (§6.2). Default 160,000: two directions of G.711. */
  sessionBandwidthBps?: number;
  /** `reduced`: 360 s divided by the session bandwidth in kbit/s instead of 5 s (§6.2). Default `standard`. */
  minimumInterval?: "standard" | "reduced";
  /** Bytes of IP and UDP headers, which count in packet sizes (§6.2): 28 (default), over IPv6 48. */
  packetOverheadBytes?: number;
}

/** Plain figures of an {@link RtcpSession}; undefined where nothing was measured. */
export interface RtcpStats {
  readonly reportsSent: number;
  /** Datagrams of RTCP received and understood at least in part. */
  readonly compoundsReceived: number;
  readonly senderReportsReceived: number;
  readonly byesReceived: number;
  /** Datagrams of which nothing could be read, and packets skipped as contradictory. */
  readonly malformed: number;
  readonly unknownPackets: number;
  /** Datagrams whose end was cut or foreign. */
  readonly truncated: number;
  readonly collisions: number;
  /** Packets ignored because they are our own, looped. */
  readonly looped: number;
  /** Round trip by the peer's last report, and the least and mean of all. */
  readonly roundTripMs: number | undefined;
  readonly minRoundTripMs: number | undefined;
  readonly meanRoundTripMs: number | undefined;
  /** How the peer receives us, by its last report. */
  readonly remoteLossPercent: number | undefined;
  readonly remotePacketsLost: number | undefined;
  readonly remoteJitterMs: number | undefined;
  /** What the peer says it has sent, by its last sender report. */
  readonly remotePacketsSent: number | undefined;
  readonly remoteOctetsSent: number | undefined;
}

/**
 * RTCP of one session: reports at the intervals of RFC 3550 §6.3, SDES CNAME, BYE, round trips, SSRC collisions (§8.2).
 *
 * It has no timer: call {@link poll} as often as convenient, at the latest at {@link nextReportMs}. Hostile input is counted, nothing throws.
 */
export class RtcpSession {
  readonly #clock: Clock;
  readonly #sender: RtpSender;
  readonly #receiver: RtpReceiver;
  readonly #user: RtcpSessionUser;
  readonly #interval: RtcpInterval;
  readonly #overheadBytes: number;
  readonly #members = new RtcpMembers();
  readonly #rtpConflicts = new SsrcConflicts();
  readonly #rtcpConflicts = new SsrcConflicts();
  /** Wall clock less monotonic clock, fixed so that a step of the wall clock never shows in NTP timestamps. */
  readonly #wallOffsetMs: number;
  readonly cname: string;
  /** The sender's wall clock for its timestamps, by its sender reports. */
  readonly senderClock: SenderReportClock;
  #state: "new" | "open" | "leaving" | "closed" = "new";
  #byeReason: string | undefined;
  #lastReportMs = -Infinity;
  #secondLastReportMs = -Infinity;
  #reportsSent = 0;
  #compoundsReceived = 0;
  #senderReportsReceived = 0;
  #byesReceived = 0;
  #malformed = 0;
  #unknownPackets = 0;
  #truncated = 0;
  #collisions = 0;
  #looped = 0;
  #roundTripMs: number | undefined;
  #minRoundTripMs: number | undefined;
  #roundTripSumMs = 0;
  #roundTrips = 0;
  #remoteBlock: ReportBlock | undefined;
  #remoteReport: SenderReport | undefined;

  constructor(options: RtcpSessionOptions) {
    const sessionBandwidthBps = options.sessionBandwidthBps ?? 160_000;
    this.#clock = options.clock;
    this.#sender = options.sender;
    this.#receiver = options.receiver;
    this.#user = options.user;
    this.#overheadBytes = options.packetOverheadBytes ?? 28;
    this.cname = options.cname ?? Buffer.from(options.random.bytes(12)).toString("base64");
    this.senderClock = new SenderReportClock(options.sender.clockRate);
    this.#wallOffsetMs = options.clock.wallNow() - options.clock.now();
    this.#interval = new RtcpInterval({
      random: options.random,
      rtcpBandwidthBytesPerSecond: (0.05 * sessionBandwidthBps) / 8,
      minimumIntervalMs: options.minimumInterval === "reduced" ? 360_000_000 / sessionBandwidthBps : 5000,
      // SR with one block, SDES with the CNAME.
      initialPacketBytes: 52 + 12 + 4 * Math.ceil((this.cname.length + 3) / 4) + this.#overheadBytes,
    });
  }

  /** When {@link poll} has something to do next, in ms of the clock; Infinity before {@link start} and after the end. */
  get nextReportMs(): number {
    return this.#state === "open" || this.#state === "leaving" ? this.#interval.nextMs : Infinity;
  }

  /** Joins the session (§6.3.2): the first report follows after half the minimum interval, randomised. */
  start(): void {
    if (this.#state !== "new") return;
    this.#state = "open";
    this.#interval.start(this.#clock.now());
  }

  /** Sends the report, or the BYE in waiting, when its time has come. Cheap otherwise. */
  poll(): void {
    const nowMs = this.#clock.now();
    if (nowMs < this.nextReportMs) return;
    this.#updatePopulation(nowMs);
    if (!this.#interval.expire(nowMs)) return;
    if (this.#state === "leaving") this.#sendBye(nowMs);
    else this.#sendReport(nowMs);
  }

  /** A datagram of RTCP from the peer; `address` and `port` are where it came from. */
  receive(data: Uint8Array, address: string = "", port: number = 0): void {
    if (this.#state === "closed") return;
    const { packets, unknownPackets, malformedPackets, truncated } = parseRtcp(data);
    this.#unknownPackets += unknownPackets;
    this.#malformed += malformedPackets;
    if (packets.length === 0 && unknownPackets === 0) {
      if (malformedPackets === 0) this.#malformed++;
      return;
    }
    if (truncated) this.#truncated++;
    this.#compoundsReceived++;
    const nowMs = this.#clock.now();
    const bytes = data.length + this.#overheadBytes;
    if (packets.some((packet) => packet.type === "BYE")) this.#interval.byeReceived(bytes);
    else this.#interval.received(bytes);
    for (const packet of packets) {
      if (this.#isOurs(packet)) this.collided(address, port, "rtcp");
      else this.#receivePacket(packet, nowMs);
    }
    this.#updatePopulation(nowMs);
  }

  /**
   * A packet with our own SSRC came from elsewhere (§8.2): `RtpReceiver` answered `collision`.
   *
   * The first time from an address it sends BYE and gives the sender another SSRC; after that, the packets are taken for our own, looped.
   */
  collided(address: string, port: number, from: "rtp" | "rtcp"): void {
    if (this.#state === "closed") return;
    const nowMs = this.#clock.now();
    const conflicts = from === "rtp" ? this.#rtpConflicts : this.#rtcpConflicts;
    if (conflicts.check(address, port, nowMs, 10 * this.#interval.deterministicMs()) === "looped") {
      this.#looped++;
      return;
    }
    this.#collisions++;
    if (this.#hasSent) this.#user.sendRtcp(this.#goodbye(nowMs, "SSRC collision"));
    const former = this.#sender.changeSsrc(this.#receiver.ssrc);
    this.#members.heard(former, nowMs, from === "rtp");
    this.#user.onSsrcChanged?.(former, this.#sender.ssrc);
  }

  /**
   * Leaves the session: sends BYE at once, or after the back-off of §6.3.7 where there are 50 members or more (keep polling then).
   * "A participant which never sent an RTP or RTCP packet MUST NOT send a BYE packet."
   *
   * @param reason for people, at most 255 bytes of UTF-8.
   * @throws {RtpError} `RTCP_PACKET_INVALID` for a longer reason.
   */
  leave(reason?: string): void {
    if (this.#state !== "open") {
      if (this.#state === "new") this.#state = "closed";
      return;
    }
    if (!this.#hasSent) {
      this.#state = "closed";
      return;
    }
    this.#byeReason = reason;
    const nowMs = this.#clock.now();
    const bye = this.#goodbye(nowMs, reason);
    if (this.#interval.leave(bye.length + this.#overheadBytes, nowMs)) {
      this.#state = "closed";
      this.#user.sendRtcp(bye);
    } else {
      this.#state = "leaving";
    }
  }

  stats(): RtcpStats {
    const block = this.#remoteBlock;
    return {
      reportsSent: this.#reportsSent,
      compoundsReceived: this.#compoundsReceived,
      senderReportsReceived: this.#senderReportsReceived,
      byesReceived: this.#byesReceived,
      malformed: this.#malformed,
      unknownPackets: this.#unknownPackets,
      truncated: this.#truncated,
      collisions: this.#collisions,
      looped: this.#looped,
      roundTripMs: this.#roundTripMs,
      minRoundTripMs: this.#minRoundTripMs,
      meanRoundTripMs: this.#roundTrips > 0 ? this.#roundTripSumMs / this.#roundTrips : undefined,
      remoteLossPercent: block && (block.fractionLost * 100) / 256,
      remotePacketsLost: block?.cumulativeLost,
      remoteJitterMs: block && (block.jitter * 1000) / this.#sender.clockRate,
      remotePacketsSent: this.#remoteReport?.packetCount,
      remoteOctetsSent: this.#remoteReport?.octetCount,
    };
  }

  get #hasSent(): boolean {
    return this.#reportsSent > 0 || this.#sender.lastSentMs > -Infinity;
  }

  #ntpAt(nowMs: number): NtpTimestamp {
    return ntpFromUnixMs(nowMs + this.#wallOffsetMs);
  }

  /** "We sent" since the second last report (§6.3, §6.4). */
  #updateWeSent(): boolean {
    return (this.#interval.weSent = this.#sender.packetCount > 0 && this.#sender.lastSentMs >= this.#secondLastReportMs);
  }

  /** Brings the member table and the interval up to date; RTP is looked up in the receiver here instead of counted per packet. */
  #updatePopulation(nowMs: number): void {
    const { ssrc, lastArrivalMs } = this.#receiver;
    const interval = this.#interval;
    if (ssrc !== undefined) this.#members.heard(ssrc, lastArrivalMs, true);
    this.#members.timeOut(nowMs, interval.deterministicMs(false), interval.deterministicMs());
    const weSent = this.#updateWeSent() ? 1 : 0;
    interval.setPopulation(1 + this.#members.count, weSent + this.#members.senders, nowMs);
  }

  #isOurs(packet: RtcpPacket): boolean {
    const { ssrc } = this.#sender;
    if (packet.type === "SDES") return packet.chunks.some((chunk) => chunk.ssrc === ssrc);
    if (packet.type === "BYE") return packet.ssrcs.includes(ssrc);
    return packet.ssrc === ssrc;
  }

  #receivePacket(packet: RtcpPacket, nowMs: number): void {
    switch (packet.type) {
      case "SR":
        this.#senderReportsReceived++;
        this.#remoteReport = packet;
        this.senderClock.update(packet);
        this.#receiver.senderReportReceived(packet.ssrc, ntpMiddle({ seconds: packet.ntpSeconds, fraction: packet.ntpFraction }), nowMs);
        this.#user.onSenderReport?.(packet);
        this.#receiveBlocks(packet.ssrc, packet.reportBlocks, nowMs);
        return;
      case "RR":
        this.#receiveBlocks(packet.ssrc, packet.reportBlocks, nowMs);
        return;
      case "BYE":
        this.#receiveBye(packet);
        return;
      case "APP":
        this.#user.onApplicationDefined?.(packet);
        return;
      case "SDES":
    }
  }

  #receiveBlocks(reporter: number, blocks: readonly ReportBlock[], nowMs: number): void {
    this.#members.heard(reporter, nowMs, false);
    for (const block of blocks) {
      if (block.ssrc !== this.#sender.ssrc) continue;
      this.#remoteBlock = block;
      const measuredMs = roundTripMs(ntpMiddle(this.#ntpAt(nowMs)), block.lastSenderReport, block.delaySinceLastSenderReport);
      if (measuredMs !== undefined) this.#measureRoundTrip(measuredMs);
      this.#user.onReportBlock?.(block, reporter);
    }
  }

  #measureRoundTrip(measuredMs: number): void {
    this.#roundTripMs = measuredMs;
    this.#minRoundTripMs = Math.min(measuredMs, this.#minRoundTripMs ?? Infinity);
    this.#roundTripSumMs += measuredMs;
    this.#roundTrips++;
  }

  #receiveBye(packet: Goodbye): void {
    this.#byesReceived++;
    for (const ssrc of packet.ssrcs) {
      this.#members.left(ssrc);
      this.#receiver.sourceLeft(ssrc);
      this.#user.onBye?.(ssrc, packet.reason);
    }
  }

  #sendReport(nowMs: number): void {
    const packet = serializeRtcp([this.#report(nowMs), this.#description()]);
    this.#secondLastReportMs = this.#lastReportMs;
    this.#lastReportMs = nowMs;
    this.#reportsSent++;
    this.#interval.sent(packet.length + this.#overheadBytes, nowMs);
    this.#user.sendRtcp(packet);
  }

  #sendBye(nowMs: number): void {
    this.#state = "closed";
    this.#user.sendRtcp(this.#goodbye(nowMs, this.#byeReason));
  }

  #report(nowMs: number): RtcpPacket {
    const block = this.#receiver.takeReportBlock(nowMs);
    const reportBlocks = block ? [block] : [];
    const sender = this.#sender;
    if (!this.#updateWeSent()) return { type: "RR", ssrc: sender.ssrc, reportBlocks };
    const { seconds, fraction } = this.#ntpAt(nowMs);
    return {
      type: "SR",
      ssrc: sender.ssrc,
      ntpSeconds: seconds,
      ntpFraction: fraction,
      rtpTimestamp: sender.timestampAtTime(nowMs),
      packetCount: sender.packetCount >>> 0,
      octetCount: sender.octetCount >>> 0,
      reportBlocks,
    };
  }

  #description(): RtcpPacket {
    return { type: "SDES", chunks: [{ ssrc: this.#sender.ssrc, items: [{ name: "CNAME", text: this.cname }] }] };
  }

  #goodbye(nowMs: number, reason: string | undefined): Buffer {
    const ssrcs = [this.#sender.ssrc];
    const bye: Goodbye = reason === undefined ? { type: "BYE", ssrcs } : { type: "BYE", ssrcs, reason };
    return serializeRtcp([this.#report(nowMs), this.#description(), bye]);
  }
}
