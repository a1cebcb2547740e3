import { describe, expect, test } from "vitest";
import { describePacket, virtualEnvironment, WireLog } from "@sidetone/testkit";

const nobody = { onDatagram: () => {}, onSocketError: () => {} };
const invite = "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1\r\nCSeq: 7 INVITE\r\n\r\n";
const ringing = "SIP/2.0 180 Ringing\r\nCSeq:7 INVITE\r\n\r\n";

function rtp(sequence: number, { payloadType = 0, marker = false } = {}): Buffer {
  const packet = Buffer.alloc(172);
  packet[0] = 0x80;
  packet[1] = payloadType | (marker ? 0x80 : 0);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(sequence * 160, 4);
  packet.writeUInt32BE(0xcafe, 8);
  return packet;
}

async function setUp() {
  const alice = virtualEnvironment({ host: "10.0.0.1" });
  const bob = virtualEnvironment({ host: "10.0.0.2", beside: alice });
  const log = new WireLog(alice.virtualNetwork, { names: { "10.0.0.1": "alice", "10.0.0.2": "bob" } });
  const a = await alice.network.bindDatagram({ address: "10.0.0.1", port: 5060 }, nobody);
  const b = await bob.network.bindDatagram({ address: "10.0.0.2", port: 5060 }, nobody);
  return { clock: alice.clock, network: alice.virtualNetwork, log, alice, bob, a, b };
}

describe("WireLog", () => {
  test("prints what went over the wire as a ladder, with what was dropped and why", async () => {
    const { clock, network, log, a, b } = await setUp();
    network.setConditions("10.0.0.1", "10.0.0.2", { lossRate: 1 });
    a.send(Buffer.from(invite), 5060, "10.0.0.2");
    clock.advanceSync(500);
    network.setConditions("10.0.0.1", "10.0.0.2", {});
    a.send(Buffer.from(invite), 5060, "10.0.0.2");
    clock.advanceSync(1.5);
    b.send(Buffer.from(ringing), 5060, "10.0.0.1");
    b.send(Buffer.from("\r\n\r\n"), 9, "10.0.0.1");
    clock.advanceSync(10);
    expect(log.toString().split("\n")).toEqual([
      "       0.0  alice:5060 → bob:5060  UDP INVITE sip:bob@example.com SIP/2.0  (7)  ✗ lost",
      "     500.0  alice:5060 → bob:5060  UDP INVITE sip:bob@example.com SIP/2.0  (7)",
      "     501.5  bob:5060 → alice:5060  UDP SIP/2.0 180 Ringing  (7 INVITE)",
      "     501.5  bob:5060 → alice:9     CRLF keep-alive  ✗ portClosed",
    ]);
    expect(log.sipStartLines).toEqual(["INVITE sip:bob@example.com SIP/2.0", "INVITE sip:bob@example.com SIP/2.0", "SIP/2.0 180 Ringing"]);
  });

  test("makes one line of a run of media in one direction, and a new one after signalling", async () => {
    const { clock, log, a, b } = await setUp();
    for (let i = 0; i < 50; i++) {
      a.send(rtp(i, { marker: i === 0 }), 5060, "10.0.0.2");
      b.send(rtp(i), 5060, "10.0.0.1");
      clock.advanceSync(20);
    }
    a.send(Buffer.from("BYE sip:bob@10.0.0.2 SIP/2.0\r\n\r\n"), 5060, "10.0.0.2");
    a.send(rtp(50), 5060, "10.0.0.2");
    expect(
      log
        .toString()
        .split("\n")
        .map((line) => line.slice(12)),
    ).toEqual([
      "alice:5060 → bob:5060  RTP payload type 0 marker SSRC 0000cafe sequence 0 timestamp 0  ×50",
      "bob:5060 → alice:5060  RTP payload type 0 SSRC 0000cafe sequence 0 timestamp 0  ×50",
      "alice:5060 → bob:5060  UDP BYE sip:bob@10.0.0.2 SIP/2.0",
      "alice:5060 → bob:5060  RTP payload type 0 SSRC 0000cafe sequence 50 timestamp 8000",
    ]);
    expect(log.entries).toHaveLength(102);
  });

  test("counts what a run of media lost, or prints every packet", async () => {
    const { clock, network, log, a } = await setUp();
    const every = new WireLog(network, { everyMediaPacket: true });
    for (let i = 0; i < 10; i++) {
      network.setConditions("10.0.0.1", "10.0.0.2", { lossRate: i % 5 === 0 ? 1 : 0 });
      a.send(rtp(i), 5060, "10.0.0.2");
      clock.advanceSync(20);
    }
    expect(log.toString()).toMatch(/sequence 0 timestamp 0 {2}×10, 2 dropped$/);
    const lines = every.toString().split("\n");
    expect(lines.filter((line) => line.endsWith("✗ lost"))).toHaveLength(2);
    expect(lines).toHaveLength(10);
  });

  test("shows SIP over streams, and their handshakes only when asked to", async () => {
    const { clock, network, log, alice, bob } = await setUp();
    const control = new WireLog(network, { streamControl: true });
    const receiver = { onData: () => {}, onDrain: () => {}, onClosed: () => {} };
    await bob.network.listenStream({ address: "10.0.0.2", port: 5060 }, { onConnection: () => receiver, onServerError: () => {} });
    const connection = await clock.advanceUntil(alice.network.connectStream({ address: "10.0.0.2", port: 5060 }, receiver));
    connection.send(Buffer.from(invite));
    await clock.advance(10);
    expect(log.toString()).toBe("       2.0  alice:49152 → bob:5060  TCP INVITE sip:bob@example.com SIP/2.0  (7)");
    expect(control.entries.map(({ summary }) => summary.split(" ")[0])).toEqual(["SYN", "SYN-ACK", "ACK", "INVITE"]);
  });

  test("prints itself when the test fails, and only then", async () => {
    const { clock, log, a } = await setUp();
    const printed: string[] = [];
    let failed = () => {};
    log.printOnFailure(
      (listener) => void (failed = listener),
      (text) => printed.push(text),
    );
    a.send(Buffer.from(invite), 5060, "10.0.0.2");
    clock.advanceSync(1);
    expect(printed).toEqual([]);
    failed();
    expect(printed.join("")).toContain("INVITE sip:bob@example.com");
  });

  test("keeps at most its capacity, can be cleared, and stops when closed", async () => {
    const { network, a } = await setUp();
    const log = new WireLog(network, { capacity: 3 });
    for (let i = 0; i < 5; i++) a.send(rtp(i), 5060, "10.0.0.2");
    expect(log.entries).toHaveLength(3);
    log.clear();
    expect(log.toString()).toBe("");
    log.close();
    a.send(rtp(9), 5060, "10.0.0.2");
    expect(log.entries).toEqual([]);
  });
});

describe("describePacket", () => {
  const stun = (type: number) => Buffer.concat([Buffer.from([type >> 8, type & 255, 0, 0, 0x21, 0x12, 0xa4, 0x42]), Buffer.alloc(12)]);
  const rtcp = Buffer.concat([Buffer.from([0x80, 200, 0, 6, 0, 0, 0xca, 0xfe]), Buffer.alloc(20)]);

  test.each([
    ["a request", Buffer.from(invite), "SIP"],
    ["a response", Buffer.from(ringing), "SIP"],
    ["an extension method", Buffer.from("X-PING!~ sip:a SIP/2.0\r\n\r\n"), "SIP"],
    ["RTP", rtp(1), "RTP"],
    ["RTP with the marker bit", rtp(1, { payloadType: 101, marker: true }), "RTP"],
    ["RTCP", rtcp, "RTCP"],
    ["STUN", stun(0x0001), "STUN"],
    ["DTLS", Buffer.concat([Buffer.from([22, 254, 253]), Buffer.alloc(20)]), "DTLS"],
    ["CRLF", Buffer.from("\r\n\r\n"), "keep-alive"],
    ["an empty datagram", Buffer.alloc(0), "keep-alive"],
    ["anything else", Buffer.from("HTTP/1.1 200 OK\r\n\r\n"), "data"],
    ["a short packet that begins like RTP", Buffer.from([0x80, 0, 1]), "data"],
  ])("recognises %s", (_, data, kind) => {
    expect(describePacket({ protocol: "UDP", data, segment: undefined }).kind).toBe(kind);
  });

  test("names the class of a STUN message (RFC 8489 §5)", () => {
    const summaries = [0x0001, 0x0011, 0x0101, 0x0111, 0x0003].map(
      (type) => describePacket({ protocol: "UDP", data: stun(type), segment: undefined }).summary,
    );
    expect(summaries).toEqual([
      "STUN Binding request",
      "STUN Binding indication",
      "STUN Binding success response",
      "STUN Binding error response",
      "STUN method 0x3 request",
    ]);
  });
});
