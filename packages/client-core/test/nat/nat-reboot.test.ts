import { describe, expect, test } from "vitest";
import { behindNat, natKinds, publicAddress, stunAddress, type BehindNatOptions } from "../support/behind-nat.ts";

const moved = "203.0.113.99";
/** Refreshed after 48 s at the latest. */
const expiresSeconds = 60;

describe.each([
  ["under another address", moved],
  ["under the same address", publicAddress],
])("a NAT that restarts %s", (_name, address) => {
  describe.each<[string, BehindNatOptions["account"]]>([
    ["auto", { expiresSeconds }],
    ["a STUN server", { expiresSeconds, nat: { stun: stunAddress } }],
  ])("with %s", (_mode, account) => {
    test("loses the registration until its refresh; then calls come and go again", async () => {
      const { nat, clock, proxy, aliceCallsBob, bobCallsAlice, talk } = await behindNat({ account });
      nat.reboot({ publicAddress: address });
      await clock.advance(expiresSeconds * 1000);
      expect(proxy.bindings.get("alice")).toMatch(new RegExp(`^sip:alice@${address}:4\\d{4}$`));
      expect(proxy.bindings.get("alice")).not.toBe(`sip:alice@${publicAddress}:40000`);
      expect(await talk(...(await bobCallsAlice()))).toEqual([1000, 440]);
      expect(await talk(...(await aliceCallsBob()))).toEqual([1000, 440]);
    });

    test.each(natKinds)("gives a live call its audio back, through a %s NAT", async (kind) => {
      const { nat, clock, aliceCallsBob, talk, wire } = await behindNat({ account, nat: { kind } });
      const calls = await aliceCallsBob();
      expect(await talk(...calls)).toEqual([1000, 440]);
      nat.reboot({ publicAddress: address });
      expect(await talk(...calls)).toEqual([undefined, undefined]);
      wire.clear();
      await clock.advance(expiresSeconds * 1000);
      expect(await talk(...calls)).toEqual([1000, 440]);
      expect(wire.sipStartLines.filter((line) => line.startsWith("INVITE"))).toHaveLength(2); // one re-INVITE, and as the proxy sends it on
      await clock.advanceUntil(calls[1].hangUp()); // finds the new Contact
      expect(calls[0].phase).toBe("Ended");
    });
  });
});

test("a refresh that finds everything as it was sends no re-INVITE", async () => {
  const { clock, aliceCallsBob, wire } = await behindNat({ account: { expiresSeconds } });
  await aliceCallsBob();
  wire.clear();
  await clock.advance(expiresSeconds * 3000);
  expect(wire.sipStartLines.filter((line) => line.startsWith("INVITE"))).toEqual([]);
});
