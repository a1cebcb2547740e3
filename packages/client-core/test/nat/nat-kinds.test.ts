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

/** What the NAT has given to the RTP port: towards the STUN server, where that matters. */
function rtpMapping({ mappings }: VirtualNat): NatMapping {
  return mappings.find(({ inside }) => inside.port >= 10_000 && inside.port % 2 === 0)!;
}
