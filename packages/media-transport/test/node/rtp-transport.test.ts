import { describe, expect, test } from "vitest";
import { systemEnvironment } from "@sidetone/infra-common";
import { RtpPortAllocator, RtpTransport } from "@sidetone/media-transport";
import { serializeRtcp, writeRtpHeader } from "@sidetone/rtp-core";

/** Two transports on loopback, on ports that the system gives. */
async function setUp(localAddress: string) {
  const environment = systemEnvironment();
  const ports = new RtpPortAllocator(environment, { firstPort: 0, drainMs: 0 });
  const open = async () => {
    const heard: string[] = [];
    let wake = (): void => {};
    const transport = await RtpTransport.open(environment, {
      localAddress,
      ports,
      receiveBufferBytes: 100_000,
      user: {
        onRtp: (packet) => (heard.push(Buffer.from(packet.payload()).toString()), wake()),
        onRtcp: (data) => (heard.push(`${data.length} bytes of RTCP`), wake()),
      },
    });
    const until = (count: number) =>
      new Promise<void>((resolve) => (wake = () => void (heard.length >= count && resolve()))).then(() => heard);
    return { transport, until, remote: { address: localAddress, port: transport.rtpPort } };
  };
  return { environment, alice: await open(), bob: await open() };
}

describe("on real sockets", () => {
  test.each(["127.0.0.1", "::1"])("an even and an odd port on %s carry RTP and RTCP, and are free after close", async (localAddress) => {
    const { environment, alice, bob } = await setUp(localAddress);
    try {
      expect([alice.transport.rtpPort % 2, alice.transport.rtcpPort - alice.transport.rtpPort]).toEqual([0, 1]);
      alice.transport.setRemote(bob.remote);
      bob.transport.setRemote(alice.remote);
      const heard = bob.until(11);
      for (let i = 0; i < 10; i++) {
        const slot = alice.transport.acquire(14)!;
        writeRtpHeader(slot.bytes, 0, false, i, 160 * i, 1);
        slot.bytes.write(`${i}!`, 12);
        alice.transport.sendRtp(slot);
      }
      alice.transport.sendRtcp(serializeRtcp([{ type: "RR", ssrc: 1, reportBlocks: [] }]));
      expect((await heard).toSorted()).toEqual(["0!", "1!", "2!", "3!", "4!", "5!", "6!", "7!", "8 bytes of RTCP", "8!", "9!"]);
      expect(bob.transport.stats().receiveBufferBytes).toBeGreaterThan(0);
    } finally {
      await Promise.all([alice.transport.close(), bob.transport.close()]);
    }
    const { rtpPort, rtcpPort } = alice.transport;
    for (const port of [rtpPort, rtcpPort]) {
      const again = await environment.network.bindDatagram(
        { address: localAddress, port },
        { onDatagram: () => {}, onSocketError: () => {} },
      );
      await again.close();
    }
  });
});
