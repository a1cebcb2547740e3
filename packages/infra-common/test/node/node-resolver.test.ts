import { writeFile } from "node:fs/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { NodeResolver, systemClock } from "@sidetone/infra-common";
import { DnsServer, VirtualResolver } from "@sidetone/testkit";

/** A name server on loopback that says what `zone` knows, and the resolver that asks it. */
async function setUp({ timeoutMs = 200, tries = 1 } = {}) {
  const zone = new VirtualResolver(systemClock);
  const server = await DnsServer.start(zone);
  onTestFinished(() => server.close());
  return { zone, server, resolver: new NodeResolver({ servers: [server.hostPort], timeoutMs, tries }) };
}

describe("the domain name system through node:dns", () => {
  test("gives NAPTR records, of unknown TTL", async () => {
    const { zone, resolver } = await setUp();
    const record = { order: 10, preference: 20, flags: "s", service: "SIP+D2U", regexp: "", replacement: "_sip._udp.example.com" };
    zone.setNaptr("example.com", [record]);
    expect(await resolver.resolveNaptr("example.com")).toEqual({ records: [record], ttlSeconds: undefined });
  });

  test('gives SRV records, and "." for the root', async () => {
    const { zone, resolver } = await setUp();
    const records = [
      { priority: 1, weight: 2, port: 5060, target: "a.example.com" },
      { priority: 0, weight: 0, port: 0, target: "." },
    ];
    zone.setSrv("_sip._udp.example.com", records);
    const answer = await resolver.resolveSrv("_sip._udp.example.com");
    expect(answer.records).toHaveLength(2);
    expect(answer).toEqual({ records: expect.arrayContaining(records), ttlSeconds: undefined });
  });

  test("gives addresses of the family asked for, with their TTL", async () => {
    const { zone, resolver } = await setUp();
    zone.setAddresses("example.com", ["192.0.2.1", "2001:db8::1"], { ttlSeconds: 77 });
    expect(await resolver.resolveAddresses("example.com", 4)).toEqual({ records: ["192.0.2.1"], ttlSeconds: 77 });
    expect(await resolver.resolveAddresses("example.com", 6)).toEqual({ records: ["2001:db8::1"], ttlSeconds: 77 });
  });

  test("gives no record of a name that does not exist, or cannot", async () => {
    const { resolver } = await setUp();
    const nothing = { records: [], ttlSeconds: undefined };
    expect(await resolver.resolveNaptr("nobody.example.com")).toEqual(nothing);
    expect(await resolver.resolveSrv("_sip._udp.example.com")).toEqual(nothing);
    expect(await resolver.resolveAddresses("nobody.example.com", 4)).toEqual(nothing);
    expect(await resolver.resolveSrv(`${"a".repeat(64)}.example.com`)).toEqual(nothing);
  });

  test("gives a numeric address as itself, without asking", async () => {
    const { zone, resolver } = await setUp();
    expect((await resolver.resolveAddresses("FD00:0::1", 6)).records).toEqual(["fd00::1"]);
    expect((await resolver.resolveAddresses("192.0.2.1", 6)).records).toEqual([]);
    expect(zone.questions).toEqual([]);
  });

  test("takes a thousand records, over TCP", async () => {
    const { zone, resolver } = await setUp({ timeoutMs: 2_000 });
    zone.setSrv(
      "_sip._udp.example.com",
      Array.from({ length: 1_000 }, (_, i) => ({ priority: i, target: `s${i}.example.com` })),
    );
    expect((await resolver.resolveSrv("_sip._udp.example.com")).records).toHaveLength(1_000);
  });

  test.each([
    ["fails", { fails: true }],
    ["is silent", { delayMs: Infinity }],
  ])("says so when the name server %s", async (_, conditions) => {
    const { zone, resolver } = await setUp();
    zone.setConditions(conditions);
    for (const asked of [
      resolver.resolveSrv("_sip._udp.example.com"),
      resolver.resolveNaptr("example.com"),
      resolver.resolveAddresses("example.com", 4),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: "NETWORK_NAME_SERVICE_FAILED", message: expect.stringContaining("name server") });
    }
  });

  test("stops waiting when the signal aborts", async () => {
    const { zone, resolver } = await setUp({ timeoutMs: 5_000 });
    zone.setConditions({ delayMs: Infinity });
    const abort = new AbortController();
    const asked = resolver.resolveSrv("_sip._udp.example.com", { signal: abort.signal });
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(asked).rejects.toBe(reason);
    await expect(resolver.resolveNaptr("example.com", { signal: abort.signal })).rejects.toBe(reason);
  });

  test("the hosts file comes first for addresses, and is read again when it has changed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sidetone-hosts-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const hostsFile = join(folder, "hosts");
    await writeFile(hostsFile, "# of the test\n192.0.2.7\tpbx.example.com  pbx # here\n2001:DB8::7 PBX.example.com\nnonsense pbx\n");
    const resolver = new NodeResolver({ hostsFile });
    expect((await resolver.resolveAddresses("pbx", 4)).records).toEqual(["192.0.2.7"]);
    expect((await resolver.resolveAddresses("Pbx.Example.com", 6)).records).toEqual(["2001:db8::7"]);
    await writeFile(hostsFile, "192.0.2.8 pbx.example.com pbx # moved, so the file is longer now\n");
    expect((await resolver.resolveAddresses("pbx.example.com", 4)).records).toEqual(["192.0.2.8"]);
  });

  test("the system's own look-up knows what the name servers do not: localhost", async () => {
    const resolver = new NodeResolver({ hostsFile: "/nonexistent", timeoutMs: 100, tries: 1 });
    expect((await resolver.resolveAddresses("localhost", 4)).records).toContain("127.0.0.1");
  });
});
