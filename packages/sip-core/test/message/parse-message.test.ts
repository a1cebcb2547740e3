import { describe, expect, test } from "vitest";
import {
  createResponse,
  defaultLimits,
  parseMessage,
  serializeMessage,
  SipParseError,
  SipRequest,
  SipResponse,
  type SipLimits,
} from "@sidetone/sip-core";
import { invite, inviteLines, wire } from "./wire-text.ts";

function refusal(bytes: Uint8Array, limits?: SipLimits): SipParseError<SipRequest> {
  try {
    parseMessage(bytes, limits);
  } catch (error) {
    expect(error).toBeInstanceOf(SipParseError);
    return error as SipParseError<SipRequest>;
  }
  throw new Error("The message was accepted");
}

describe("a request (RFC 3261 §7.1)", () => {
  test("gives method, Request-URI and what every message has", () => {
    const request = parseMessage(invite()) as SipRequest;
    expect(request).toBeInstanceOf(SipRequest);
    expect(request.method).toBe("INVITE");
    expect(request.requestUriText).toBe("sip:bob@example.com");
    expect(request.requestUri).toMatchObject({ scheme: "sip", user: "bob", host: "example.com" });
    expect(request).toMatchObject({
      callId: "a84b4c76e66710@pc33.example.com",
      sequenceNumber: 314159,
      cseqMethod: "INVITE",
      fromTag: "1928301774",
      toTag: undefined,
    });
    expect(request.topVia).toMatchObject({
      transport: "UDP",
      host: "pc33.example.com",
      port: 5070,
      branch: "z9hG4bK776asdhds",
      rport: true,
    });
  });

  test.each([
    ["a Request-URI in angle brackets", "INVITE <sip:bob@example.com> SIP/2.0"],
    ["white space in the Request-URI", "INVITE sip:bob@example.com; lr SIP/2.0"],
    ["two spaces before the version", "INVITE sip:bob@example.com  SIP/2.0"],
    ["a space after the version", "INVITE sip:bob@example.com SIP/2.0 "],
    ["a Request-URI with headers (§19.1.1)", "INVITE sip:bob@example.com?Subject=x SIP/2.0"],
    ["no Request-URI", "INVITE SIP/2.0"],
    ["a method that is no token", "INV@TE sip:bob@example.com SIP/2.0"],
    ["a URI that is none", "INVITE bob SIP/2.0"],
  ])("with %s is refused with 400", (_, start) => {
    expect(refusal(invite({ start }))).toMatchObject({ statusCode: 400 });
  });

  test("of another version of SIP is refused with 505 and can be answered (RFC 4475 §3.1.2.16)", () => {
    const error = refusal(invite({ start: "INVITE sip:bob@example.com SIP/7.0" }));
    expect(error).toMatchObject({ code: "SIP_PARSE_VERSION", statusCode: 505 });
    expect(error.request?.method).toBe("INVITE");
  });

  test("may name the version in lower case (§7.1)", () => {
    expect(parseMessage(invite({ start: "INVITE sip:bob@example.com sip/2.0" }))).toBeInstanceOf(SipRequest);
  });

  test.each(["nobodyKnowsThisScheme:totallyopaquecontent", "tel:+15551212", "sips:bob@[2001:db8::1]:5061;transport=tls"])(
    "may be for %s",
    (uri) => {
      const request = parseMessage(invite({ start: `INVITE ${uri} SIP/2.0` })) as SipRequest;
      expect(request.requestUri.toString()).toBe(uri);
    },
  );
});

describe("a response (RFC 3261 §7.2)", () => {
  function response(start: string): Buffer {
    return invite({ start, To: "To: Bob <sip:bob@example.com>;tag=b27xq1" });
  }

  test.each([
    ["SIP/2.0 200 OK", 200, "OK"],
    ["SIP/2.0 180 Ringing here", 180, "Ringing here"],
    ["SIP/2.0 100 ", 100, ""],
    ["SIP/2.0 100", 100, ""],
    ["SIP/2.0 699 =C3=BC", 699, "=C3=BC"],
    ["SIP/2.0 404 nicht da: ü€", 404, "nicht da: ü€"],
  ])("%j has status code %i and phrase %j", (start, statusCode, reasonPhrase) => {
    const message = parseMessage(response(start));
    expect(message).toBeInstanceOf(SipResponse);
    expect(message).toMatchObject({ statusCode, reasonPhrase, toTag: "b27xq1" });
  });

  test.each([
    "SIP/2.0 99 Low",
    "SIP/2.0 700 High",
    "SIP/2.0 2000 Long",
    "SIP/2.0 20 Short",
    "SIP/3.0 200 OK",
    "SIP/2.0  200 OK",
    "SIP/2.0",
  ])("%j is refused", (start) => {
    expect(refusal(response(start)).request).toBeUndefined();
  });
});

describe("header lines (RFC 3261 §7.3)", () => {
  test.each([
    ["no colon", "Subject"],
    ["no name", ": value"],
    ["a name that is no token", "Sub ject: x"],
    ["a bare LF, which would smuggle a field in", "Subject: x\nX-Injected: 1"],
    ["a bare CR", "Subject: x\rX-Injected: 1"],
    ["a bare LF after a backslash", "Subject: a\\\nX-Injected: 1"],
    ["a NUL", "Subject: a\0b"],
    ["a control character", "Subject: a\x07b"],
    ["a DEL", "Subject: abcd\x7fefgh"],
  ])("with %s are refused with 400", (_, line) => {
    const error = refusal(invite({}, line));
    expect(error).toMatchObject({ code: "SIP_PARSE_HEADER", statusCode: 400 });
    expect(error.request?.has("X-Injected")).not.toBe(true);
  });

  test("may hold control characters as quoted pairs (RFC 4475 §3.1.1.2)", () => {
    const request = parseMessage(invite({ To: 'To: "BEL:\\\x07 NUL:\\\0 DEL:\\\x7f" <sip:bob@example.com>' }));
    expect(request.getText("To")).toContain("NUL");
  });

  test("do not continue the start line", () => {
    expect(refusal(wire(["INVITE sip:bob@example.com SIP/2.0", " folded", ...inviteLines().slice(1)]))).toMatchObject({ statusCode: 400 });
  });

  test("may end with the datagram instead of an empty line", () => {
    const bytes = invite();
    expect(parseMessage(bytes.subarray(0, bytes.length - 2)).callId).toBe("a84b4c76e66710@pc33.example.com");
    expect(refusal(bytes.subarray(0, bytes.length - 4))).toMatchObject({ statusCode: 400 });
  });
});

describe("a message on arrival", () => {
  test("without Via is refused, and cannot be answered", () => {
    expect(refusal(invite({ Via: undefined }))).toMatchObject({ header: "Via", statusCode: 400, request: undefined });
  });

  test.each(["From", "To", "Call-ID", "CSeq"])("without %s is refused, and answered with what there is (RFC 4475 §3.3.1)", (name) => {
    const error = refusal(invite({ [name]: undefined }));
    expect(error).toMatchObject({ header: name, statusCode: 400 });
    const response = createResponse(error.request!, error.statusCode, { toTag: "t" });
    const present = ["Via", "From", "To", "Call-ID", "CSeq"].filter((each) => response.has(each));
    expect(present).toEqual(["Via", "From", "To", "Call-ID", "CSeq"].filter((each) => each !== name));
    expect(serializeMessage(response).toString("latin1")).toMatch(/^SIP\/2\.0 400 [^]*\r\n\r\n$/);
  });

  test.each(["SIP/2.0/UDP 192.0.2.15;;,;,,", 'SIP/2.0/UDP 192.0.2.15;x="open', "SIP/2.0/UDP 192.0.2.15;@"])(
    "with malformed parameters in Via (%s) is refused, and answered where sent-by says (RFC 4475 §3.1.2.1)",
    (via) => {
      const { header, statusCode, request } = refusal(invite({ Via: `Via: ${via}` }));
      expect([header, statusCode, request?.topVia.host]).toEqual(["Via", 400, "192.0.2.15"]);
    },
  );

  test("with a control character in a malformed Via is not answered: it would be repeated", () => {
    expect(refusal(invite({ Via: "Via: SIP/2.0/UDP 192.0.2.15;;\x01" })).request).toBeUndefined();
  });

  test.each(["From", "To", "Call-ID", "CSeq", "Max-Forwards"])("with two %s is refused and answered as to the first", (name) => {
    const again: Record<string, string> = {
      "Max-Forwards": "1",
      "Call-ID": "other",
      CSeq: "2 INVITE",
      From: "<sip:x@y>;tag=2",
      To: "<sip:x@y>",
    };
    const error = refusal(invite({}, `${name}: ${again[name]}`));
    expect(error).toMatchObject({ header: name, statusCode: 400 });
    expect(error.request).toMatchObject({ callId: "a84b4c76e66710@pc33.example.com", fromTag: "1928301774", sequenceNumber: 314159 });
  });

  test.each([
    ["Via", "Via: SIP/2.0/UDP"],
    ["Via", "Via: SIP/2.0/UDP host:99999;branch=z9hG4bK1"],
    ["Via", "Via: "],
    ["From", "From: <sip:alice@example.com"],
    ["From", "From: <sip:alice@example.com>;tag="],
    ["To", 'To: "Bob <sip:bob@example.com>'],
    ["To", "To: sip:bob@example.com, sip:carol@example.com"],
    ["Call-ID", "Call-ID: a b"],
    ["Call-ID", "Call-ID: abcdefgh ijkl@mnop"],
    ["Call-ID", "Call-ID: abcdefghä"],
    ["Call-ID", "Call-ID:"],
    ["CSeq", "CSeq: 36893488147419103232 INVITE"],
    ["CSeq", "CSeq: 2147483648 INVITE"],
    ["CSeq", "CSeq: 1INVITE"],
    ["CSeq", "CSeq: 1 BYE"],
    ["Max-Forwards", "Max-Forwards: 256"],
    ["Max-Forwards", "Max-Forwards: -1"],
    ["Contact", "Contact: sip:"],
    ["Contact", "Contact: <sip:a@b>, <"],
    ["Contact", "Contact: "],
  ])("with a malformed %s is refused: %j", (name, line) => {
    expect(refusal(invite({ [name]: line }))).toMatchObject({ header: name, statusCode: 400 });
  });

  test.each([
    ["Require", "Require: a b"],
    ["Proxy-Require", "Proxy-Require: <>"],
    ["Content-Type", "Content-Type: application"],
    ["Content-Encoding", "Content-Encoding: @"],
    ["Content-Disposition", "Content-Disposition: ;handling=required"],
    ["Content-Length", "Content-Length: x"],
    ["Expires", "Expires: 1\r\nExpires: 2"],
    ["Event", "Event: a\r\no: b"],
  ])("with a wrong %s is refused: %j", (name, line) => {
    expect(refusal(invite({}, line))).toMatchObject({ header: name, statusCode: 400 });
  });

  test.each([
    "Date: Fri, 01 Jan 2010 16:00:00 EST",
    "Subject: a\r\nSubject: b",
    "Supported:",
    "Require:",
    "Expires: abc",
    "Route: nonsense",
  ])("is not refused for %j, which is judged when read", (line) => {
    expect(parseMessage(invite({}, line)).callId).not.toBe("");
  });

  test("of RFC 2543, without branch, tags and Content-Length, is accepted (RFC 4475 §3.4.1)", () => {
    const message = parseMessage(
      wire(
        inviteLines({ Via: "Via: SIP/2.0/UDP pc33.example.com", From: "From: sip:alice@example.com", "Max-Forwards": undefined }),
        "v=0\r\n",
      ),
    );
    expect(message.topVia.branch).toBeUndefined();
    expect(message.fromTag).toBeUndefined();
    expect(Buffer.from(message.body).toString()).toBe("v=0\r\n");
  });

  test("is refused by its start line before its fields are looked at", () => {
    expect(refusal(invite({ start: "INVITE sip:bob@example.com SIP/7.0", CSeq: "CSeq: x" }))).toMatchObject({ statusCode: 505 });
  });

  test("cannot be answered when it is a response, or its top Via is malformed", () => {
    expect(refusal(invite({ start: "SIP/2.0 200 OK", CSeq: "CSeq: x" })).request).toBeUndefined();
    expect(refusal(invite({ Via: "Via: nonsense" })).request).toBeUndefined();
  });
});

describe("the body of a datagram (RFC 3261 §18.3)", () => {
  const body = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n";

  test.each([
    ["the Content-Length of it", `Content-Length: ${body.length}`, body],
    ["no Content-Length", undefined, body],
    ["a smaller Content-Length, dropping the rest", "Content-Length: 3", "v=0"],
    ["a Content-Length of 0", "l: 0", ""],
  ])("with %s", (_, line, expected) => {
    const message = parseMessage(wire(inviteLines({}, ...(line === undefined ? [] : [line])), body));
    expect(Buffer.from(message.body).toString()).toBe(expected);
  });

  test.each(["33", "9999", "99999999999999999999999", "-1", "1 1", "0x10", "1,1", ""])(
    "is refused with 400 when Content-Length is %j",
    (length) => {
      const error = refusal(wire(inviteLines({}, `Content-Length: ${length}`), body));
      expect(error).toMatchObject({ header: "Content-Length", statusCode: 400 });
      expect(error.request?.method).toBe("INVITE");
    },
  );

  test("is refused when Content-Length is repeated, even with the same value", () => {
    expect(refusal(wire(inviteLines({}, "Content-Length: 3", "l: 3"), body))).toMatchObject({ header: "Content-Length", statusCode: 400 });
  });

  test("keeps every byte", () => {
    const octets = Uint8Array.from({ length: 256 }, (_, i) => i);
    const message = parseMessage(Buffer.concat([wire(inviteLines({}, "Content-Length: 256")), octets]));
    expect([...message.body]).toEqual([...octets]);
  });

  test("is read from any Uint8Array", () => {
    const padded = new Uint8Array(1000);
    const bytes = wire(inviteLines({}, "Content-Length: 3"), "abc");
    padded.set(bytes, 7);
    expect([...parseMessage(padded.subarray(7, 7 + bytes.length)).body]).toEqual([97, 98, 99]);
  });
});

describe("limits", () => {
  test("a datagram beyond datagramBytes gives 513", () => {
    expect(refusal(invite(), { ...defaultLimits, datagramBytes: 100 })).toMatchObject({ code: "SIP_PARSE_TOO_LARGE", statusCode: 513 });
    expect(parseMessage(invite(), { ...defaultLimits, datagramBytes: invite().length })).toBeDefined();
  });

  test("a request that is too large can be answered when what was read of it says how", () => {
    const large = invite({}, ...Array.from({ length: 100 }, () => `X: ${"x".repeat(700)}`));
    const { statusCode, request } = refusal(large);
    expect([statusCode, request?.method, request?.callId]).toEqual([513, "INVITE", parseMessage(invite()).callId]);
    expect(createResponse(request!, 513, { toTag: "t" }).getAllText("Via")).toEqual(parseMessage(invite()).getAllText("Via"));
    expect(refusal(invite(), { ...defaultLimits, datagramBytes: invite().length - 1 }).request?.method).toBe("INVITE");
    expect(refusal(invite(), { ...defaultLimits, headBytes: 100 })).toMatchObject({ statusCode: 513, request: undefined });
  });

  test("a head beyond headBytes gives 513, the body not counted", () => {
    const bytes = wire(inviteLines(), "x".repeat(1000));
    const headBytes = bytes.length - 1000;
    expect(parseMessage(bytes, { ...defaultLimits, headBytes }).body.length).toBe(1000);
    expect(refusal(bytes, { ...defaultLimits, headBytes: headBytes - 1 })).toMatchObject({ statusCode: 513 });
  });

  test("too many fields, or too many of one name, give 400", () => {
    const many = (count: number, name: (i: number) => string) => Array.from({ length: count }, (_, i) => `${name(i)}: x`);
    expect(parseMessage(invite({}, ...many(128, () => "X-Same")))).toBeDefined();
    expect(refusal(invite({}, ...many(129, () => "X-Same")))).toMatchObject({ code: "SIP_PARSE_TOO_LARGE", statusCode: 400 });
    expect(parseMessage(invite({}, ...many(505, (i) => `X-${i}`)))).toBeDefined();
    expect(refusal(invite({}, ...many(506, (i) => `X-${i}`)))).toMatchObject({ code: "SIP_PARSE_TOO_LARGE", statusCode: 400 });
    expect(refusal(invite({ Via: `Via: ${Array(129).fill("SIP/2.0/UDP a").join(", ")}` }))).toMatchObject({
      header: "Via",
      statusCode: 400,
    });
  });

  test("a keep-alive is no message", () => {
    expect(refusal(Buffer.from("\r\n\r\n"))).toMatchObject({ request: undefined });
    expect(refusal(Buffer.alloc(0))).toMatchObject({ request: undefined });
    expect(refusal(Buffer.alloc(4))).toMatchObject({ request: undefined });
  });

  test("line breaks before the start line are skipped (§7.5)", () => {
    expect(parseMessage(Buffer.concat([Buffer.from("\r\n\r\n\r\n"), invite()])).sequenceNumber).toBe(314159);
  });
});
