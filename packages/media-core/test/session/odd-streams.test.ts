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
