import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultSdpLimits, parseSdp, SdpParseError, serializeSdp } from "@sidetone/sdp-core";

function setUp() {
  const lines = ["v=0", "o=alice 2890844526 2890844526 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", "m=audio 49170 RTP/AVP 0"];
  const text = (...extra: string[]): string => [...lines, ...extra, ""].join("\r\n");
  const errorOf = (input: string | Uint8Array): SdpParseError => {
    try {
      parseSdp(input);
    } catch (error) {
      if (error instanceof SdpParseError) return error;
      throw error;
    }
    throw new Error("parsed");
  };
  return { lines, text, errorOf };
}

describe("Parsing a session description (RFC 8866 §5)", () => {
  test("reads the fields of o=, c= and m=", () => {
    const { text } = setUp();
    const description = parseSdp(text("c=IN IP4 224.2.1.1/127/3", "m=video 51372/2 RTP/AVP 31 32"));
    expect(description.origin).toEqual({
      username: "alice",
      sessionId: "2890844526",
      sessionVersion: "2890844526",
      networkType: "IN",
      addressType: "IP4",
      address: "192.0.2.1",
    });
    expect(description.sessionName).toBe("-");
    expect(description.connection?.address).toBe("192.0.2.1");
    expect(description.media).toMatchObject([
      { kind: "audio", port: 49170, portCount: 1, protocol: "RTP/AVP", formats: ["0"], connection: { address: "224.2.1.1" } },
      { kind: "video", port: 51372, portCount: 2, protocol: "RTP/AVP", formats: ["31", "32"], connection: undefined },
    ]);
  });

  test("reads the example of RFC 8866 §5", () => {
    const text = [
      "v=0",
      "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1",
      "s=Call to John Smith",
      "i=SDP Offer #1",
      "u=http://www.jdoe.example.com/home.html",
      "e=Jane Doe <jane@jdoe.example.com>",
      "p=+1 617 555-6011",
      "c=IN IP4 198.51.100.1",
      "t=0 0",
      "m=audio 49170 RTP/AVP 0",
      "m=audio 49180 RTP/AVP 0",
      "m=video 51372 RTP/AVP 99",
      "c=IN IP6 2001:db8::2",
      "a=rtpmap:99 h263-1998/90000",
      "",
    ].join("\r\n");
    const description = parseSdp(text);
    expect(description.media.map((media) => media.connection?.address)).toEqual([undefined, undefined, "2001:db8::2"]);
    expect(serializeSdp(description)).toBe(text);
  });

  test("gives attributes as text, by name, in order, whatever the name", () => {
    const { text } = setUp();
    const [media] = parseSdp(
      text("a=candidate:1 1 udp 1 192.0.2.1 9 typ host", "a=__proto__:x", "a=candidate:2", "a=rtcp-mux ", "a=rtcp-muxed"),
    ).media;
    expect(media!.getAllText("candidate")).toEqual(["1 1 udp 1 192.0.2.1 9 typ host", "2"]);
    expect(media!.getText("__proto__")).toBe("x");
    expect(media!.getText("constructor")).toBeUndefined();
    expect(media!.has("rtcp-mux")).toBe(true);
    expect(media!.has("rtcp")).toBe(false);
  });

  test("keeps text of every script, as UTF-8", () => {
    const { text } = setUp();
    const written = text("i=Привет, 世界 🎧");
    expect(serializeSdp(parseSdp(new TextEncoder().encode(written)))).toBe(written);
    expect(parseSdp(new Uint8Array([...new TextEncoder().encode(text()), 0x69, 0x3d, 0xff])).media[0]!.lines.at(-1)).toBe("i=\ufffd");
  });
});

describe("What deployed devices send is accepted", () => {
  const { lines, text } = setUp();
  const crlf = text();

  test.each([
    ["line ends of LF alone", lines.join("\n") + "\n", crlf],
    ["no line end after the last line", lines.join("\r\n"), crlf],
    ["blank lines after the last", crlf + "\r\n\n\r\n", crlf],
    ["a carriage return after the last line", lines.join("\r\n") + "\r", crlf],
    ["mixed line ends", lines.join("\n") + "\r\n", crlf],
  ])("%s, and written with CRLF", (_, received, written) => {
    expect(serializeSdp(parseSdp(received))).toBe(written);
  });

  test.each([
    ["an empty session name", crlf.replace("s=-", "s=")],
    ["no session name", crlf.replace("s=-\r\n", "")],
    ["no time", crlf.replace("t=0 0\r\n", "")],
    ["no connection", crlf.replace("c=IN IP4 192.0.2.1\r\n", "")],
    ["a blank after v=0", crlf.replace("v=0", "v=0 ")],
    ["attributes before the time", crlf.replace("t=0 0", "a=tool:x\r\nt=0 0")],
    ["b= after attributes", text("a=ptime:20", "b=AS:64")],
    ["types that nobody knows", text("x=unknown", "Q=?")],
    ["several blanks between fields", crlf.replace("49170 RTP", "49170 \t RTP")],
    ["a blank at the end of m=", crlf.replace("RTP/AVP 0", "RTP/AVP 0 ")],
    ["a user name with spaces", crlf.replace("alice", "Cisco IP Phone 7960")],
    ["an empty user name", crlf.replace("alice ", " ")],
    ["an origin of 64 bits and more", crlf.replaceAll("2890844526", "18446744069414584320")],
    ["a switched-off stream without formats", text("m=video 0 RTP/AVP")],
    ["a switched-off stream with a payload type out of range", text("m=video 0 RTP/AVP 255")],
    ["no media at all", lines.slice(0, 5).join("\r\n") + "\r\n"],
  ])("%s, and written back as it was", (_, received) => {
    expect(serializeSdp(parseSdp(received))).toBe(received);
  });

  test("reads a user name from the left of the five fields that follow it", () => {
    expect(parseSdp(crlf.replace("alice", "Cisco IP  Phone")).origin.username).toBe("Cisco IP Phone");
    expect(parseSdp(crlf.replace("alice ", " ")).origin).toMatchObject({ username: "", sessionId: "2890844526" });
  });
});

describe("What cannot be understood is refused with the line's number", () => {
  const { text, lines } = setUp();
  test.each([
    ["nothing", "", "SDP_PARSE_VERSION", undefined],
    ["blank lines alone", "\r\n\r\n", "SDP_PARSE_VERSION", undefined],
    ["another first line", text().slice(5), "SDP_PARSE_VERSION", 1],
    ["another version", text().replace("v=0", "v=1"), "SDP_PARSE_VERSION", 1],
    ["two descriptions in one (RFC 3264 §5)", text() + text(), "SDP_PARSE_VERSION", 7],
    ["a line without a type", text("X-Injected: 1"), "SDP_PARSE_LINE", 7],
    ["a folded line", text("a=fmtp:0", " x"), "SDP_PARSE_LINE", 8],
    ["a blank line in the middle", text("", "a=ptime:20"), "SDP_PARSE_LINE", 7],
    ["a blank before the equals sign", text("a =ptime:20"), "SDP_PARSE_LINE", 7],
    ["a carriage return inside a line", text("a=x\ry"), "SDP_PARSE_LINE", 7],
    ["NUL inside a line", text("a=x\0y"), "SDP_PARSE_LINE", 7],
    ["no origin", text().replace(/o=.*\r\n/, ""), "SDP_PARSE_ORIGIN", undefined],
    ["an origin cut short", text().replace(" IN IP4 192.0.2.1\r\ns", " IN\r\ns"), "SDP_PARSE_ORIGIN", 2],
    ["an origin whose version is no number", text().replace("2890844526 IN", "0x10 IN"), "SDP_PARSE_ORIGIN", 2],
    ["a negative session id", text().replace("alice 2890844526", "alice -1"), "SDP_PARSE_ORIGIN", 2],
    ["two origins", text().replace("s=-", lines[1]!), "SDP_PARSE_ORIGIN", 3],
    ["a time that is no number", text().replace("t=0 0", "t=x 0"), "SDP_PARSE_TIMING", 5],
    ["half a time", text().replace("t=0 0", "t= 0"), "SDP_PARSE_TIMING", 5],
    ["a connection without an address", text("c=IN IP4"), "SDP_PARSE_CONNECTION", 7],
    ["a connection with too much", text().replace("c=IN", "c=IN IN"), "SDP_PARSE_CONNECTION", 4],
    ["a port that is no number", text("m=audio x RTP/AVP 0"), "SDP_PARSE_MEDIA", 7],
    ["a port out of range", text("m=audio 65536 RTP/AVP 0"), "SDP_PARSE_MEDIA", 7],
    ["a port count that is no number", text("m=audio 4000/ RTP/AVP 0"), "SDP_PARSE_MEDIA", 7],
    ["a missing port", text("m=audio   RTP/AVP 0"), "SDP_PARSE_MEDIA", 7],
    ["a stream in use without formats", text("m=audio 4000 RTP/AVP"), "SDP_PARSE_MEDIA", 7],
    ["an empty m=", text("m="), "SDP_PARSE_MEDIA", 7],
  ])("%s", (_, received, code, lineNumber) => {
    const { errorOf } = setUp();
    expect(errorOf(received)).toMatchObject({ name: "SdpParseError", code, lineNumber });
  });

  test("quotes at most 80 characters of what the peer wrote", () => {
    const { errorOf } = setUp();
    expect(errorOf(text("m=" + "x".repeat(5000))).message.length).toBeLessThan(160);
  });
});

describe("Limits", () => {
  test.each([
    ["bytes", { maxBytes: 100 }],
    ["lines", { maxLines: 5 }],
    ["media descriptions", { maxMediaDescriptions: 1 }],
  ])("more %s than allowed are refused", (_, limit) => {
    const { text } = setUp();
    const received = text("m=video 51372 RTP/AVP 31");
    expect(() => parseSdp(received, { ...defaultSdpLimits, ...limit })).toThrow(expect.objectContaining({ code: "SDP_PARSE_TOO_LARGE" }));
    expect(() => parseSdp(received, { maxBytes: received.length, maxLines: 7, maxMediaDescriptions: 2 })).not.toThrow();
  });

  test("64 KiB is the default, for text and for bytes", () => {
    const { text, errorOf } = setUp();
    const filled = text("a=" + "x".repeat(65_536 - text("a=").length));
    expect(parseSdp(filled).media).toHaveLength(1);
    expect(errorOf(filled + "\n").code).toBe("SDP_PARSE_TOO_LARGE");
    expect(errorOf(new Uint8Array(65_537)).code).toBe("SDP_PARSE_TOO_LARGE");
  });
});

describe("Round trips", () => {
  test("every sequence of lines of a description comes back byte for byte", () => {
    const value = fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => !/[\0\r\n]/.test(text));
    const attribute = fc.tuple(fc.constantFrom("rtpmap", "fmtp", "__proto__", "x", ""), value).map(([name, text]) => `a=${name}:${text}`);
    const unknown = fc.tuple(fc.constantFrom("b", "i", "k", "z", "X"), value).map(([type, text]) => `${type}=${text}`);
    const media = fc
      .tuple(fc.nat(65_535), fc.array(fc.nat(255), { minLength: 1 }))
      .map(([port, formats]) => `m=audio ${port} RTP/AVP ${formats.join(" ")}`);
    fc.assert(
      fc.property(fc.array(fc.oneof(attribute, unknown, media), { maxLength: 60 }), (body) => {
        const { lines } = setUp();
        const text = [...lines, ...body, ""].join("\r\n");
        expect(serializeSdp(parseSdp(text))).toBe(text);
        expect(serializeSdp(parseSdp(new TextEncoder().encode(text)))).toBe(text);
      }),
    );
  });

  test("any text parses or is refused as SdpParseError", () => {
    const fragment = fc.oneof(
      fc.constantFrom("v=0", "o=- 1 1 IN IP4 h", "m=audio 1 RTP/AVP 0", "c=IN IP4 h", "t=0 0", "\r\n", "\n", "\r", "a=", "\0"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fragment), (fragments) => {
        const { errorOf } = setUp();
        const text = fragments.join("");
        try {
          parseSdp(text);
        } catch {
          expect(errorOf(text).code).toMatch(/^SDP_PARSE_/);
        }
      }),
    );
  });
});
