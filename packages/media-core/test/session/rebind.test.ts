import { RtpPacketView } from "@sidetone/rtp-core";
import { ToneSource } from "@sidetone/media-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { mediaPair } from "./media-pair.ts";

describe("a media session that moves to another local address", () => {
  test("goes on sending in its rhythm: SSRC, sequence numbers, timestamps and digits continue", async () => {
    const { alice, bob, bobHeard, environment, negotiate, close } = await mediaPair();
    onTestFinished(close);
    const { clock, network, virtualNetwork } = environment;
    const sent: { ssrc: number; sequenceNumber: number; timestamp: number; atMs: number; from: string }[] = [];
    const view = new RtpPacketView();
    virtualNetwork.onPacket(({ kind, data, source, atMs }) => {
      const isMedia = kind === "sent" && data[1] !== 200 && data[1] !== 201 && source.port % 2 === 0;
      if (!isMedia || source.address === "10.0.0.2" || !view.reset(data, data.length)) return;
      const { ssrc, sequenceNumber, timestamp } = view;
      sent.push({ ssrc, sequenceNumber, timestamp, atMs, from: source.address });
    });
    alice.play(new ToneSource({ frequenciesHz: [440] }));
    await clock.advance(1000);
    const pressed = alice.sendDtmf("12");
    await clock.advance(130);
    network.setAddresses("10.0.0.9");
    const moved = await alice.rebind("10.0.0.9");
    expect(moved.address).toBe("10.0.0.9");
    expect(await alice.open()).toEqual(moved);
    bob.configure(undefined);
    negotiate({}, moved);
    await clock.advance(1000);
    expect(await pressed).toBe(true);
    expect(new Set(sent.map(({ ssrc }) => ssrc)).size).toBe(1);
    expect(new Set(sent.map(({ from }) => from))).toEqual(new Set(["10.0.0.1", "10.0.0.9"]));
    for (const [i, packet] of sent.slice(1).entries()) {
      expect(packet.sequenceNumber - sent[i]!.sequenceNumber).toBe(1);
      expect(packet.atMs - sent[i]!.atMs).toBeLessThan(20.01);
      expect((packet.timestamp - sent[i]!.timestamp) >>> 0).toBeLessThanOrEqual(160 * 14); // a digit keeps its first timestamp
    }
    expect(bobHeard.digits.map(({ digit }) => digit)).toEqual(["1", "2"]);
  });

  test("that is closed says so, and opens nothing", async () => {
    const { alice, environment, close } = await mediaPair();
    onTestFinished(close);
    await alice.close();
    await expect(alice.rebind("10.0.0.1")).rejects.toMatchObject({ code: "MEDIA_SESSION_CLOSED" });
    expect(environment.network.openSockets).toBe(0);
  });
});
