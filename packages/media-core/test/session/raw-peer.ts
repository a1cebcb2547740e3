import type { DatagramSocket } from "@sidetone/infra-common";
import { createMediaEngine, PCMU, type AudioFrame, type MediaSession } from "@sidetone/media-core";
import { RtpPacket, type RtpPacketInit } from "@sidetone/rtp-core";
import { createAnswer, parseSdp } from "@sidetone/sdp-core";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";
import { onTestFinished } from "vitest";
import { Heard } from "./media-pair.ts";

/** A session in a call with a peer whose packets a test makes itself. */
export interface RawPeer {
  readonly session: MediaSession;
  readonly heard: Heard;
  readonly environment: VirtualEnvironment;
  /** Sends a packet of 20 ms of a 440 Hz tone, unless `init` says otherwise; `index` counts packet times. */
  send(index: number, init?: Partial<RtpPacketInit>): void;
  /** What the application has heard so far. */
  samples(): Int16Array;
}

export interface RawPeerOptions {
  /** What the peer does with what it receives. Default: nothing. */
  onDatagram?: (data: Buffer, address: string, port: number, socket: DatagramSocket) => void;
  delayMs?: number;
}

const codecs = [
  { encodingName: "PCMU", clockRate: 8000, payloadType: 0 },
  { encodingName: "telephone-event", clockRate: 8000, payloadType: 101, fmtp: "0-15" },
];
const offer = [
  ...["v=0", "o=- 1 1 IN IP4 10.0.0.2", "s=-", "c=IN IP4 10.0.0.2", "t=0 0", "m=audio 4000 RTP/AVP 0 101"],
  ...["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", ""],
].join("\r\n");

export async function rawPeer({ onDatagram = () => {}, delayMs = 1 }: RawPeerOptions = {}): Promise<RawPeer> {
  const environment = virtualEnvironment();
  environment.virtualNetwork.setDefaultConditions({ delayMs });
  const beside = virtualEnvironment({ host: "10.0.0.2", beside: environment });
  const receiver = { onDatagram, onSocketError: () => {} };
  const sockets = await Promise.all([4000, 4001].map((port) => beside.network.bindDatagram({ address: "10.0.0.2", port }, receiver)));
  const engine = createMediaEngine(environment);
  onTestFinished(async () => {
    await environment.clock.advanceUntil(Promise.all([engine.close(), ...sockets.map((socket) => socket.close())]));
  });
  const heard = new Heard();
  const session = engine.createSession({ localAddress: "10.0.0.1" }, heard);
  const { address, rtpPort, rtcpPort } = await session.open();
  const origin = { sessionId: "1", sessionVersion: "1", address };
  const media = [{ kind: "audio", port: rtpPort, rtcpPort, codecs, direction: "sendrecv" }] as const;
  session.configure(createAnswer(parseSdp(offer), { origin, media }).negotiated[0]);

  const frames: AudioFrame[] = [];
  const input = session.openInput({ capacityFrames: 1_000_000 });
  void (async () => {
    for await (const frame of input) frames.push(frame);
  })();
  const send: RawPeer["send"] = (index, init = {}) => {
    const numbers = { sequenceNumber: (1000 + index) & 0xffff, timestamp: (160 * index) >>> 0, ssrc: 0x5ee };
    const packet = new RtpPacket({ payloadType: 0, ...numbers, payload: tone(160 * index), ...init });
    sockets[0]!.send(packet.serialize(), rtpPort, "10.0.0.1");
  };
  return { session, heard, environment, send, samples: () => Int16Array.from(frames.flatMap(({ samples }) => [...samples])) };
}

const encoder = PCMU.createEncoder();

function tone(position: number): Uint8Array {
  const samples = Int16Array.from({ length: 160 }, (_, i) => 5000 * Math.sin((2 * Math.PI * 440 * (position + i)) / 8000));
  const payload = new Uint8Array(160);
  encoder.encode(samples, payload);
  return payload;
}
