import { PublicAddressFinder, RtpPortAllocator, RtpTransport, isStunServer } from "@sidetone/media-transport";
import { BindingServer } from "@sidetone/stun-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";

const publicAddress = "203.0.113.1";
const serverAddress = "198.51.100.1";
const user = { onRtp: () => {}, onRtcp: () => {} };

/** A STUN server, a host behind a NAT and one without. */
async function setUp({ delayMs = 1 }: { delayMs?: number } = {}) {
  const outside = virtualEnvironment({ host: serverAddress });
  const { clock, virtualNetwork: network } = outside;
  network.setDefaultConditions({ delayMs });
  network.setName("stun.example.org", serverAddress);
  const stun = new BindingServer();
  let isDeaf = false;
  const socket = await outside.network.bindDatagram(
    { address: serverAddress, port: 3478 },
    {
      onDatagram: (data, address, port) => {
        const answer = stun.answerDatagram(data, { address, port });
        if (answer && !isDeaf) socket.send(answer, port, address);
      },
      onSocketError: () => {},
    },
  );
  const nat = network.nat({ kind: "port-restricted", publicAddress });
  const inside = virtualEnvironment({ host: nat.host("192.168.1.10"), beside: outside });
  const direct = virtualEnvironment({ host: network.host("198.51.100.20"), beside: outside });
  onTestFinished(async () => {
    await socket.close();
    expect(clock.pendingTimers).toBe(0);
  });
  const open = async (environment: typeof inside, localAddress = environment.network.address): Promise<RtpTransport> => {
    const ports = new RtpPortAllocator(environment, { drainMs: 0 });
    const transport = await RtpTransport.open(environment, { localAddress, ports, user });
    onTestFinished(() => transport.close());
    return transport;
  };
  return { clock, network, stun, inside, direct, open, silence: (silent: boolean) => void (isDeaf = silent) };
}

describe("the finder of public addresses", () => {
  test("finds the mapped ports, by the server's name", async () => {
    const { clock, inside, open } = await setUp();
    const finder = new PublicAddressFinder(inside, ["stun:stun.example.org"]);
    expect(await clock.advanceUntil(finder.find(await open(inside)))).toEqual({
      kind: "mapped",
      address: { rtp: { address: publicAddress, port: 40_000 }, rtcp: { address: publicAddress, port: 40_001 } },
      server: { address: serverAddress, port: 3478 },
    });
  });

  test.each([["its own address"], ["0.0.0.0"]])(
    "without a NAT asks once for streams bound to %s, and again after ten minutes",
    async (bound) => {
      const { clock, direct, open, stun } = await setUp();
      const finder = new PublicAddressFinder(direct, [serverAddress]);
      const find = async (): Promise<string> => {
        const transport = await open(direct, bound === "0.0.0.0" ? bound : undefined);
        return (await clock.advanceUntil(finder.find(transport))).kind;
      };
      expect(await find()).toBe("direct");
      expect(await find()).toBe("direct");
      expect(stun.stats.requests).toBe(2);
      await clock.advance(600_000);
      expect(await find()).toBe("direct");
      expect(stun.stats.requests).toBe(4);
    },
  );

  test("does not take the word of one network for another: it forgets when told to", async () => {
    const { clock, direct, open, stun } = await setUp();
    const finder = new PublicAddressFinder(direct, [serverAddress]);
    await clock.advanceUntil(finder.find(await open(direct)));
    finder.forget();
    await clock.advanceUntil(finder.find(await open(direct)));
    expect(stun.stats.requests).toBe(4);
  });

  test("behind a NAT asks for every stream: the mapping is each port's own", async () => {
    const { clock, inside, open, stun } = await setUp();
    const finder = new PublicAddressFinder(inside, [serverAddress]);
    await clock.advanceUntil(finder.find(await open(inside)));
    await clock.advanceUntil(finder.find(await open(inside)));
    expect(stun.stats.requests).toBe(4);
  });

  test("asks the next server 250 ms later, and drops the others with the first answer", async () => {
    const { clock, inside, open, network } = await setUp();
    const sent: string[] = [];
    network.onPacket(({ kind, destination, atMs }) => void (kind === "sent" && sent.push(`${atMs} ${destination.address}`)));
    const finder = new PublicAddressFinder(inside, ["192.0.2.1", serverAddress, "192.0.2.3"]);
    const outcome = await clock.advanceUntil(finder.find(await open(inside)));
    expect(outcome.kind).toBe("mapped");
    await clock.advance(5000);
    expect(sent.map((line) => line.split(" ")[1])).not.toContain("192.0.2.3");
    expect(sent.filter((line) => line.endsWith(" 192.0.2.1"))).toEqual(["0 192.0.2.1", "0 192.0.2.1"]);
  });

  test("gives up after 1.5 s, naming each server's fault, and rests for a minute", async () => {
    const { clock, inside, open, silence, stun } = await setUp();
    silence(true);
    const finder = new PublicAddressFinder(inside, [serverAddress, "no.such.name"]);
    const beganAtMs = clock.now();
    const outcome = await clock.advanceUntil(finder.find(await open(inside)));
    expect(clock.now() - beganAtMs).toBe(1500);
    expect(outcome).toMatchObject({ kind: "unknown", isRepeated: false, error: { code: "MEDIA_PUBLIC_ADDRESS_UNKNOWN" } });
    const message = outcome.kind === "unknown" ? outcome.error.message : "";
    expect(message).toContain(`${serverAddress}: nothing came within 1500 ms; no.such.name: Cannot resolve`);
    const { requests } = stun.stats;
    silence(false);
    expect(await clock.advanceUntil(finder.find(await open(inside)))).toMatchObject({ kind: "unknown", isRepeated: true });
    expect(stun.stats.requests).toBe(requests);
    await clock.advance(60_000);
    expect(await clock.advanceUntil(finder.find(await open(inside)))).toMatchObject({ kind: "mapped" });
  });

  test("lets go when the stream is closed meanwhile, which says nothing of the servers", async () => {
    const { clock, inside, open, silence } = await setUp();
    silence(true);
    const transport = await open(inside);
    const finder = new PublicAddressFinder(inside, [serverAddress]);
    const finding = finder.find(transport);
    await clock.advance(10);
    await transport.close();
    expect(await finding).toMatchObject({ kind: "unknown" });
    silence(false);
    expect(await clock.advanceUntil(finder.find(await open(inside)))).toMatchObject({ kind: "mapped" });
  });

  test("takes hosts with or without port, and the stun scheme, and nothing else", () => {
    expect(["stun.example.org", "192.0.2.1:3479", "[2001:db8::1]:3478", "stun:stun.example.org"].every(isStunServer)).toBe(true);
    expect(["", "stuns:stun.example.org", "stun.example.org:0", "turn:a", 3478, undefined].some(isStunServer)).toBe(false);
    expect(() => new PublicAddressFinder(virtualEnvironment(), ["stuns:x"])).toThrow(
      expect.objectContaining({ code: "STUN_OPTION_INVALID" }),
    );
  });
});
