import { describe, expect, test } from "vitest";
import { virtualEnvironment } from "@sidetone/testkit";

function setUp() {
  const { clock, resolver, network, virtualNetwork } = virtualEnvironment();
  return { clock, resolver, network, virtualNetwork };
}

describe("the name service of a virtual network", () => {
  test("has the records that were set, filled up, in any case of letters", async () => {
    const { resolver } = setUp();
    resolver.setNaptr("example.com", [{ service: "SIP+D2U", replacement: "_sip._udp.example.com" }]);
    resolver.setSrv("_sip._udp.example.com", [{ target: "a.example.com" }], { ttlSeconds: undefined });
    resolver.setAddresses("a.example.com", ["10.0.0.2", "FD00::2"], { ttlSeconds: 7 });
    expect(await resolver.resolveNaptr("EXAMPLE.com")).toEqual({
      records: [{ order: 0, preference: 0, flags: "s", service: "SIP+D2U", regexp: "", replacement: "_sip._udp.example.com" }],
      ttlSeconds: 300,
    });
    expect(await resolver.resolveSrv("_sip._udp.example.com")).toEqual({
      records: [{ priority: 0, weight: 0, port: 5060, target: "a.example.com" }],
      ttlSeconds: undefined,
    });
    expect(await resolver.resolveAddresses("a.example.com", 6)).toEqual({ records: ["fd00::2"], ttlSeconds: 7 });
    expect((await resolver.resolveAddresses("b.example.com", 4)).records).toEqual([]);
    expect(resolver.questions).toEqual(["NAPTR EXAMPLE.com", "SRV _sip._udp.example.com", "AAAA a.example.com", "A b.example.com"]);
  });

  test("is the one that lookup() asks, too", async () => {
    const { network, virtualNetwork, resolver } = setUp();
    virtualNetwork.setName("bob.example.com", "10.0.0.2");
    expect((await resolver.resolveAddresses("bob.example.com", 4)).records).toEqual(["10.0.0.2"]);
    expect(await network.lookup("bob.example.com")).toEqual([{ address: "10.0.0.2", family: 4 }]);
  });

  test("is slow, silent or failing for all names, or for one", async () => {
    const { clock, resolver } = setUp();
    resolver.setConditions({ delayMs: 100 });
    resolver.setConditions({ fails: true }, "bad.example.com");
    resolver.setConditions({ delayMs: Infinity }, "mute.example.com");
    await clock.advanceUntil(resolver.resolveSrv("good.example.com"));
    expect(clock.now()).toBe(100);
    await expect(resolver.resolveSrv("bad.example.com")).rejects.toMatchObject({ code: "NETWORK_NAME_SERVICE_FAILED" });
    const abort = new AbortController();
    const asked = resolver.resolveSrv("mute.example.com", { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
    expect(clock.pendingTimers).toBe(0);
  });
});
