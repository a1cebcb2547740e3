import { describe, expect, test } from "vitest";
import { locateStunServer } from "@sidetone/stun-core";
import { virtualEnvironment } from "@sidetone/testkit";

function setUp() {
  const { network, virtualNetwork } = virtualEnvironment();
  virtualNetwork.setName("stun.example.org", "2001:db8::1", "192.0.2.1", "192.0.2.2");
  return network;
}

describe("locating a STUN server", () => {
  test.each([
    ["stun:stun.example.org", 4, { address: "192.0.2.1", port: 3478 }],
    ["stun.example.org:3479", 6, { address: "2001:db8::1", port: 3479 }],
    ["192.0.2.7", 4, { address: "192.0.2.7", port: 3478 }],
    ["stun:[2001:db8::7]", 6, { address: "2001:db8::7", port: 3478 }],
  ] as const)("%s over IPv%i", async (text, family, expected) => {
    expect(await locateStunServer(setUp(), text, { family })).toEqual(expected);
  });

  test.each([
    ["stun:nowhere.example.org", "NETWORK_NAME_NOT_FOUND"],
    ["192.0.2.7", "NETWORK_NAME_NOT_FOUND"],
    ["stuns:stun.example.org", "STUN_OPTION_INVALID"],
  ])("%s over IPv6 fails with %s", async (text, code) => {
    await expect(locateStunServer(setUp(), text, { family: 6 })).rejects.toMatchObject({ code });
  });

  test("is stopped by an abort", async () => {
    const reason = new Error("enough");
    const located = locateStunServer(setUp(), "stun.example.org", { family: 4, signal: AbortSignal.abort(reason) });
    await expect(located).rejects.toBe(reason);
  });
});
