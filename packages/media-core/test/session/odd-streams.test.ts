import { findTone } from "@sidetone/media-core";
import { expect, test } from "vitest";
import { rawPeer } from "./raw-peer.ts";

test("packets of a payload type that was not negotiated are ignored, and are no loss (RFC 3550 §5.1)", async () => {
  const { session, environment, send } = await rawPeer();
  for (let index = 0; index < 200; index++) {
    // Comfort noise (RFC 3389) in the pauses, as some telephones send it unasked.
    send(index, index % 10 === 9 ? { payloadType: 13, payload: new Uint8Array(1) } : {});
    await environment.clock.advance(20);
  }
  expect(session.statistics()).toMatchObject({ packetsReceived: 200, packetsLost: 0 });
  expect(session.quality).toMatchObject({ lossPercent: 0 });
});

test("a peer that sends no audio that we know has no jitter, no delay and no score", async () => {
  const { session, heard, environment, send } = await rawPeer();
  for (let index = 0; index < 100; index++) {
    send(index, { payloadType: 13 });
    await environment.clock.advance(20);
  }
  const unmeasured = { jitterMs: undefined, jitterBufferMs: undefined, mos: undefined };
  expect(session.statistics()).toMatchObject({ packetsReceived: 100, ...unmeasured });
  expect(heard.qualities.at(-1)).toMatchObject(unmeasured);
});

test.each([200, -200])(
  "a clock that is %i ppm off is followed through ten minutes of sound without a pause",
  async (ppm) => {
    const { session, environment, send, samples } = await rawPeer();
    const { clock } = environment;
    const startMs = clock.now();
    let longestDelayMs = 0;
    for (let index = 0; index < 30_000; index++) {
      const dueMs = startMs + 20 * index * (1 - ppm / 1e6);
      if (dueMs > clock.now()) await clock.advance(dueMs - clock.now());
      send(index);
      if (index % 500 === 0) longestDelayMs = Math.max(longestDelayMs, session.statistics().jitterBufferMs ?? 0);
    }
    expect(session.statistics()).toMatchObject({ packetsLost: 0, packetsLate: 0 });
    expect(session.statistics().framesConcealed).toBeLessThan(5);
    expect(longestDelayMs).toBeLessThan(110);
    const heard = samples().subarray(8000);
    expect(findTone(heard.subarray(-80_000), 8000)!.hz).toBeCloseTo(440, 0);
    // A sine is told from a click by x[n+1] = 2cos(ω)x[n] − x[n−1].
    const turn = 2 * Math.cos((2 * Math.PI * 440) / 8000);
    let clicks = 0;
    for (let i = 2; i < heard.length; i++) if (Math.abs(heard[i]! - turn * heard[i - 1]! + heard[i - 2]!) > 1000) clicks++;
    expect(clicks).toBe(0);
  },
  60_000,
);
