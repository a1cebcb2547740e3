import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  attributeLine,
  Fmtp,
  fmtpParameter,
  Group,
  Maxptime,
  Mid,
  parseSdp,
  parseTelephoneEvents,
  Ptime,
  Rtcp,
  Rtpmap,
  serializeTelephoneEvents,
  Ssrc,
  type AttributeCodec,
} from "@sidetone/sdp-core";

function setUp() {
  const media = (...attributes: string[]) =>
    parseSdp(["v=0", "o=- 1 1 IN IP4 h", "m=audio 4000 RTP/AVP 0", ...attributes].join("\n")).media[0]!;
  return { media };
}

const token = fc.string({ unit: fc.constantFrom(..."abcXYZ09-._"), minLength: 1, maxLength: 12 });
function roundTrips<Value>(codec: AttributeCodec<Value>, values: fc.Arbitrary<Value>): void {
  fc.assert(
    fc.property(values, (value) => {
      expect(codec.parse(codec.serialize(value))).toEqual(value);
    }),
  );
}

describe("rtpmap (RFC 8866 §6.6)", () => {
  test.each([
    ["0 PCMU/8000", { payloadType: 0, encodingName: "PCMU", clockRate: 8000, channels: 1 }],
    ["111 opus/48000/2", { payloadType: 111, encodingName: "opus", clockRate: 48000, channels: 2 }],
    [" 8   PCMA/8000/1 ", { payloadType: 8, encodingName: "PCMA", clockRate: 8000, channels: 1 }],
    ["97 __proto__/8000", { payloadType: 97, encodingName: "__proto__", clockRate: 8000, channels: 1 }],
  ])("%s is read", (text, rtpmap) => expect(Rtpmap.parse(text)).toEqual(rtpmap));

  test.each(["", "0", "0 PCMU", "0 PCMU/", "0 PCMU/0", "0 PCMU/8k", "0 /8000", "x PCMU/8000", "128 PCMU/8000", "-1 PCMU/8000", "0 opus/48000/", "0 a/8000/0"])(
    "%j counts as absent",
    (text) => expect(Rtpmap.parse(text)).toBeUndefined(),
  ); // prettier-ignore

  test("round trips", () =>
    roundTrips(
      Rtpmap,
      fc.record({
        payloadType: fc.nat(127),
        encodingName: token,
        clockRate: fc.integer({ min: 1, max: 192_000 }),
        channels: fc.integer({ min: 1, max: 8 }),
      }),
    ));
});

describe("fmtp (RFC 8866 §6.15)", () => {
  test("keeps the parameters as written", () => {
    expect(Fmtp.parse("111 minptime=10; useinbandfec=1")).toEqual({ format: "111", parameters: "minptime=10; useinbandfec=1" });
    expect(Fmtp.parse("111")).toBeUndefined();
  });

  test("finds one parameter of a list, whatever its case", () => {
    expect(fmtpParameter("minptime=10; UseInbandFec = 1;stereo", "useinbandfec")).toBe("1");
    expect(fmtpParameter("minptime=10;stereo", "stereo")).toBe("");
    expect(fmtpParameter("minptime=10", "ptime")).toBeUndefined();
  });

  test("round trips", () => roundTrips(Fmtp, fc.record({ format: token, parameters: token })));
});

describe("telephone-event parameters (RFC 4733 §2.4.1)", () => {
  test.each([
    [undefined, "0-15"],
    ["0-15", "0-15"],
    ["0-16", "0-16"],
    ["0-15,66,70", "0-15,66,70"],
    ["66, 0-11", "0-11,66"],
    ["events=0-15", "0-15"],
    ["0,1,2,4", "0-2,4"],
    ["5-3,x,-,1-,300,0-300,7", "7"],
    ["", ""],
  ])("%j lists %s", (parameters, list) => expect(serializeTelephoneEvents(parseTelephoneEvents(parameters))).toBe(list));

  test("round trips", () => {
    const events = fc.uniqueArray(fc.nat(255)).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(events, (list) => {
        expect(parseTelephoneEvents(serializeTelephoneEvents(list))).toEqual(list);
      }),
    );
  });
});

describe("Other typed attributes", () => {
  test.each([
    [Ptime, "20", 20],
    [Ptime, " 20 ", 20],
    [Ptime, "0", undefined],
    [Ptime, "20.5", undefined],
    [Maxptime, "150", 150],
    [Rtcp, "53020", { port: 53020, address: undefined }],
    [Rtcp, "53020 IN IP4 126.16.64.4", { port: 53020, address: "126.16.64.4" }],
    [Rtcp, "53020 IN IP6 2001:db8::1", { port: 53020, address: "2001:db8::1" }],
    [Rtcp, "0", undefined],
    [Rtcp, "65536", undefined],
    [Rtcp, "53020 IN IP4", undefined],
    [Mid, "audio", "audio"],
    [Mid, "", undefined],
    [Group, "BUNDLE audio video", { semantics: "BUNDLE", mids: ["audio", "video"] }],
    [Group, "", undefined],
    [Ssrc, "314159 cname:user@example.com", { ssrc: 314159, attribute: "cname", value: "user@example.com" }],
    [Ssrc, "1 x", { ssrc: 1, attribute: "x", value: undefined }],
    [Ssrc, "4294967296 x", undefined],
    [Ssrc, "1", undefined],
  ] as [AttributeCodec<unknown>, string, unknown][])("$0.name of %j", (codec, text, value) => expect(codec.parse(text)).toEqual(value));

  test("round trip", () => {
    roundTrips(Ptime, fc.integer({ min: 1, max: 65_535 }));
    roundTrips(
      Rtcp,
      fc.record({ port: fc.integer({ min: 1, max: 65_535 }), address: fc.constantFrom(undefined, "192.0.2.1", "2001:db8::1") }),
    );
    roundTrips(Mid, token);
    roundTrips(Group, fc.record({ semantics: token, mids: fc.array(token) }));
    roundTrips(Ssrc, fc.record({ ssrc: fc.nat(2 ** 32 - 1), attribute: token, value: fc.option(token, { nil: undefined }) }));
  });
});

describe("Reading a section by attribute", () => {
  test("get() gives the first, getAll() every well-formed one", () => {
    const { media } = setUp();
    const section = media("a=rtpmap:0 PCMU/8000", "a=rtpmap:broken", "a=rtpmap:97 iLBC/8000", "a=ptime:30", "a=ptime:20");
    expect(section.get(Ptime)).toBe(30);
    expect(section.get(Maxptime)).toBeUndefined();
    expect(section.getAll(Rtpmap).map(({ payloadType }) => payloadType)).toEqual([0, 97]);
  });

  test("attributeLine() writes what get() reads", () => {
    const { media } = setUp();
    const line = attributeLine(Ssrc, { ssrc: 7, attribute: "cname", value: "a:b" });
    expect(line).toBe("a=ssrc:7 cname:a:b");
    expect(media(line).get(Ssrc)).toEqual({ ssrc: 7, attribute: "cname", value: "a:b" });
  });
});
