import { TelephoneEventSender, writeTelephoneEvent, type RtpSender } from "@sidetone/rtp-core";
import type { RtpTransport } from "@sidetone/media-transport";
import type { AudioCodec, AudioEncoder } from "../codecs/audio-codec.ts";
import type { FrameScratch } from "./frame-scratch.ts";

const headerBytes = 12;
const eventBytes = 4;

/** Where packets of one session go out. */
export interface SendPathParts {
  readonly sender: RtpSender;
  readonly transport: RtpTransport;
  readonly scratch: FrameScratch;
}

/** From frames of PCM to packets: encoder or telephone-event, header, socket. */
export class SendPath {
  readonly #sender: RtpSender;
  readonly #transport: RtpTransport;
  /** From the first digits on. */
  #events: TelephoneEventSender | undefined;
  #codec: AudioCodec;
  #encoder: AudioEncoder;
  readonly #scratch: FrameScratch;
  #maxPayloadBytes: number;
  #payloadType = 0;
  #eventPayloadType: number | undefined;
  #ptimeMs: number;
  /** Position of the next frame, in RTP units since media began; goes on while nothing is sent. */
  position = 0;
  /** The next audio packet begins a talk-spurt: nothing was sent before it. */
  #resumed = true;

  constructor({ sender, transport, scratch }: SendPathParts, codec: AudioCodec, ptimeMs: number) {
    this.#sender = sender;
    this.#transport = transport;
    this.#codec = codec;
    this.#encoder = codec.createEncoder();
    this.#scratch = scratch;
    this.#maxPayloadBytes = codec.maxPayloadBytes(ptimeMs);
    this.#ptimeMs = ptimeMs;
  }

  get packetTimeMs(): number {
    return this.#ptimeMs;
  }

  get codec(): AudioCodec {
    return this.#codec;
  }

  /** Takes the outcome of a negotiation; the encoder is kept when the codec is. */
  configure(codec: AudioCodec, payloadType: number, eventPayloadType: number | undefined, ptimeMs: number): void {
    if (codec !== this.#codec) this.#encoder = codec.createEncoder();
    this.#codec = codec;
    this.#ptimeMs = ptimeMs;
    this.#maxPayloadBytes = codec.maxPayloadBytes(ptimeMs);
    this.#payloadType = payloadType;
    this.#eventPayloadType = eventPayloadType;
  }

  get events(): TelephoneEventSender {
    return (this.#events ??= new TelephoneEventSender({ clockRate: this.#codec.clockRate, packetIntervalMs: this.#ptimeMs, gapMs: 70 }));
  }

  get sendsEvents(): boolean {
    return this.#eventPayloadType !== undefined;
  }

  /** Time passes without a packet. */
  skip(frames: number): void {
    this.position += frames * this.#unitsPerFrame;
    this.#resumed = true;
  }

  /** Sends one frame, or the telephone-event that takes its place. */
  send(frame: Int16Array, nowMs: number): void {
    if (!this.#sendEvent(nowMs)) this.#sendAudio(frame, nowMs);
    this.position += this.#unitsPerFrame;
  }

  get #unitsPerFrame(): number {
    return (this.#codec.clockRate * this.#ptimeMs) / 1000;
  }

  #sendEvent(nowMs: number): boolean {
    if (this.#eventPayloadType === undefined || !this.#events?.busy) return false;
    const event = this.#events.poll(this.position);
    if (!event) return false;
    const slot = this.#transport.acquire(headerBytes + eventBytes);
    if (!slot) return true;
    this.#sender.writeHeader(slot.bytes, this.#eventPayloadType, event.position, event.marker, eventBytes, nowMs);
    writeTelephoneEvent(slot.bytes, headerBytes, event);
    this.#transport.sendRtp(slot);
    this.#resumed = true;
    return true;
  }

  #sendAudio(frame: Int16Array, nowMs: number): void {
    const payload = this.#scratch.encoded.ofLength(this.#maxPayloadBytes);
    const length = this.#encoder.encode(frame, payload);
    const slot = this.#transport.acquire(headerBytes + length);
    if (!slot) return;
    this.#sender.writeHeader(slot.bytes, this.#payloadType, this.position, this.#resumed, length, nowMs);
    slot.bytes.set(length === payload.length ? payload : payload.subarray(0, length), headerBytes);
    this.#transport.sendRtp(slot);
    this.#resumed = false;
  }
}
