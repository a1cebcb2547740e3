import {
  mediaTraceChannel,
  type Clock,
  type DatagramReceiver,
  type DatagramSocket,
  type Environment,
  type SocketAddress,
} from "@sidetone/infra-common";
import { classifyPacket, RtpPacketView, type PacketKind } from "@sidetone/rtp-core";
import { bindingMethod, StunWriter, type BindingOptions } from "@sidetone/stun-core";
import { traceMedia, type DropReason } from "./media-trace.ts";
import { MediaTransportError } from "./media-transport-error.ts";
import type { PacketProtection } from "./packet-protection.ts";
import { checkRemoteMedia, type RemoteMedia } from "./remote-media.ts";
import { RtcpLatch } from "./rtcp-latch.ts";
import type { RtpPortAllocator, RtpPorts } from "./rtp-port-allocator.ts";
import { RtpTransportCounters, type RtpTransportStats } from "./rtp-transport-stats.ts";
import { SendQueue } from "./send-queue.ts";
import type { SendSlot } from "./send-slot.ts";
import { SourceLatch } from "./source-latch.ts";
import { StunPorts, type PublicMediaAddress } from "./stun-ports.ts";

/** Takes what an {@link RtpTransport} receives; one object may serve many transports. None of the methods may throw. */
export interface RtpTransportUser {
  /** A valid RTP packet from the source that counts. The view is reused for the next packet, of whatever transport; its buffer may be kept. */
  onRtp(packet: RtpPacketView, arrivalMs: number, transport: RtpTransport): void;
  /** RTCP from the source that counts; the bytes belong to the user. */
  onRtcp(data: Uint8Array, arrivalMs: number, transport: RtpTransport): void;
  /** From now on RTP is heard from `remote` only. */
  onLatched?(remote: SocketAddress, transport: RtpTransport): void;
  /** DTLS and the like, and STUN that answers no question of {@link RtpTransport.learnPublicAddress}; from anybody. */
  onOther?(kind: PacketKind, data: Buffer, address: string, port: number, transport: RtpTransport): void;
  /** The system reported an error for an earlier packet; the transport goes on. */
  onSocketError?(error: Error, transport: RtpTransport): void;
}

export interface RtpTransportOptions {
  /** Numeric local address, as it stands in our SDP's `c=` line. */
  localAddress: string;
  ports: RtpPortAllocator;
  user: RtpTransportUser;
  /** One port for RTP and RTCP from the beginning (RFC 5761). Default false: two, of which `setRemote({ rtcpMux: true })` closes the second. */
  rtcpMux?: boolean;
  /** Send to where RTP comes from when that is not what the SDP says (RFC 4961, rules at {@link SourceLatch}). Default true. */
  symmetric?: boolean;
  /** How long after an SDP another source than the signalled one may come to count. Default 30,000. */
  latchWindowMs?: number;
  /** Kernel buffer sizes to ask for, in bytes; `stats()` says what was granted. */
  receiveBufferBytes?: number;
  sendBufferBytes?: number;
  /** SRTP, when it is negotiated. */
  protection?: PacketProtection;
}

/** One for all transports of the thread, so that it stays in the processor's cache: what it shows is used up before the next packet. */
const packetView = new RtpPacketView();

/**
 * The sockets of one RTP stream: sends to where the SDP says or where media come from, hears only the source that counts.
 *
 * Packets of other sources and damaged ones are dropped and counted. Nothing is allocated per packet beyond what the socket makes.
 */
export class RtpTransport implements DatagramReceiver {
  // What every packet needs comes first, side by side.
  /** Set by {@link open} before anybody sees the transport. */
  #ports!: RtpPorts;
  readonly #latch: SourceLatch;
  readonly #counters: RtpTransportCounters = new RtpTransportCounters();
  #closed: Promise<void> | undefined;
  readonly #clock: Clock;
  readonly #user: RtpTransportUser;
  readonly #protection: PacketProtection | undefined;
  readonly #symmetric: boolean;
  #sending: SendQueue = new SendQueue();
  #rtcpMux: boolean;
  #payloadTypes: ReadonlySet<number> | undefined;
  readonly #environment: Environment;
  readonly #options: RtpTransportOptions;
  readonly #rtcpLatch: RtcpLatch = new RtcpLatch();
  /** From the first question about our public address on. */
  #stun: StunPorts | undefined;

  /**
   * Opens the ports of a stream. Nothing is heard or sent before {@link setRemote}.
   *
   * @throws {MediaTransportError} `MEDIA_PORTS_EXHAUSTED`, `MEDIA_ADDRESS_INVALID`
   * @throws {NetworkError} when the local address cannot be bound.
   */
  static async open(environment: Environment, options: RtpTransportOptions): Promise<RtpTransport> {
    const transport = new RtpTransport(environment, options);
    transport.#ports = await transport.#openPorts(options.localAddress);
    return transport;
  }

  private constructor(environment: Environment, options: RtpTransportOptions) {
    const { symmetric = true, latchWindowMs = 30_000 } = options;
    if (!(latchWindowMs >= 0))
      throw new MediaTransportError("MEDIA_OPTION_INVALID", `latchWindowMs must not be negative: ${latchWindowMs}`);
    this.#environment = environment;
    this.#options = options;
    this.#clock = environment.clock;
    this.#user = options.user;
    this.#protection = options.protection;
    this.#rtcpMux = options.rtcpMux ?? false;
    this.#symmetric = symmetric;
    this.#latch = new SourceLatch(symmetric, latchWindowMs);
  }

  get localAddress(): string {
    return this.#ports.rtp.localAddress;
  }

  get rtpPort(): number {
    return this.#ports.rtp.localPort;
  }

  /** The same as {@link rtpPort} with rtcp-mux. */
  get rtcpPort(): number {
    return this.#rtcpSocket.localPort;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Where RTP is sent now; undefined before the SDP and while the peer wants none. */
  get remoteRtp(): SocketAddress | undefined {
    const port = this.#rtpDestinationPort;
    return port > 0 ? { address: this.#rtpDestinationAddress, port } : undefined;
  }

  /** Where RTCP is sent now; undefined like {@link remoteRtp}. */
  get remoteRtcp(): SocketAddress | undefined {
    const port = this.#rtcpDestinationPort;
    return port > 0 ? { address: this.#rtcpDestinationAddress, port } : undefined;
  }

  /**
   * The peer's SDP, or a new one: its address counts from now on, and other sources may until one is locked in.
   * The same address again leaves a locked source alone; with port 0 or an unspecified address nothing is sent.
   *
   * @throws {MediaTransportError} `MEDIA_ADDRESS_INVALID`, `MEDIA_ADDRESS_FAMILY_MISMATCH`; nothing has changed then.
   */
  setRemote(remote: RemoteMedia): void {
    const checked = checkRemoteMedia(remote, this.#ports.rtp.family);
    this.#payloadTypes = checked.payloadTypes;
    this.#latch.signal(checked.address, checked.port, this.#clock.now());
    this.#rtcpLatch.signal(checked.rtcpAddress, checked.rtcpPort);
    if (!checked.rtcpMux) return;
    this.#rtcpMux = true;
    this.#stun?.closeRtcp();
    void this.#ports.rtcp?.close();
  }

  /**
   * Moves the stream to ports of another local address, as when the machine has lost the present one. The remote side, what was learnt of it
   * and the counters stay; questions to STUN servers end with `STUN_CLOSED`. What arrives at the old ports from now on is lost.
   *
   * @throws {MediaTransportError} as {@link open}; nothing has changed then, nor when the transport is closed meanwhile.
   * @throws {NetworkError} when the address cannot be bound.
   */
  async rebind(localAddress: string): Promise<void> {
    const ports = await this.#openPorts(localAddress);
    if (this.#closed) return ports.close();
    const before = this.#ports;
    this.#ports = ports;
    // What the old socket still holds is not reported back as sent.
    this.#sending = new SendQueue();
    this.#stun?.close();
    this.#stun = undefined;
    await before.close();
  }

  /**
   * Asks a STUN server, from the ports of this stream, under which addresses the world sees them (RFC 8489, Binding): what belongs into our
   * SDP behind a NAT. It can be asked before {@link setRemote}, and again at any time; media go on beside it.
   *
   * Behind a symmetric NAT the peer will see other ports than the server does; RTP then has to go out first, and the peer to latch.
   *
   * @param server Numeric address and port, of the family of {@link localAddress}.
   * @throws {MediaTransportError} `MEDIA_ADDRESS_FAMILY_MISMATCH`
   * @throws {StunError} as `StunClient.requestBinding`, for whichever port fails first; `STUN_CLOSED` when the transport is closed.
   * @throws `options.signal.reason` when aborted.
   */
  learnPublicAddress(server: SocketAddress, options: BindingOptions = {}): Promise<PublicMediaAddress> {
    this.#stun ??= new StunPorts(this.#environment, this.#ports.rtp, this.#rtcpMux ? undefined : this.#ports.rtcp);
    if (this.#closed) this.#stun.close();
    return this.#stun.learn(server, options);
  }

  /**
   * A buffer of exactly `length` bytes for the next RTP packet; write it, then call {@link sendRtp} before acquiring another.
   *
   * @returns undefined when the network still holds 64 packets of this stream (counted); drop the packet then.
   */
  acquire(length: number): SendSlot | undefined {
    const slot = this.#sending.acquire(length, this.#protection?.rtpOverheadBytes ?? 0);
    if (slot === undefined) this.#counters.sendOverruns++;
    return slot;
  }

  /** Sends the packet that was written into the slot acquired last. Nothing is sent while there is no address to send to. */
  sendRtp(slot: SendSlot): void {
    const port = this.#rtpDestinationPort;
    if (port <= 0 || this.#closed) return;
    const wire = this.#protection ? slot.protect(this.#protection) : slot.bytes;
    if (wire === undefined) return;
    const socket = this.#ports.rtp;
    const address = this.#rtpDestinationAddress;
    this.#sending.sent();
    this.#counters.rtpSent++;
    this.#counters.bytesSent += wire.length;
    if (mediaTraceChannel.hasSubscribers) this.#tracePacket("rtp", "out", wire, address, port, socket);
    socket.send(wire, port, address, this.#sending.onSent);
  }

  /** Sends a compound RTCP packet; the bytes belong to the transport from now on. */
  sendRtcp(packet: Uint8Array): void {
    const port = this.#rtcpDestinationPort;
    if (port <= 0 || this.#closed) return;
    const wire = this.#protection ? protectRtcp(packet, this.#protection) : packet;
    if (wire === undefined) return;
    const socket = this.#rtcpSocket;
    const address = this.#rtcpDestinationAddress;
    this.#counters.rtcpSent++;
    this.#counters.bytesSent += wire.length;
    if (mediaTraceChannel.hasSubscribers) this.#tracePacket("rtcp", "out", wire, address, port, socket);
    socket.send(wire, port, address);
  }

  /**
   * Sends a STUN Binding indication, which nobody answers, from the RTP port to where RTP goes: the bindings of NATs on the way stay open, and
   * it is in no statistics of RTP (RFC 6263 §4.4). Nothing is sent while there is no address to send to, nor with rtcp-mux, where RTCP is
   * what keeps them open (§4.3).
   */
  sendKeepAlive(): void {
    const port = this.#rtpDestinationPort;
    if (port <= 0 || this.#closed || this.#rtcpMux) return;
    const indication = new StunWriter("indication", bindingMethod, this.#environment.random.bytes(12)).addFingerprint().toBytes();
    this.#counters.keepAlivesSent++;
    this.#counters.bytesSent += indication.length;
    this.#ports.rtp.send(indication, port, this.#rtpDestinationAddress);
  }

  /** Sends anything else (STUN) from the RTP port. */
  sendOther(data: Uint8Array, address: string, port: number): void {
    if (!this.#closed) this.#ports.rtp.send(data, port, address);
  }

  /** For the sockets; not to be called by users. */
  onDatagram(data: Buffer, address: string, port: number, socket: DatagramSocket): void {
    // Something may arrive between the bind and the end of open().
    if (this.#closed || !this.#ports) return;
    this.#counters.bytesReceived += data.length;
    const kind = classifyPacket(data);
    if (kind === "rtp" && socket === this.#ports.rtp) this.#onRtp(data, address, port, socket);
    else if (kind === "rtcp") this.#onRtcp(data, address, port, socket);
    else if (kind === "rtp" || kind === "unknown") this.#drop("malformed", address, port, socket);
    else {
      this.#counters.otherPackets++;
      if (kind === "stun" && this.#stun?.receive(data, address, port, socket)) return;
      this.#user.onOther?.(kind, data, address, port, this);
    }
  }

  /** For the sockets; not to be called by users. */
  onSocketError(error: Error, socket: DatagramSocket, destination?: SocketAddress): void {
    this.#counters.socketErrors++;
    if (destination) this.#stun?.onUnreachable(error, destination);
    traceMedia(socket, this.#clock.now(), { type: "error", error });
    this.#user.onSocketError?.(error, this);
  }

  stats(): RtpTransportStats {
    const { receiveBufferBytes, sendBufferBytes } = this.#ports.rtp;
    return { ...this.#counters, rtpRejections: { ...this.#counters.rtpRejections }, receiveBufferBytes, sendBufferBytes };
  }

  /** Nothing is heard or sent any more; the ports are free when the promise resolves. Idempotent, never rejects. */
  close(): Promise<void> {
    this.#stun?.close();
    return (this.#closed ??= this.#ports.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #openPorts(localAddress: string): Promise<RtpPorts> {
    const { ports, receiveBufferBytes, sendBufferBytes } = this.#options;
    return ports.open({ localAddress, receiver: this, rtcpMux: this.#rtcpMux, receiveBufferBytes, sendBufferBytes });
  }

  get #rtcpSocket(): DatagramSocket {
    return this.#rtcpMux ? this.#ports.rtp : (this.#ports.rtcp ?? this.#ports.rtp);
  }

  /** Whether packets go to the source that counts, rather than where the SDP says. */
  get #followsSource(): boolean {
    return this.#symmetric && this.#latch.isLocked;
  }

  get #rtpDestinationAddress(): string {
    return this.#followsSource ? this.#latch.address : this.#latch.signalledAddress;
  }

  /** −1: nothing is sent. */
  get #rtpDestinationPort(): number {
    if (this.#latch.isSilent) return -1;
    return this.#followsSource ? this.#latch.port : this.#latch.signalledPort;
  }

  get #rtcpDestinationAddress(): string {
    if (this.#rtcpMux) return this.#rtpDestinationAddress;
    return this.#followsSource ? this.#rtcpLatch.destinationAddress(this.#latch) : this.#rtcpLatch.signalledAddress;
  }

  get #rtcpDestinationPort(): number {
    if (this.#rtcpMux || this.#latch.isSilent) return this.#rtpDestinationPort;
    return this.#followsSource ? this.#rtcpLatch.destinationPort(this.#latch) : this.#rtcpLatch.signalledPort;
  }

  #onRtp(data: Buffer, address: string, port: number, socket: DatagramSocket): void {
    const latch = this.#latch;
    const arrivalMs = this.#clock.now();
    const isSource = latch.isSource(address, port);
    if (!isSource && !latch.mayAccept(address, port, arrivalMs)) return this.#drop("foreign", address, port, socket);
    const length = this.#protection ? this.#protection.unprotectRtp(data, data.length) : data.length;
    if (length < 0) return this.#drop("unauthenticated", address, port, socket);
    if (!packetView.reset(data, length)) {
      this.#counters.countRejection(packetView.rejection!);
      return this.#drop("malformed", address, port, socket);
    }
    if (isSource) latch.heard(arrivalMs);
    else if (!this.#mayLatch(address, port, arrivalMs, socket)) return;
    this.#counters.rtpReceived++;
    if (mediaTraceChannel.hasSubscribers) this.#tracePacket("rtp", "in", data, address, port, socket);
    this.#user.onRtp(packetView, arrivalMs, this);
  }

  /** Whether the packet in the view, of a source that did not count so far, is heard. */
  #mayLatch(address: string, port: number, arrivalMs: number, socket: DatagramSocket): boolean {
    const { ssrc, sequenceNumber, payloadType } = packetView;
    const isNegotiated = this.#payloadTypes?.has(payloadType) ?? true;
    const verdict = this.#latch.receive(address, port, ssrc, sequenceNumber, isNegotiated, arrivalMs);
    if (verdict === "latched") this.#onLatched(address, port, socket);
    else if (verdict !== "accepted") this.#drop(verdict, address, port, socket);
    return verdict === "latched" || verdict === "accepted";
  }

  #onLatched(address: string, port: number, socket: DatagramSocket): void {
    const hasMoved = this.#counters.latches++ > 0;
    if (hasMoved || this.#rtcpLatch.address !== address) this.#rtcpLatch.release();
    traceMedia(socket, this.#clock.now(), {
      type: "latched",
      component: "rtp",
      remote: { address, port },
      isSignalled: this.#latch.isSignalled,
    });
    this.#user.onLatched?.({ address, port }, this);
  }

  #onRtcp(data: Buffer, address: string, port: number, socket: DatagramSocket): void {
    // RTCP on the RTP port: rtcp-mux, or a peer that does it unasked. It is heard from the source of RTP, and makes nobody a source.
    const onRtpPort = socket === this.#ports.rtp;
    const verdict = onRtpPort ? this.#latch.mayHearRtcp(address, port) : this.#rtcpLatch.receive(address, port, this.#latch);
    if (verdict !== "accepted" && verdict !== "latched") return this.#drop(verdict, address, port, socket);
    const length = this.#protection ? this.#protection.unprotectRtcp(data, data.length) : data.length;
    if (length < 0) return this.#drop("unauthenticated", address, port, socket);
    const arrivalMs = this.#clock.now();
    if (verdict === "latched") {
      const isSignalled = this.#rtcpLatch.isSignalled;
      traceMedia(socket, arrivalMs, { type: "latched", component: "rtcp", remote: { address, port }, isSignalled });
    }
    this.#counters.rtcpReceived++;
    if (mediaTraceChannel.hasSubscribers) this.#tracePacket("rtcp", "in", data, address, port, socket);
    this.#user.onRtcp(length === data.length ? data : data.subarray(0, length), arrivalMs, this);
  }

  #drop(reason: DropReason, address: string, port: number, socket: DatagramSocket): void {
    this.#counters[`${reason}Packets`]++;
    if (mediaTraceChannel.hasSubscribers) traceMedia(socket, this.#clock.now(), { type: "dropped", reason, remote: { address, port } });
  }

  #tracePacket(
    type: "rtp" | "rtcp",
    direction: "in" | "out",
    data: Uint8Array,
    address: string,
    port: number,
    socket: DatagramSocket,
  ): void {
    traceMedia(socket, this.#clock.now(), { type, direction, data, remote: { address, port } });
  }
}

/** RTCP is rare: each packet is copied to a buffer with room for what protection adds. */
function protectRtcp(packet: Uint8Array, protection: PacketProtection): Buffer | undefined {
  const buffer = Buffer.alloc(packet.length + protection.rtcpOverheadBytes);
  buffer.set(packet);
  const length = protection.protectRtcp(buffer, packet.length);
  return length < 0 ? undefined : buffer.subarray(0, length);
}
