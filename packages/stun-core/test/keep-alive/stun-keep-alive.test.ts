import { describe, expect, test } from "vitest";
import type { SocketAddress } from "@sidetone/infra-common";
import { StunKeepAlive, type StunError, type StunKeepAliveOptions } from "@sidetone/stun-core";
import type { NatKind } from "@sidetone/testkit";
import { publicAddress, serverAddress, setUpStun } from "../virtual-stun.ts";

async function setUp(options: Partial<StunKeepAliveOptions> & { nat?: { kind?: NatKind; mappingTimeoutMs?: number } } = {}) {
  const { nat = {}, ...rest } = options;
  const parts = await setUpStun({ nat });
  const log: string[] = [];
  const text = (address: SocketAddress | undefined): string => (address ? `${address.address}:${address.port}` : "nowhere");
  const user = {
    onMapped: (_keepAlive: StunKeepAlive, to: SocketAddress, from: SocketAddress | undefined) =>
      void log.push(`${text(from)} → ${text(to)}`),
    onFailed: (_keepAlive: StunKeepAlive, error: StunError) => void log.push(`failed: ${error.code} at ${parts.clock.now()}`),
  };
  const keepAlive = new StunKeepAlive(parts.environment, { client: parts.client, server: serverAddress, user, ...rest });
  return { ...parts, keepAlive, log };
}

describe("keep-alive by STUN (RFC 5626 §4.4.2)", () => {
  test("asks at once, then after 80 to 100 % of the interval, and tells the mapping once", async () => {
    const { keepAlive, clock, received, log } = await setUp({ intervalMs: 20_000 });
    keepAlive.start();
    keepAlive.start();
    await clock.advance(600_000);
    const gapsMs = received.slice(1).map(({ atMs }, index) => atMs - received[index]!.atMs);
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(16_000);
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(20_010);
    expect(new Set(gapsMs.map(Math.round)).size).toBeGreaterThan(10);
    expect(log).toEqual([`nowhere → ${publicAddress}:40000`]);
    expect(keepAlive.mappedAddress).toEqual({ address: publicAddress, port: 40_000 });
    keepAlive.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test.each<NatKind>(["full-cone", "restricted", "port-restricted", "symmetric"])(
    "keeps the mapping of a %s NAT that forgets after 30 s",
    async (kind) => {
      const { keepAlive, clock, nat, log } = await setUp({ nat: { kind, mappingTimeoutMs: 30_000 } });
      keepAlive.start();
      await clock.advance(3_600_000);
      expect(nat!.mappings.map(({ publicPort }) => publicPort)).toEqual([40_000]);
      expect(log).toHaveLength(1);
      keepAlive.close();
    },
  );

  test.each<NatKind>(["full-cone", "restricted", "port-restricted", "symmetric"])("notices that a %s NAT was rebooted", async (kind) => {
    const { keepAlive, clock, nat, log } = await setUp({ nat: { kind } });
    keepAlive.start();
    await clock.advance(60_000);
    nat!.reboot();
    await clock.advance(29_000);
    expect(log).toEqual([`nowhere → ${publicAddress}:40000`, `${publicAddress}:40000 → ${publicAddress}:40001`]);
    expect(keepAlive.isRunning).toBe(true);
    keepAlive.close();
  });

  test("notices within 29 s that the other side is gone, and can be started again", async () => {
    const { keepAlive, clock, network, log, received } = await setUp();
    keepAlive.start();
    await clock.advance(60_000);
    const goneAtMs = clock.now();
    network.partition(serverAddress.address);
    await clock.advance(29_000);
    expect(log[1]).toMatch(/^failed: STUN_TIMEOUT/);
    expect(Number(log[1]!.split(" ").at(-1)) - goneAtMs).toBeLessThan(29_000);
    expect(keepAlive.isRunning).toBe(false);
    expect(clock.pendingTimers).toBe(0);
    network.heal();
    const before = received.length;
    keepAlive.start();
    await clock.advance(1000);
    expect(received.length).toBe(before + 1);
    expect(log).toHaveLength(2);
    keepAlive.close();
  });

  test("asks at once when it is told to, after sleep or a change of network", async () => {
    const { keepAlive, clock, received } = await setUp();
    keepAlive.askNow();
    await clock.advance(1000);
    expect(received).toHaveLength(0);
    keepAlive.start();
    await clock.advance(1000);
    keepAlive.askNow();
    await clock.advance(1000);
    expect(received).toHaveLength(2);
    keepAlive.close();
  });

  test("close() during a request tells nobody and leaves nothing", async () => {
    const { keepAlive, clock, network, log } = await setUp();
    network.partition(serverAddress.address);
    keepAlive.start();
    await clock.advance(700);
    keepAlive.close();
    keepAlive.close();
    await clock.advance(60_000);
    expect(log).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a user who closes it in onMapped is heard", async () => {
    const parts = await setUpStun({ nat: {} });
    const user = { onMapped: (own: StunKeepAlive) => own.close(), onFailed: () => {} };
    const keepAlive = new StunKeepAlive(parts.environment, { client: parts.client, server: serverAddress, user });
    keepAlive.start();
    await parts.clock.advance(60_000);
    expect(parts.received).toHaveLength(1);
    expect(parts.clock.pendingTimers).toBe(0);
  });

  test.each([{ intervalMs: 0 }, { timeoutMs: Number.NaN }, { server: { address: "stun.example.org", port: 3478 } }])(
    "%j is no option",
    async (options) => {
      await expect(setUp(options)).rejects.toMatchObject({ code: "STUN_OPTION_INVALID" });
    },
  );
});
