import { ntpFraction, ntpMiddle, ntpSeconds, type Clock, type Random } from "@sidetone/infra-common";
import type { RtpReceiver } from "../rtp/rtp-receiver.ts";
import type { RtpSender } from "../rtp/rtp-sender.ts";
import { SsrcConflicts } from "../rtp/ssrc-conflicts.ts";
import { parseRtcp } from "./parse-rtcp.ts";
import { RemoteReports, type RemoteReportStats } from "./remote-reports.ts";
import { RtcpInterval } from "./rtcp-interval.ts";
import { RtcpMembers } from "./rtcp-members.ts";
import type { ApplicationDefined, Goodbye, ReportBlock, RtcpPacket, SdesItem, SenderReport } from "./rtcp-packet.ts";
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

/** Plain figures of an {@link RtcpSession}. */
export interface RtcpStats extends RemoteReportStats {
  readonly reportsSent: number;
  /** Datagrams of RTCP received and understood at least in part. */
  readonly compoundsReceived: number;
  readonly byesReceived: number;
  /** Datagrams of which nothing could be read, and packets skipped as contradictory. */
  readonly malformed: number;
  /** Packets of types that are skipped: feedback, extended reports. */
  readonly unknownPackets: number;
  /** Datagrams whose end was cut or foreign. */
  readonly truncated: number;
  /** Times that the SSRC was changed because another source had it. */
  readonly collisions: number;
  /** Packets ignored because they are our own, looped. */
  readonly looped: number;
}

/**
 * RTCP of one session: reports at the intervals of RFC 3550 §6.3, SDES CNAME, BYE, round trips, SSRC collisions (§8.2).
 *
 * It has no timer: call {@link poll} as often as convenient, at the latest at {@link nextReportMs}. Hostile input is counted, nothing throws.
 */
export class RtcpSession {
  readonly cname: string;
  /** The sender's wall clock for its timestamps, by its sender reports. */
  readonly senderClock: SenderReportClock;
  readonly #clock: Clock;
  readonly #sender: RtpSender;
  readonly #receiver: RtpReceiver;
  readonly #user: RtcpSessionUser;
  readonly #interval: RtcpInterval;
  readonly #overheadBytes: number;
  readonly #remote: RemoteReports;
  readonly #members: RtcpMembers = new RtcpMembers();
  readonly #rtpConflicts: SsrcConflicts = new SsrcConflicts();
  readonly #rtcpConflicts: SsrcConflicts = new SsrcConflicts();
  /** Wall clock less monotonic clock, fixed so that a step of the wall clock never shows in NTP timestamps. */
  readonly #wallOffsetMs: number;
  #state: "new" | "open" | "leaving" | "closed" = "new";
  #byeReason: string | undefined;
  #lastReportMs = -Infinity;
  #secondLastReportMs = -Infinity;
  #reportsSent = 0;
  #compoundsReceived = 0;
  #byesReceived = 0;
  #malformed = 0;
  #unknownPackets = 0;
  #truncated = 0;
  #collisions = 0;
  #looped = 0;

  constructor(options: RtcpSessionOptions) {
    const sessionBandwidthBps = options.sessionBandwidthBps ?? 160_000;
    this.#clock = options.clock;
    this.#sender = options.sender;
    this.#receiver = options.receiver;
    this.#user = options.user;
    this.#overheadBytes = options.packetOverheadBytes ?? 28;
    this.cname = options.cname ?? Buffer.from(options.random.bytes(12)).toString("base64");
    this.senderClock = new SenderReportClock(options.sender.clockRate);
    this.#remote = new RemoteReports(options.sender.clockRate);
    this.#wallOffsetMs = options.clock.wallNow() - options.clock.now();
    this.#interval = new RtcpInterval({
      random: options.random,
      rtcpBandwidthBytesPerSecond: (0.05 * sessionBandwidthBps) / 8,
      minimumIntervalMs: options.minimumInterval === "reduced" ? 360_000_000 / sessionBandwidthBps : 5000,
      // SR with one block, and SDES with the CNAME.
      initialPacketBytes: this.#overheadBytes + 52 + serializeRtcp([this.#description()]).length,
    });
  }

  /** When {@link poll} has something to do next, in ms of the clock; Infinity before {@link start} and after the end. */
  get nextReportMs(): number {
    return this.#state === "open" || this.#state === "leaving" ? this.#interval.nextMs : Infinity;
  }

  /** Round trip by the last report that showed one. */
  get roundTripMs(): number | undefined {
    return this.#remote.roundTripMs;
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
    const isGarbage = packets.length + unknownPackets + malformedPackets === 0;
    this.#malformed += isGarbage ? 1 : malformedPackets;
    this.#unknownPackets += unknownPackets;
    if (packets.length + unknownPackets === 0) return;
    if (packets.some((packet) => this.#isReflected(packet))) {
      this.#looped++;
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
    if (this.#state === "new" || (this.#state === "open" && !this.#hasSent)) this.#state = "closed";
    if (this.#state !== "open") return;
    const nowMs = this.#clock.now();
    const bye = this.#goodbye(nowMs, reason);
    this.#byeReason = reason;
    this.#state = this.#interval.leave(bye.length + this.#overheadBytes, nowMs) ? "closed" : "leaving";
    if (this.#state === "closed") this.#user.sendRtcp(bye);
  }

  stats(): RtcpStats {
    return {
      ...this.#remote.stats(),
      reportsSent: this.#reportsSent,
      compoundsReceived: this.#compoundsReceived,
      byesReceived: this.#byesReceived,
      malformed: this.#malformed,
      unknownPackets: this.#unknownPackets,
      truncated: this.#truncated,
      collisions: this.#collisions,
      looped: this.#looped,
    };
  }

  get #hasSent(): boolean {
    return this.#reportsSent > 0 || this.#sender.lastSentMs > -Infinity;
  }

  /** "We sent" since the second last report (§6.3.8, §6.4). */
  #updateWeSent(): boolean {
    const weSent = this.#sender.packetCount > 0 && this.#sender.lastSentMs >= this.#secondLastReportMs;
    if (this.#state !== "leaving") this.#interval.weSent = weSent;
    return weSent;
  }

  /** Brings members and interval up to date. RTP is looked up in the receiver here, instead of counted packet by packet. */
  #updatePopulation(nowMs: number): void {
    const { ssrc, lastArrivalMs } = this.#receiver;
    const interval = this.#interval;
    if (ssrc !== undefined && ssrc !== this.#sender.ssrc) this.#members.heard(ssrc, lastArrivalMs, true);
    this.#members.timeOut(nowMs, interval.deterministicMs(false), interval.deterministicMs());
    const weSent = this.#updateWeSent() ? 1 : 0;
    interval.setPopulation(1 + this.#members.count, weSent + this.#members.senders, nowMs);
  }

  /** Our own report, sent back: another source may have our SSRC by chance, but not our CNAME too. */
  #isReflected(packet: RtcpPacket): boolean {
    if (packet.type !== "SDES") return false;
    const isOurName = ({ name, text }: SdesItem): boolean => name === "CNAME" && text === this.cname;
    return packet.chunks.some(({ ssrc, items }) => ssrc === this.#sender.ssrc && items.some(isOurName));
  }

  #isOurs(packet: RtcpPacket): boolean {
    const { ssrc } = this.#sender;
    if (packet.type === "SDES") return packet.chunks.some((chunk) => chunk.ssrc === ssrc);
    if (packet.type === "BYE") return packet.ssrcs.includes(ssrc);
    return packet.ssrc === ssrc;
  }

  #receivePacket(packet: RtcpPacket, nowMs: number): void {
    if (packet.type === "SR") this.#receiveSenderReport(packet, nowMs);
    if (packet.type === "SR" || packet.type === "RR") this.#receiveBlocks(packet.ssrc, packet.reportBlocks, nowMs);
    if (packet.type === "BYE") this.#receiveBye(packet);
    if (packet.type === "APP") this.#user.onApplicationDefined?.(packet);
  }

  #receiveSenderReport(report: SenderReport, nowMs: number): void {
    const lastSenderReport = (((report.ntpSeconds & 0xffff) << 16) | (report.ntpFraction >>> 16)) >>> 0;
    this.#receiver.senderReportReceived(report.ssrc, lastSenderReport, nowMs);
    this.senderClock.update(report);
    this.#remote.senderReport(report);
    this.#user.onSenderReport?.(report);
  }

  #receiveBlocks(reporter: number, blocks: readonly ReportBlock[], nowMs: number): void {
    this.#members.heard(reporter, nowMs, false);
    for (const block of blocks) {
      if (block.ssrc !== this.#sender.ssrc) continue;
      this.#remote.reportBlock(block, ntpMiddle(nowMs + this.#wallOffsetMs));
      this.#user.onReportBlock?.(block, reporter);
    }
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
    const sender = this.#sender;
    const block = this.#receiver.takeReportBlock(nowMs);
    const reportBlocks = block ? [block] : [];
    if (!this.#updateWeSent()) return { type: "RR", ssrc: sender.ssrc, reportBlocks };
    const wallMs = nowMs + this.#wallOffsetMs;
    return {
      type: "SR",
      ssrc: sender.ssrc,
      ntpSeconds: ntpSeconds(wallMs),
      ntpFraction: ntpFraction(wallMs),
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
