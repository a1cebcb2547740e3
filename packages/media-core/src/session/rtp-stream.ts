import type { Environment } from "@sidetone/infra-common";
import { RtpTransport, type RtpTransportOptions, type RtpTransportUser } from "@sidetone/media-transport";
import {
  RtcpSession,
  RtpReceiver,
  RtpSender,
  TelephoneEventReceiver,
  type RtpPacketView,
  type TelephoneEventSender,
} from "@sidetone/rtp-core";
import type { NegotiatedMedia, RtpCodec } from "@sidetone/sdp-core";
import type { AudioCodec } from "../codecs/audio-codec.ts";
import type { CodecRegistry } from "../codecs/codec-registry.ts";
import { LevelMeter, rmsDbfs } from "../dsp/level-meter.ts";
import type { FrameScratch } from "../graph/frame-scratch.ts";
import type { MediaScheduler } from "../graph/media-scheduler.ts";
import type { ScheduledStream } from "../graph/stream-ring.ts";
import { ReceivePath } from "../graph/receive-path.ts";
import { SendPath } from "../graph/send-path.ts";
import { MediaError } from "../media-error.ts";
import { MediaIdleWatch } from "./media-idle-watch.ts";
import type { MediaSessionOptions, MediaSessionUser } from "./media-session.ts";
import { emptyStatistics, type MediaQuality, type MediaStatistics } from "./media-statistics.ts";
import { RtpKeepAlive } from "./rtp-keep-alive.ts";
import { QualityMonitor } from "./quality-monitor.ts";

/** Who fills and takes the frames. */
export interface FrameExchange {
  exchange(remote: Int16Array, local: Int16Array, sampleRate: number, held: boolean): void;
}

export interface RtpStreamParts {
  readonly environment: Environment;
  readonly scheduler: MediaScheduler;
  readonly scratch: FrameScratch;
  readonly codecs: CodecRegistry;
  readonly options: MediaSessionOptions;
  readonly user: MediaSessionUser;
  readonly session: FrameExchange;
}

const noCodecs: readonly undefined[] = [];
const qualityEveryMs = 1000;
/** Reports, time-outs and the like are looked after so often: none of them needs every packet time. */
const choresEveryMs = 100;
/** Media of both directions of G.711 with headers; RTCP takes 5 % of it, and its shortest interval follows from it (RFC 3550 §6.2). */
const sessionBandwidthBps = 160_000;

/** The RTP and RTCP of one call, from negotiation to packets: everything that happens once a packet time, in order. */
export class RtpStream implements ScheduledStream, RtpTransportUser {
  // What every packet needs comes first, side by side: with hundreds of calls, memory is what takes the time.
  #receiver: RtpReceiver | undefined;
  #codecs: readonly (AudioCodec | undefined)[] = noCodecs;
  /** Of the last audio packet: most are of the same. */
  #audioPayloadType = -1;
  #receive: ReceivePath | undefined;
  readonly #idle: MediaIdleWatch;
  deadlineMs = 0;
  frameMs: number;
  /** Samples of a frame. */
  #frameLength = 0;
  #receiving = false;
  #sending = false;
  /** This side holds: the peer hears silence, whatever the application plays. */
  #held = false;
  readonly #scratch: FrameScratch;
  readonly #session: FrameExchange;
  #send: SendPath | undefined;
  #receivedLevel: LevelMeter | undefined;
  #nextChoresMs = Infinity;
  #nextQualityMs = Infinity;
  quality: MediaQuality | undefined;
  /** Set by {@link open} before anybody sees the stream. */
  transport!: RtpTransport;
  readonly #parts: RtpStreamParts;
  readonly #keepAlive: RtpKeepAlive;
  #sender: RtpSender | undefined;
  #rtcp: RtcpSession | undefined;
  #digits: TelephoneEventReceiver | undefined;
  #monitor: QualityMonitor | undefined;
  #eventPayloadType = -1;
  #scheduled = false;

  /** Opens the ports. Rejects like `RtpTransport.open`. */
  static async open(parts: RtpStreamParts, where: Pick<RtpTransportOptions, "localAddress" | "ports">): Promise<RtpStream> {
    const stream = new RtpStream(parts);
    stream.transport = await RtpTransport.open(parts.environment, { ...where, user: stream });
    return stream;
  }

  private constructor(parts: RtpStreamParts) {
    this.#parts = parts;
    this.#scratch = parts.scratch;
    this.#session = parts.session;
    this.frameMs = parts.options.ptimeMs ?? 20;
    this.#keepAlive = new RtpKeepAlive({ sendKeepAlive: () => this.transport.sendKeepAlive() }, parts.options.keepAliveMs ?? 15_000);
    this.#idle = new MediaIdleWatch(parts.options.mediaTimeoutMs ?? 0, parts.user);
  }

  get sampleRate(): number | undefined {
    return this.#send?.codec.sampleRate;
  }

  get sendsEvents(): boolean {
    return this.#send?.sendsEvents ?? false;
  }

  get events(): TelephoneEventSender {
    return this.#send!.events;
  }

  /** Takes the outcome of an offer/answer exchange. @throws {MediaError} `MEDIA_CODEC_UNSUPPORTED`; nothing has changed then. */
  configure(media: NegotiatedMedia | undefined, held: boolean, isTranslated: boolean): void {
    if (!media) return this.#stop();
    const codec = this.#codecOf(media.sendCodecs[0]);
    if (!codec) throw new MediaError("MEDIA_CODEC_UNSUPPORTED", "The negotiated codec cannot be encoded here");
    this.frameMs = media.ptimeMs;
    this.#createPaths(codec);
    this.#codecs = this.#receiveCodecs(media);
    this.#audioPayloadType = -1;
    this.#eventPayloadType = media.telephoneEvent?.receivePayloadType ?? -1;
    this.#receive!.setCodecs(this.#codecs);
    this.#send!.configure(codec, media.sendCodecs[0]!.payloadType, media.telephoneEvent?.sendPayloadType, media.ptimeMs);
    this.#point(media);
    this.#setDirections(media, isTranslated);
    this.#held = held;
    this.#frameLength = (codec.sampleRate * this.frameMs) / 1000;
    this.#start();
  }

  onRtp(packet: RtpPacketView, arrivalMs: number): void {
    const receiver = this.#receiver;
    if (!receiver) return;
    const { payloadType } = packet;
    const isAudio = payloadType === this.#audioPayloadType || this.#codecs[payloadType] !== undefined;
    if (isAudio) this.#audioPayloadType = payloadType;
    const verdict = receiver.receive(packet, arrivalMs, isAudio);
    if (verdict === "collision") this.#collided();
    if (verdict !== "accepted" && verdict !== "sourceChanged") return;
    if (!this.#idle.isHearing) this.#idle.heard(arrivalMs);
    if (isAudio) return this.#receive!.insert(packet, arrivalMs);
    // "A receiver MUST ignore packets with payload types that it does not understand" (RFC 3550 §5.1): they are no loss either.
    this.#receive!.note(packet);
    if (payloadType === this.#eventPayloadType) this.#digits!.receive(packet, arrivalMs);
  }

  onRtcp(data: Uint8Array): void {
    const remote = this.transport.remoteRtcp;
    this.#rtcp?.receive(data, remote?.address, remote?.port);
  }

  onSocketError(error: Error): void {
    this.#parts.environment.logger.debug({ err: error }, "RTP socket error");
  }

  onDeadline(deadlineMs: number): void {
    const remote = this.#scratch.remote.ofLength(this.#frameLength);
    const local = this.#scratch.local.ofLength(this.#frameLength);
    if (this.#receiving) this.#receive!.read(remote, deadlineMs);
    else remote.fill(0);
    this.#receivedLevel!.update(remote);
    this.#session.exchange(remote, local, this.#send!.codec.sampleRate, this.#held);
    if (this.#sending) this.#send!.send(local, deadlineMs);
    else this.#send!.skip(1);
    if (deadlineMs >= this.#nextChoresMs) this.#doChores(deadlineMs, local);
  }

  onSkipped(frames: number): void {
    this.#send!.skip(frames);
  }

  statistics(): MediaStatistics {
    if (!this.#sender || !this.#monitor) return emptyStatistics;
    return this.#monitor.statistics(this.#send!);
  }

  close(): void {
    this.#digits?.reset();
    this.#rtcp?.leave();
    this.#stop();
  }

  /** The paths live as long as the clock rate stays: timestamps and SSRC go on across re-negotiations. */
  #createPaths(codec: AudioCodec): void {
    if (this.#send && this.#send.codec.clockRate === codec.clockRate && this.#send.codec.sampleRate === codec.sampleRate) return;
    const { environment, scratch, options, user } = this.#parts;
    const { transport } = this;
    const { clock, random } = environment;
    const sender = new RtpSender({ random, clockRate: codec.clockRate });
    const receiver = new RtpReceiver({ clockRate: codec.clockRate, sender });
    this.#rtcp?.leave();
    this.#rtcp = new RtcpSession({
      clock,
      random,
      sender,
      receiver,
      user: { sendRtcp: (packet) => transport.sendRtcp(packet) },
      sessionBandwidthBps,
      minimumInterval: "reduced",
      ...(options.cname === undefined ? {} : { cname: options.cname }),
    });
    this.#rtcp.start();
    this.#sender = sender;
    this.#receiver = receiver;
    this.#send = new SendPath({ sender, transport, scratch }, codec, this.frameMs);
    this.#receive = new ReceivePath(codec, this.frameMs, scratch);
    this.#digits = new TelephoneEventReceiver({ clockRate: codec.clockRate, user: new DigitReporter(user) });
    this.#receivedLevel = new LevelMeter(codec.sampleRate);
    this.#monitor = new QualityMonitor({ transport, sender, receiver, receive: this.#receive, rtcp: this.#rtcp });
  }

  #point(media: NegotiatedMedia): void {
    const payloadTypes = Object.keys(media.receivePayloadTypes).map(Number);
    const { remoteAddress, remotePort, remoteRtcpAddress, remoteRtcpPort, rtcpMux } = media;
    this.transport.setRemote({
      address: remoteAddress,
      port: remotePort,
      rtcpMux,
      payloadTypes,
      ...(remoteRtcpPort > 0 ? { rtcpAddress: remoteRtcpAddress, rtcpPort: remoteRtcpPort } : {}),
    });
  }

  #setDirections(media: NegotiatedMedia, isTranslated: boolean): void {
    if (this.#receiving && !media.receiving) this.#receive!.reset();
    this.#sending = media.sending;
    this.#receiving = media.receiving;
    const nowMs = this.#parts.environment.clock.now();
    this.#idle.watch(media.receiving && !media.onHoldByRemote, nowMs);
    this.#keepAlive.want(!media.sending && (media.receiving || isTranslated), nowMs);
  }

  #start(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#parts.scheduler.add(this);
    this.#nextChoresMs = this.deadlineMs;
    this.#nextQualityMs = this.deadlineMs + qualityEveryMs;
  }

  #stop(): void {
    this.#parts.scheduler.remove(this);
    this.#scheduled = false;
    this.#sending = this.#receiving = false;
    this.#idle.watch(false, 0);
  }

  /** @param local the frame that has been sent. */
  #doChores(nowMs: number, local: Int16Array): void {
    this.#nextChoresMs = nowMs + choresEveryMs;
    this.#keepAlive.check(nowMs);
    this.#digits!.poll(nowMs);
    this.#rtcp!.poll();
    this.#idle.check(nowMs, this.#receiver!.lastArrivalMs);
    if (nowMs >= this.#nextQualityMs) this.#assess(local);
  }

  #assess(local: Int16Array): void {
    this.#nextQualityMs += qualityEveryMs;
    this.quality = this.#monitor!.assess(this.#send!.codec, this.frameMs, this.#receivedLevel!.rmsDbfs, rmsDbfs(local));
    this.#parts.user.onQuality(this.quality);
  }

  #collided(): void {
    const remote = this.transport.remoteRtp;
    if (remote) this.#rtcp?.collided(remote.address, remote.port, "rtp");
  }

  #codecOf(codec: RtpCodec | undefined): AudioCodec | undefined {
    return codec && this.#parts.codecs.find(codec.encodingName, codec.clockRate, codec.channels);
  }

  #receiveCodecs(media: NegotiatedMedia): (AudioCodec | undefined)[] {
    const codecs: (AudioCodec | undefined)[] = new Array<undefined>(128).fill(undefined);
    for (const [payloadType, codec] of Object.entries(media.receivePayloadTypes)) codecs[Number(payloadType)] = this.#codecOf(codec);
    return codecs;
  }
}

/** Key presses of the peer, each once, at its end. Flashes and other signals are no digits. */
class DigitReporter {
  readonly #user: MediaSessionUser;

  constructor(user: MediaSessionUser) {
    this.#user = user;
  }

  onEventStart(): void {}

  onEventEnd({ key, durationMs }: { key: string | undefined; durationMs: number }): void {
    if (key !== undefined && key !== "!") this.#user.onDtmf({ digit: key, durationMs });
  }
}
