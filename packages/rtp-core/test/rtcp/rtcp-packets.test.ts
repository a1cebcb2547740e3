import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRtcp, RtpError, sdesItemNames, serializeRtcp, type RtcpPacket } from "@sidetone/rtp-core";
import { corpus } from "../corpus.ts";

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const shortText = fc.string({ maxLength: 60 });
const reportBlock = fc.record({
  ssrc: uint32,
  fractionLost: fc.integer({ min: 0, max: 255 }),
  cumulativeLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
  extendedHighestSequenceNumber: uint32,
  jitter: uint32,
  lastSenderReport: uint32,
  delaySinceLastSenderReport: uint32,
});
const reportBlocks = fc.array(reportBlock, { maxLength: 31 });
const item = fc.oneof(
  fc.record({ name: fc.constantFrom(...sdesItemNames.slice(0, 7)), text: shortText }),
  fc.record({ name: fc.constant("PRIV" as const), prefix: shortText, text: shortText }),
);
const words = fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 8 }).map((list) => Buffer.concat(list));
const packet: fc.Arbitrary<RtcpPacket> = fc.oneof(
  fc.record({
    type: fc.constant("SR" as const),
    ssrc: uint32,
    ntpSeconds: uint32,
    ntpFraction: uint32,
    rtpTimestamp: uint32,
    packetCount: uint32,
    octetCount: uint32,
    reportBlocks,
  }),
  fc.record({ type: fc.constant("RR" as const), ssrc: uint32, reportBlocks }),
  fc.record({
    type: fc.constant("SDES" as const),
    chunks: fc.array(fc.record({ ssrc: uint32, items: fc.array(item, { maxLength: 4 }) }), { maxLength: 5 }),
  }),
  fc.record({ type: fc.constant("BYE" as const), ssrcs: fc.array(uint32, { maxLength: 31 }), reason: shortText }),
  fc.record({ type: fc.constant("BYE" as const), ssrcs: fc.array(uint32, { maxLength: 31 }) }),
  fc.record({
    type: fc.constant("APP" as const),
    subtype: fc.integer({ min: 0, max: 31 }),
    ssrc: uint32,
    name: fc.constantFrom("QoS!", "abcd", "    "),
    data: words,
  }),
);
const emptyReport: RtcpPacket = { type: "RR", ssrc: 1, reportBlocks: [] };

describe("RTCP packets (RFC 3550 §6.4 to §6.7)", () => {
  test("reads back every compound that it wrote", () => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 6 }), (packets) => {
        const bytes = serializeRtcp(packets);
        expect(bytes.length % 4).toBe(0);
        const { packets: read, ...rest } = parseRtcp(bytes);
        expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(packets)));
        const startsWithReport = packets[0]!.type === "SR" || packets[0]!.type === "RR";
        expect(rest).toEqual({ startsWithReport, unknownPackets: 0, malformedPackets: 0, truncated: false });
      }),
    );
  });

  test("writes a receiver report and a CNAME as the diagrams say", () => {
    const bytes = serializeRtcp([
      {
        type: "RR",
        ssrc: 0x01020304,
        reportBlocks: [
          {
            ssrc: 0x05060708,
            fractionLost: 0x10,
            cumulativeLost: -2,
            extendedHighestSequenceNumber: 0x10203,
            jitter: 9,
            lastSenderReport: 0xaabbccdd,
            delaySinceLastSenderReport: 0x10000,
          },
        ],
      },
      { type: "SDES", chunks: [{ ssrc: 0x01020304, items: [{ name: "CNAME", text: "ab" }] }] },
    ]);
    expect(bytes.toString("hex")).toBe(
      ["81c90007", "01020304", "05060708", "10fffffe", "00010203", "00000009", "aabbccdd", "00010000"].join("") +
        ["81ca0003", "01020304", "01026162", "00000000"].join(""),
    );
  });

  test.each<[string, RtcpPacket]>([
    ["a CNAME over 255 bytes", { type: "SDES", chunks: [{ ssrc: 1, items: [{ name: "CNAME", text: "é".repeat(128) }] }] }],
    [
      "a PRIV item over 255 bytes",
      { type: "SDES", chunks: [{ ssrc: 1, items: [{ name: "PRIV", prefix: "p".repeat(200), text: "v".repeat(100) }] }] },
    ],
    ["32 sources", { type: "BYE", ssrcs: Array<number>(32).fill(1) }],
    ["a reason over 255 bytes", { type: "BYE", ssrcs: [1], reason: "x".repeat(256) }],
    ["an APP name of three characters", { type: "APP", subtype: 0, ssrc: 1, name: "abc", data: new Uint8Array(0) }],
    ["an APP subtype over 31", { type: "APP", subtype: 32, ssrc: 1, name: "abcd", data: new Uint8Array(0) }],
  ])("refuses to write %s", (_, invalid) => {
    expect(() => serializeRtcp([invalid])).toThrow(RtpError);
  });
});

describe("reading what the field sends", () => {
  const read = (...parts: (string | Buffer)[]) =>
    parseRtcp(Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part.replaceAll(" ", ""), "hex") : part))));
  const report = serializeRtcp([emptyReport]);

  test("skips feedback and extended reports, and counts them", () => {
    const compound = read(report, "81cd0003 00000001 00000002 00010000", "80cf0001 00000001", serializeRtcp([{ type: "BYE", ssrcs: [1] }]));
    expect(compound.packets.map(({ type }) => type)).toEqual(["RR", "BYE"]);
    expect(compound).toMatchObject({ unknownPackets: 2, malformedPackets: 0, truncated: false });
  });

  test("takes a compound that does not begin with a report, as reduced-size RTCP does (RFC 5506)", () => {
    expect(read("80cd0002 00000001 00000002", report)).toMatchObject({
      startsWithReport: false,
      packets: [emptyReport],
      unknownPackets: 1,
    });
  });

  test.each([
    ["a last packet that announces more than there is", "80c9000a 00000001"],
    ["less than a header", "80c9"],
    ["bytes of another version", "00000000 00000000"],
  ])("keeps what came before %s", (_, tail) => {
    expect(read(report, tail)).toMatchObject({ packets: [emptyReport], truncated: true });
  });

  test.each([
    ["report blocks that do not fit", "82c90007 00000001" + "00".repeat(24)],
    ["a sender report too short for its sender", "80c80002 00000001 00000000"],
    ["an SDES item beyond its packet", "81ca0002 00000001 01ff6162"],
    ["fewer chunks than announced", "83ca0002 00000001 00000000"],
    ["fewer sources than announced", "85cb0001 00000001"],
    ["an APP packet without a name", "80cc0001 00000001"],
    ["padding of zero bytes", "a0c90002 00000001 00000000"],
    ["padding over the whole packet", "a0c90002 00000001 000000ff"],
  ])("skips and counts %s, and reads on", (_, hex) => {
    expect(read(hex, report)).toMatchObject({ packets: [emptyReport], malformedPackets: 1, truncated: false });
  });

  test("ignores padding, profile extensions and unknown SDES items", () => {
    expect(read("a0c90002 00000001 00000004").packets).toEqual([emptyReport]);
    expect(read("80c90003 00000001 deadbeef deadbeef").packets).toEqual([emptyReport]);
    expect(read("81ca0003 00000001 63014101 01420000").packets).toEqual([
      { type: "SDES", chunks: [{ ssrc: 1, items: [{ name: "CNAME", text: "B" }] }] },
    ]);
  });

  test("takes the end of an SDES packet for the missing null octet", () => {
    expect(read("81ca0002 00000001 01026162").packets).toEqual([
      { type: "SDES", chunks: [{ ssrc: 1, items: [{ name: "CNAME", text: "ab" }] }] },
    ]);
  });

  test("keeps a goodbye whose reason is cut off", () => {
    expect(read("81cb0002 00000007 ff616263").packets).toEqual([{ type: "BYE", ssrcs: [7] }]);
  });

  test("reads no more than 64 packets of a datagram", () => {
    expect(read("80cb0000".repeat(16_000))).toMatchObject({ packets: { length: 64 }, truncated: true });
  });

  test("takes any bytes without an exception", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void parseRtcp(bytes)));
    const almostRtcp = fc.tuple(
      fc.integer({ min: 0x80, max: 0xbf }),
      fc.integer({ min: 200, max: 204 }),
      fc.integer({ min: 0, max: 40 }),
      fc.uint8Array({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(fc.array(almostRtcp, { maxLength: 5 }), (parts) => {
        const bytes = Buffer.concat(parts.map(([first, type, length, rest]) => Buffer.concat([Buffer.of(first, type, 0, length), rest])));
        const { packets } = parseRtcp(bytes);
        // Whatever was read can be written again.
        for (const one of packets) if (one.type !== "APP" && one.type !== "SDES" && one.type !== "BYE") serializeRtcp([one]);
      }),
    );
  });

  const files = corpus("rtp/webrtc-rtcp-corpus");
  test.skipIf(!files)("takes the packets of the WebRTC fuzz corpus without an exception", () => {
    let understood = 0;
    for (const [, bytes] of files!) {
      const { packets, unknownPackets } = parseRtcp(bytes);
      understood += packets.length + unknownPackets;
    }
    expect(understood).toBeGreaterThan(0);
  });
});
