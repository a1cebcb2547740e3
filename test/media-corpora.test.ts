import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, type Call } from "@sidetone/client-core";
import { findTone, PCMU } from "@sidetone/media-core";
import { SeededRandom, virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";

// What fuzzers of other stacks have found, sent to the media ports of a call from where its audio comes.

const data = process.env["SIDETONE_DATA"] ?? new URL("../../shared/data", import.meta.url).pathname;
const folders = [
  "rtp/webrtc-rtp-corpus",
  "rtp/webrtc-rtcp-corpus",
  "stun/webrtc-corpus",
  "stun/pion-fuzz-regressions",
  "srtp/libsrtp-fuzz-corpus",
];

function packetsOf(folder: string): Buffer[] {
  const path = join(data, folder);
  return readdirSync(path).map((name) => readFileSync(join(path, name)).subarray(0, 60_000));
}

/** The same with bytes changed here and there. */
function mutated(packets: readonly Buffer[], random: SeededRandom): Buffer[] {
  return packets.flatMap((packet) =>
    Array.from({ length: 10 }, () => {
      const copy = Buffer.from(packet);
      for (let change = 0; change < 3 && copy.length > 0; change++) copy[random.uint32() % copy.length] = random.uint32() & 255;
      return copy.subarray(0, random.uint32() % (copy.length + 1));
    }),
  );
}

const frame = new Uint8Array(160);

/** A second of a tone of 440 Hz, in packets from sequence number `first` on. */
function audio(first: number): Buffer[] {
  return Array.from({ length: 50 }, (_, index) => {
    const at = (first + index) * 160;
    PCMU.createEncoder().encode(
      Int16Array.from(frame, (_byte, i) => 8000 * Math.sin((2 * Math.PI * 440 * (at + i)) / 8000)),
      frame,
    );
    const packet = Buffer.concat([Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44]), frame]);
    packet.writeUInt16BE(first + index, 2);
    packet.writeUInt32BE(at, 4);
    return packet;
  });
}

async function setUp() {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock } = environment;
  const peer = environment.virtualNetwork.host("10.0.0.9");
  const caller = await clock.advanceUntil(
    createClient({
      listen: "10.0.0.9:5060",
      media: "external",
      environment: virtualEnvironment({ host: peer, beside: environment }),
    }),
  );
  const client = await clock.advanceUntil(createClient({ listen: "10.0.0.1:5060", environment }));
  let call!: Call;
  client.onIncoming(async (incoming) => {
    call = incoming.call;
    await incoming.answer();
  });
  const sdp =
    "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";
  const calling = await clock.advanceUntil(caller.call("sip:sut@10.0.0.1", { sdp }));
  const port = Number(/^m=audio (\d+)/m.exec(calling.remoteSdp!)![1]);
  const bind = (own: number) => peer.bindDatagram({ address: "10.0.0.9", port: own }, { onDatagram: () => {}, onSocketError: () => {} });
  const [rtp, rtcp] = [await bind(4000), await bind(4001)];
  const heard: number[] = [];
  void (async () => {
    for await (const { samples } of call.audio.in({ sampleRate: 8000 })) heard.push(...samples);
  })();
  const send = (packet: Buffer, toRtcp = false): void => (toRtcp ? rtcp : rtp).send(packet, port + (toRtcp ? 1 : 0), "10.0.0.1");
  const speak = async (first: number): Promise<number | undefined> => {
    for (const packet of audio(first)) {
      send(packet);
      await clock.advance(20);
    }
    return findTone(Int16Array.from(heard.slice(-3200)), 8000)?.hz;
  };
  const end = async (): Promise<void> => {
    await clock.advanceUntil(Promise.all([client.close(), caller.close(), rtp.close(), rtcp.close()]));
    await clock.advance(70_000);
    expect([clock.pendingTimers, environment.network.openSockets, peer.openSockets]).toEqual([0, 0, 0]);
  };
  return { clock, call, send, speak, end };
}

describe.skipIf(!existsSync(data))("packets from a call's own peer (skipped: ../shared/data is not there)", () => {
  test.each(folders)("that come from %s are dropped, and the call goes on", async (folder) => {
    const { clock, call, send, speak, end } = await setUp();
    expect(await speak(100)).toBeCloseTo(440, 0);
    const packets = packetsOf(folder);
    const before = call.statistics()!;
    for (const packet of [...packets, ...mutated(packets, new SeededRandom(folder))]) {
      send(packet);
      send(packet, true);
      await clock.advance(1);
    }
    const { packetsRejected } = call.statistics()!;
    expect(packetsRejected).toBeGreaterThan(before.packetsRejected);
    expect(call.phase).toBe("Connected");
    await clock.advance(2000);
    await speak(5000);
    expect(await speak(5050)).toBeCloseTo(440, 0);
    await end();
  });
});
