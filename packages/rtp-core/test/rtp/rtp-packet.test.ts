import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  headerExtensionElements,
  packHeaderExtension,
  parseRtp,
  RtpError,
  RtpPacket,
  RtpPacketView,
  writeRtpHeader,
} from "@sidetone/rtp-core";
import { corpus } from "../corpus.ts";

function setUp() {
  const view = new RtpPacketView();
  const fixed = [0x80, 0x80, 0x12, 0x34, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98];
  const read = (...bytes: number[]) => (view.reset(Uint8Array.from(bytes)) ? "valid" : view.rejection);
  return { view, fixed, read };
}

describe("reading RTP packets (RFC 3550 §5.1, A.1)", () => {
  test("reads the fixed header and the payload in place", () => {
    const { view, fixed } = setUp();
    const bytes = Uint8Array.from([...fixed, 1, 2, 3]);
    expect(view.reset(bytes)).toBe(true);
    expect(view).toMatchObject({
      marker: true,
      payloadType: 0,
      sequenceNumber: 0x1234,
      timestamp: 0x89abcdef,
      ssrc: 0xfedcba98,
      payloadOffset: 12,
      payloadLength: 3,
      paddingLength: 0,
      csrcCount: 0,
      extensionProfile: -1,
    });
    expect(view.payload().buffer).toBe(bytes.buffer);
    expect([...view.payload()]).toEqual([1, 2, 3]);
  });

  test("reads CSRCs, header extension and padding", () => {
    const { view, fixed } = setUp();
    const bytes = [...fixed, 0, 0, 0, 1, 0xff, 0, 0, 2, 0xbe, 0xde, 0, 1, 0x10, 0x85, 0, 0, 7, 8, 9, 0, 2];
    bytes[0] = 0x80 | 0x20 | 0x10 | 2;
    expect(view.reset(Uint8Array.from(bytes))).toBe(true);
    expect([view.csrc(0), view.csrc(1)]).toEqual([1, 0xff000002]);
    expect([view.extensionProfile, view.extensionOffset, view.extensionLength]).toEqual([0xbede, 24, 4]);
    expect([view.paddingLength, [...view.payload()]]).toEqual([2, [7, 8, 9]]);
  });

  test.each<[string, number[], string]>([
    ["fewer than twelve bytes", [0x80, 0, 0, 0], "tooShort"],
    ["nothing", [], "tooShort"],
    ["another version", [0x40, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], "version"],
    ["the payload type of a sender report", [0x80, 72, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], "payloadType"],
    ["the payload type of a receiver report with marker", [0x80, 201, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], "payloadType"],
    ["CSRCs beyond the end", [0x82, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9], "csrc"],
    ["half a header extension", [0x90, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde], "headerExtension"],
    ["a header extension beyond the end", [0x90, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 2, 0, 0, 0, 0], "headerExtension"],
    ["padding of zero bytes", [0xa0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 5, 0], "padding"],
    ["padding longer than the packet", [0xa0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 5, 3], "padding"],
    ["padding announced and no byte for it", [0xa0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], "padding"],
  ])("refuses %s", (_, bytes, rejection) => {
    expect(setUp().read(...bytes)).toBe(rejection);
    expect(parseRtp(Uint8Array.from(bytes))).toBeUndefined();
  });

  test("takes a packet of nothing but padding", () => {
    const { view, fixed, read } = setUp();
    expect(read(0xa0, ...fixed.slice(1), 0, 0, 3)).toBe("valid");
    expect([view.payloadLength, view.paddingLength]).toEqual([0, 3]);
  });

  test("reads only as many bytes as it is told", () => {
    const { view, fixed } = setUp();
    view.reset(Uint8Array.from([...fixed, 1, 2, 3, 99, 99]), 15);
    expect([...view.payload()]).toEqual([1, 2, 3]);
  });

  test("leaves nothing of the packet before", () => {
    const { view, fixed, read } = setUp();
    read(0xb1, ...fixed.slice(1), 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 0, 0, 0, 0, 9, 1);
    read(...fixed, 4);
    expect(view).toMatchObject({
      csrcCount: 0,
      extensionProfile: -1,
      extensionLength: 0,
      paddingLength: 0,
      payloadOffset: 12,
      payloadLength: 1,
    });
  });

  test("takes any bytes without an exception", () => {
    const { view } = setUp();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        if (bytes.length > 0) bytes[0] = 0x80 | (bytes[0]! & 0x3f);
        const isValid = view.reset(bytes);
        if (isValid) {
          expect(view.payloadOffset + view.payloadLength + view.paddingLength).toBe(bytes.length);
          for (let i = 0; i < view.csrcCount; i++) view.csrc(i);
          headerExtensionElements(view);
        }
        expect(parseRtp(bytes) !== undefined).toBe(isValid);
      }),
    );
  });

  const files = corpus("rtp/webrtc-rtp-corpus");
  test.skipIf(!files)("takes the packets of the WebRTC fuzz corpus without an exception", () => {
    const { view } = setUp();
    let valid = 0;
    for (const [, bytes] of files!) {
      if (!view.reset(bytes)) continue;
      valid++;
      headerExtensionElements(view);
      expect(parseRtp(parseRtp(bytes)!.serialize())).toEqual(parseRtp(bytes));
    }
    expect(files!.length).toBeGreaterThan(0);
    expect(valid).toBeGreaterThan(0);
  });
});

describe("writing RTP packets", () => {
  const packets = fc.record({
    payloadType: fc.integer({ min: 0, max: 127 }).filter((type) => type < 72 || type > 76),
    sequenceNumber: fc.integer({ min: 0, max: 0xffff }),
    timestamp: fc.integer({ min: 0, max: 0xffffffff }),
    ssrc: fc.integer({ min: 0, max: 0xffffffff }),
    marker: fc.boolean(),
    csrcs: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 15 }),
    headerExtension: fc.option(
      fc.record({
        profile: fc.integer({ min: 0, max: 0xffff }),
        data: fc
          .array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 10 })
          .map((words) => Uint8Array.from(words.flatMap((word) => [...word]))),
      }),
      { nil: undefined },
    ),
    payload: fc.uint8Array({ maxLength: 200 }),
    paddingLength: fc.integer({ min: 0, max: 255 }),
  });

  test("reads back what it wrote", () => {
    fc.assert(
      fc.property(packets, (init) => {
        const packet = new RtpPacket(init);
        const read = parseRtp(packet.serialize())!;
        expect({ ...read, payload: [...read.payload], headerExtension: undefined }).toEqual({
          ...packet,
          payload: [...packet.payload],
          headerExtension: undefined,
        });
        expect(read.headerExtension?.profile).toBe(init.headerExtension?.profile);
        expect([...(read.headerExtension?.data ?? [])]).toEqual([...(init.headerExtension?.data ?? [])]);
      }),
    );
  });

  test("writes the bytes of RFC 3550 §5.1", () => {
    const target = new Uint8Array(14).fill(0xee);
    expect(writeRtpHeader(target, 8, true, 0x10203, 0x1_0000_0004, 0xdeadbeef)).toBe(12);
    expect([...target]).toEqual([0x80, 0x88, 0x02, 0x03, 0, 0, 0, 4, 0xde, 0xad, 0xbe, 0xef, 0xee, 0xee]);
  });

  test("fills an extension up to whole words", () => {
    const bytes = new RtpPacket({
      payloadType: 0,
      sequenceNumber: 0,
      timestamp: 0,
      ssrc: 0,
      headerExtension: { profile: 1, data: Uint8Array.of(9) },
    }).serialize();
    expect([...bytes.subarray(12)]).toEqual([0, 1, 0, 1, 9, 0, 0, 0]);
  });

  test.each([{ payloadType: 128 }, { payloadType: -1 }, { csrcs: Array<number>(16).fill(0) }, { paddingLength: 256 }])(
    "refuses %o",
    (part) => {
      const packet = new RtpPacket({ payloadType: 0, sequenceNumber: 0, timestamp: 0, ssrc: 0, ...part });
      expect(() => packet.serialize()).toThrow(RtpError);
    },
  );
});

describe("header extension elements (RFC 8285)", () => {
  test("packs short elements in the one-byte form and reads them back", () => {
    const elements = [
      { id: 1, data: Uint8Array.of(5) },
      { id: 14, data: new Uint8Array(16).fill(3) },
    ];
    const extension = packHeaderExtension(elements);
    expect(extension.profile).toBe(0xbede);
    expect(headerExtensionElements(extension)).toEqual(elements);
  });

  test.each([
    ["an empty element", [{ id: 3, data: new Uint8Array(0) }]],
    ["an identifier over 14", [{ id: 15, data: Uint8Array.of(1, 2) }]],
    ["more than 16 bytes", [{ id: 1, data: new Uint8Array(17).fill(1) }]],
  ])("packs %s in the two-byte form and reads it back", (_, elements) => {
    const extension = packHeaderExtension(elements);
    expect(extension.profile).toBe(0x1000);
    expect(headerExtensionElements(extension)).toEqual(elements);
  });

  test("skips padding between elements, stops at identifier 15 and at an element that is cut off", () => {
    const of = (...data: number[]) => headerExtensionElements({ profile: 0xbede, data: Uint8Array.from(data) }).map(({ id }) => id);
    expect(of(0x10, 7, 0, 0, 0x20, 8, 0xf0, 0, 0x30, 9)).toEqual([1, 2]);
    expect(of(0x10, 7, 0x23, 1, 2)).toEqual([1]);
    expect(headerExtensionElements({ profile: 0x1003, data: Uint8Array.of(5, 0, 6) }).map(({ id }) => id)).toEqual([5]);
  });

  test("has no elements in another profile", () => {
    expect(headerExtensionElements({ profile: 0x1234, data: Uint8Array.of(0x10, 7, 0, 0) })).toEqual([]);
  });

  test("refuses an element that does not fit", () => {
    expect(() => packHeaderExtension([{ id: 0, data: new Uint8Array(1) }])).toThrow(RtpError);
    expect(() => packHeaderExtension([{ id: 1, data: new Uint8Array(256) }])).toThrow(RtpError);
  });
});
