import { writeRtpHeader } from "@sidetone/rtp-core";
import type { NatMapping, VirtualNat } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { behindNat, describedAudio, natKinds, publicAddress, stunAddress } from "../support/behind-nat.ts";

describe.each(natKinds)("behind a %s NAT", (kind) => {
  describe.each([
    ["auto", "auto" as const],
    ["a STUN server", { stun: stunAddress }],
  ])("with %s", (_name, nat) => {
    test("a call to the public side is heard both ways", async () => {
      const { aliceCallsBob, talk } = await behindNat({ nat: { kind }, account: { nat } });
      expect(await talk(...(await aliceCallsBob()))).toEqual([1000, 440]);
    });

    test("a call from the public side arrives by the learned Contact, and is heard both ways", async () => {
      const { bobCallsAlice, talk, proxy } = await behindNat({ nat: { kind }, account: { nat } });
      expect(proxy.bindings.get("alice")).toMatch(new RegExp(`^sip:alice@${publicAddress}:4\\d{4}$`));
      expect(await talk(...(await bobCallsAlice()))).toEqual([1000, 440]);
    });
  });

  test("the descriptions name the learned address and the ports bound", async () => {
    const { aliceCallsBob, talk, wire, nat } = await behindNat({ nat: { kind } });
    await talk(...(await aliceCallsBob()));
    expect(describedAudio(wire, "192.168.1.10")).toBe(`${publicAddress} ${rtpMapping(nat).inside.port}`);
  });

  test("with a STUN server they name the ports that the NAT has given to ours", async () => {
    const { bobCallsAlice, wire, nat, stun } = await behindNat({ nat: { kind }, account: { nat: { stun: stunAddress } } });
    await bobCallsAlice();
    expect(stun.stats.requests).toBe(2);
    expect(describedAudio(wire, "192.168.1.10")).toBe(`${publicAddress} ${rtpMapping(nat).publicPort}`);
  });
});

test.each(natKinds)("behind a %s NAT a registered client that does nothing for ten minutes can still be called", async (kind) => {
  const { clock, bobCallsAlice, talk } = await behindNat({ nat: { kind } }); // whose bindings end after two minutes
  await clock.advance(600_000);
  expect(await talk(...(await bobCallsAlice()))).toEqual([1000, 440]);
});

test("who sprays at the port that a full-cone NAT leaves open to all is neither heard nor answered", async () => {
  const { clock, network, nat, aliceCallsBob, talk } = await behindNat({ nat: { kind: "full-cone" } });
  const calls = await aliceCallsBob();
  await talk(...calls);
  const stranger = network.host("203.0.113.66");
  const answers: string[] = [];
  const socket = await stranger.bindDatagram(
    { address: stranger.address, port: 4000 },
    { onDatagram: (data) => void answers.push(data.toString("hex")), onSocketError: () => {} },
  );
  const packet = Buffer.alloc(172, 0xd5);
  for (let sequenceNumber = 0; sequenceNumber < 100; sequenceNumber++) {
    writeRtpHeader(packet, 0, false, sequenceNumber, 160 * sequenceNumber, 0xbad);
    for (const port of [rtpMapping(nat).publicPort, rtpMapping(nat).publicPort + 1]) socket.send(Buffer.from(packet), port, publicAddress);
    await clock.advance(20);
  }
  expect(await talk(...calls)).toEqual([1000, 440]);
  expect(answers).toEqual([]);
  expect(calls[0].statistics()!.packetsRejected).toBeGreaterThanOrEqual(100);
  await socket.close();
});

/** What the NAT has given to the RTP port: towards the STUN server, where that matters. */
function rtpMapping({ mappings }: VirtualNat): NatMapping {
  return mappings.find(({ inside }) => inside.port >= 10_000 && inside.port % 2 === 0)!;
}
