import type { DatagramSocket } from "@sidetone/infra-common";
import { createMediaEngine, findTone, ToneSource, type AudioFrame } from "@sidetone/media-core";
import { createOffer, parseSdp, processAnswer, serializeSdp } from "@sidetone/sdp-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { expect, onTestFinished, test } from "vitest";
import { Heard } from "./media-pair.ts";

/** A call to a peer that sends every datagram back as it came (`sipp -rtp_echo`). */
async function setUp() {
  const environment = virtualEnvironment();
  environment.virtualNetwork.setDefaultConditions({ delayMs: 30 });
  const beside = virtualEnvironment({ host: "10.0.0.2", beside: environment });
  const reflect = {
    onDatagram: (data: Buffer, address: string, port: number, socket: DatagramSocket) => socket.send(Buffer.from(data), port, address),
    onSocketError: () => {},
  };
  const sockets = await Promise.all([4000, 4001].map((port) => beside.network.bindDatagram({ address: "10.0.0.2", port }, reflect)));
  const engine = createMediaEngine(environment);
  const heard = new Heard();
  const session = engine.createSession({ localAddress: "10.0.0.1" }, heard);
  const { address, rtpPort, rtcpPort } = await session.open();
  const codecs = [
    { encodingName: "PCMU", clockRate: 8000, payloadType: 0 },
    { encodingName: "telephone-event", clockRate: 8000, payloadType: 101, fmtp: "0-15" },
  ];
  const origin = { sessionId: "1", sessionVersion: "1", address };
  const offer = createOffer({ origin, media: [{ kind: "audio", port: rtpPort, rtcpPort, codecs, direction: "sendrecv" }] });
  const text = serializeSdp(offer)
    .replaceAll("10.0.0.1", "10.0.0.2")
    .replace(`m=audio ${rtpPort}`, "m=audio 4000")
    .replace(/a=rtcp:.*\r\n/, "");
  session.configure(processAnswer(offer, parseSdp(text))[0]);
  onTestFinished(async () => {
    await environment.clock.advanceUntil(Promise.all([engine.close(), ...sockets.map((socket) => socket.close())]));
  });
  return { session, heard, environment };
}

test("a peer that reflects our own packets lets us hear ourselves, with figures that are measured", async () => {
  const { session, heard, environment } = await setUp();
  const frames: AudioFrame[] = [];
  const input = session.openInput({ capacityFrames: 10_000 });
  void (async () => {
    for await (const frame of input) frames.push(frame);
  })();
  session.play(new ToneSource({ frequenciesHz: [440], levelDbm0: -10 }));
  await environment.clock.advance(20_000);
  const samples = Int16Array.from(frames.flatMap((frame) => [...frame.samples])).slice(8000);
  expect(findTone(samples, 8000)).toMatchObject({ hz: expect.closeTo(440, 0), levelDbfs: expect.closeTo(-16.15, 0) });
  for (let i = 0; i + 80 <= samples.length; i += 80) expect(Math.max(...samples.subarray(i, i + 80))).toBeGreaterThan(3000);
  const { packetsSent, packetsReceived, packetsLost } = session.statistics();
  expect(packetsLost).toBe(0);
  expect(packetsSent - packetsReceived).toBeLessThanOrEqual(4);
  // Our own reports, sent back, measure nothing.
  expect(heard.qualities.at(-1)).toMatchObject({ lossPercent: 0, roundTripMs: undefined, mos: undefined });
});

test("digits sent to a reflector come back, once each", async () => {
  const { session, heard, environment } = await setUp();
  await environment.clock.advanceUntil(session.sendDtmf("1123#"));
  await environment.clock.advance(1000);
  expect(heard.digits.map(({ digit }) => digit).join("")).toBe("1123#");
});
