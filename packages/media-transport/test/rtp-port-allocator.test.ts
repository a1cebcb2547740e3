import { describe, expect, test, vi } from "vitest";
import { NetworkError, type DatagramReceiver } from "@sidetone/infra-common";
import {
  MediaTransportError,
  RtpPortAllocator,
  type OpenRtpPortsOptions,
  type RtpPortAllocatorOptions,
  type RtpPorts,
} from "@sidetone/media-transport";
import { virtualEnvironment } from "@sidetone/testkit";

const receiver: DatagramReceiver = { onDatagram: () => {}, onSocketError: () => {} };

function setUp(options: RtpPortAllocatorOptions = {}) {
  const environment = virtualEnvironment({ network: {} });
  const { clock, network } = environment;
  const allocator = new RtpPortAllocator(environment, options);
  const open = (more: Partial<OpenRtpPortsOptions> = {}): Promise<RtpPorts> =>
    allocator.open({ localAddress: network.address, receiver, ...more });
  const portsOf = ({ rtp, rtcp }: RtpPorts) => [rtp.localPort, rtcp?.localPort];
  return { environment, clock, network, allocator, open, portsOf };
}

describe("RTP ports (RFC 3550 §11)", () => {
  test("come as an even port and the odd one above it, within the range", async () => {
    const { open, portsOf, network } = setUp({ firstPort: 10_001, lastPort: 10_100 });
    const all = await Promise.all(Array.from({ length: 49 }, () => open()));
    const pairs = all.map(portsOf);
    for (const [rtp, rtcp] of pairs) {
      expect(rtp! % 2).toBe(0);
      expect(rtcp).toBe(rtp! + 1);
      expect(rtp).toBeGreaterThanOrEqual(10_002);
      expect(rtcp).toBeLessThanOrEqual(10_100);
    }
    expect(new Set(pairs.map(([rtp]) => rtp)).size).toBe(49);
    await Promise.all(all.map((ports) => ports.close()));
    expect(network.openSockets).toBe(0);
  });

  test("are not given out in order", async () => {
    const { open, portsOf } = setUp();
    const ports: number[] = [];
    for (let i = 0; i < 20; i++) ports.push(portsOf(await open())[0]!);
    const steps = ports.slice(1).map((port, i) => port - ports[i]!);
    expect(steps.filter((step) => step === 2).length).toBeLessThan(3);
  });

  test("with rtcp-mux are one", async () => {
    const { open, network } = setUp();
    const { rtcp } = await open({ rtcpMux: true });
    expect(rtcp).toBeUndefined();
    expect(network.openSockets).toBe(1);
  });

  test("rest after a call before they are given out again", async () => {
    const { clock, open, portsOf } = setUp({ firstPort: 10_000, lastPort: 10_003, drainMs: 5000 });
    const first = await open();
    await open();
    await first.close();
    await first.close();
    await clock.advance(4999);
    await expect(open()).rejects.toMatchObject({ code: "MEDIA_PORTS_EXHAUSTED" });
    await clock.advance(1);
    expect(portsOf(await open())).toEqual(portsOf(first));
  });

  test("run out with a typed error that says which", async () => {
    const { open, network } = setUp({ firstPort: 10_000, lastPort: 10_001 });
    await open();
    const error = await open().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MediaTransportError);
    expect(error).toMatchObject({ code: "MEDIA_PORTS_EXHAUSTED", message: expect.stringContaining("10000-10001") as string });
    expect(network.openSockets).toBe(2);
  });

  test("are each address's own", async () => {
    const { environment, allocator, open } = setUp({ firstPort: 10_000, lastPort: 10_001 });
    const host = environment.virtualNetwork.host("10.0.0.50", { addresses: ["10.0.0.51"] });
    const other = new RtpPortAllocator({ ...environment, network: host }, { firstPort: 10_000, lastPort: 10_001 });
    await other.open({ localAddress: "10.0.0.50", receiver });
    await expect(other.open({ localAddress: "10.0.0.51", receiver })).resolves.toBeDefined();
    await open();
    expect(allocator).toBeDefined();
  });

  test.each([0, 1])("that another program holds are passed over (%i above the even one)", async (offset) => {
    const { network, open, portsOf } = setUp({ firstPort: 10_000, lastPort: 10_003 });
    const taken = await network.bindDatagram({ address: network.address, port: 10_000 + offset }, receiver);
    expect(portsOf(await open())).toEqual([10_002, 10_003]);
    await expect(open()).rejects.toMatchObject({ code: "MEDIA_PORTS_EXHAUSTED" });
    expect(network.openSockets).toBe(3);
    await taken.close();
  });

  test("on an address that is not ours fail at once, and stay free", async () => {
    const { open, portsOf } = setUp({ firstPort: 10_000, lastPort: 10_001 });
    await expect(open({ localAddress: "203.0.113.1" })).rejects.toMatchObject({ code: "NETWORK_ADDRESS_UNAVAILABLE" });
    await expect(open({ localAddress: "example.com" })).rejects.toMatchObject({ code: "MEDIA_ADDRESS_INVALID" });
    expect(portsOf(await open())).toEqual([10_000, 10_001]);
  });

  test("that could not be bound for another reason are free for the next try", async () => {
    const { network, open, portsOf } = setUp({ firstPort: 10_000, lastPort: 10_001 });
    vi.spyOn(network, "bindDatagram").mockRejectedValueOnce(new NetworkError("NETWORK_PERMISSION_DENIED", "no"));
    await expect(open()).rejects.toMatchObject({ code: "NETWORK_PERMISSION_DENIED" });
    expect(portsOf(await open())).toEqual([10_000, 10_001]);
  });

  test("may be left to the system, and are a pair then too", async () => {
    const { clock, open, portsOf, network } = setUp({ firstPort: 0, drainMs: 1000 });
    const all: RtpPorts[] = [];
    for (let i = 0; i < 10; i++) all.push(await open());
    for (const [rtp, rtcp] of all.map(portsOf)) expect([rtp! % 2, rtcp! - rtp!]).toEqual([0, 1]);
    const before = all.map((ports) => portsOf(ports)[0]);
    await Promise.all(all.map((ports) => ports.close()));
    const next = await open();
    expect(before).not.toContain(portsOf(next)[0]);
    await next.close();
    await clock.advance(2000);
    await (await open()).close();
    expect(network.openSockets).toBe(0);
  });

  test.each([
    { firstPort: 10_001, lastPort: 10_002 },
    { firstPort: 10_000, lastPort: 10_000 },
    { firstPort: 20_000, lastPort: 10_000 },
    { firstPort: 65_000, lastPort: 70_000 },
    { firstPort: -1 },
    { drainMs: -1 },
  ])("cannot come from %o", (options) => {
    expect(() => setUp(options)).toThrow(expect.objectContaining({ code: "MEDIA_OPTION_INVALID" }) as Error);
  });
});
