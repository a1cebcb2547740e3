import { findTone, ToneSource } from "@sidetone/media-core";
import { expect, test } from "vitest";
import { rawPeer, type RawPeer } from "./raw-peer.ts";

/** A call to a peer that sends every datagram back as it came (`sipp -rtp_echo`). */
function setUp(): Promise<RawPeer> {
  return rawPeer({ delayMs: 30, onDatagram: (data, address, port, socket) => socket.send(Buffer.from(data), port, address) });
}

test("a peer that reflects our own packets lets us hear ourselves, with figures that are measured", async () => {
  const { session, heard, environment, samples } = await setUp();
  session.play(new ToneSource({ frequenciesHz: [440], levelDbm0: -10 }));
  await environment.clock.advance(20_000);
  const echo = samples().slice(8000);
  expect(findTone(echo, 8000)).toMatchObject({ hz: expect.closeTo(440, 0), levelDbfs: expect.closeTo(-16.15, 0) });
  for (let i = 0; i + 80 <= echo.length; i += 80) expect(Math.max(...echo.subarray(i, i + 80))).toBeGreaterThan(3000);
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
