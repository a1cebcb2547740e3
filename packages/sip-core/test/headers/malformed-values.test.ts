import { describe, expect, test } from "vitest";
import * as sip from "@sidetone/sip-core";
import type { HeaderCodec } from "@sidetone/sip-core";

/** Values from a peer that a field cannot hold. */
const malformed: readonly (readonly [codec: HeaderCodec<unknown>, ...texts: string[]])[] = [
  [sip.Accept, "text", "text/", "/html", "text /", "text/html;", "*"],
  [sip.AcceptEncoding, "", ";q=1", "a b"],
  [sip.Allow, "", "a b", "INVITE;x"],
  [sip.AuthenticationInfo, "", "nextnonce", 'nextnonce="'],
  [sip.Authorization, "", "Digest", 'Digest realm="', "Digest realm=a b", "Digest realm", 'Digest realm="a"; x=1', "Basic dXNlcjpwYXNz"],
  [sip.CallId, "", "a b", "a\u0000", "é"],
  [sip.CallInfo, "http://www.nist.gov", "<http://a"],
  [sip.ContentLanguage, "", "waytoolongtag", "en-", "e n"],
  [sip.ContentLength, "", "-999", "five", "1.0", "+1", "4294967296", "1 2"],
  [sip.ContentType, "", "application", "application/", "application/sdp;;x", "a/b/c"],
  [
    sip.CSeq,
    "",
    "1",
    "INVITE",
    "1INVITE",
    "-1 INVITE",
    "0x1 INVITE",
    "2147483648 INVITE",
    "36893488147419103232 REGISTER",
    "1 INV ITE",
    "1 INVITE;x",
  ],
  [
    sip.SipDate,
    "",
    "Fri, 01 Jan 2010 16:00:00 EST",
    "Fri, 01 Jan 2010 16:00:00 UTC",
    "Sat, 01 Jan 2010 16:00:00 GMT",
    "Fri, 1 Jan 2010 16:00:00 GMT",
    "Fri, 01 jan 2010 16:00:00 GMT",
    "Fri, 01 Jan 2010 24:00:00 GMT",
    "Fri, 01 Jan 2010 16:60:00 GMT",
    "Mon, 30 Feb 2010 16:00:00 GMT",
    "Fri, 01 Jan 10 16:00:00 GMT",
  ],
  [sip.Event, "", ";id=1"],
  [sip.Expires, "", "0 0l@company.com", "0xpires", "-1", "1.5"],
  [sip.MaxForwards, "", "256", "300", "-1", "a"],
  [sip.MimeVersion, "", "1", "1.", "1.0.0", "a.b"],
  [sip.Priority, "", "very urgent"],
  [sip.RAck, "", "1 INVITE", "4294967296 1 INVITE", "1 2147483648 INVITE", "1 1 IN VITE", "1 1"],
  [sip.Replaces, "", "a@b", "a@b;to-tag=1", "a@b;from-tag=1", "a@b;to-tag;from-tag=1", ";to-tag=1;from-tag=2"],
  [sip.RetryAfter, "", "x", "-1", "1 (open", "1 (a) b", "(a)"],
  [sip.Supported, "", "a,b"],
  [sip.Timestamp, "", ".", "x", "1 x", "1 2 3", "-1"],
  [
    sip.Warning,
    "",
    '30 a "b"',
    "307 isi.edu text",
    '307 isi.edu "text',
    '307 isi.edu "text" more',
    '307 "text"',
    '1812 overture "In Progress"',
  ],
];

describe("malformed header fields", () => {
  test.each(malformed.flatMap(([codec, ...texts]) => texts.map((text) => [codec.name, text, codec] as const)))(
    "%s: %j",
    (name, text, codec) => {
      expect(() => codec.parse(text)).toThrow(sip.SipParseError);
      expect(() => codec.parse(text)).toThrow(expect.objectContaining({ code: "SIP_PARSE_HEADER", header: name }));
    },
  );

  test("quotes at most 80 characters of what the peer wrote", () => {
    expect(() => sip.CSeq.parse("x".repeat(5000))).toThrow(/^.{1,150}$/);
  });

  test("reads numbers of seconds above 2³² − 1 as that (RFC 3261 §20.19)", () => {
    expect(sip.Expires.parse(`1${"0".repeat(100)}`)).toBe(4_294_967_295);
    expect(sip.SessionExpires.parse("99999999999").seconds).toBe(4_294_967_295);
  });
});

describe("header values that a caller gets wrong", () => {
  test.each<readonly [string, () => unknown]>([
    ["a Subject with a line break", () => sip.Subject.serialize("a\r\nX-Injected: 1")],
    ["a User-Agent with NUL", () => sip.UserAgent.serialize("a\u0000")],
    ["a Subject with white space at its end", () => sip.Subject.serialize("a ")],
    ["a method with white space", () => sip.Allow.serialize("INV ITE")],
    ["a negative Expires", () => sip.Expires.serialize(-1)],
    ["a Max-Forwards above 255", () => sip.MaxForwards.serialize(256)],
    ["a Content-Length that is no whole number", () => sip.ContentLength.serialize(1.5)],
    ["a Call-ID with white space", () => sip.CallId.serialize("a b")],
    ["a Date before 1970", () => sip.SipDate.serialize(-1)],
    ["a Date that is none", () => sip.SipDate.serialize(Number.NaN)],
    ["a CSeq above 2³¹ − 1", () => sip.CSeq.serialize({ sequenceNumber: 2 ** 31, method: "INVITE" })],
    ["a CSeq with a line break", () => sip.CSeq.serialize({ sequenceNumber: 1, method: "INVITE\r\nX: y" })],
    ["a RAck with a line break", () => sip.RAck.serialize({ responseNumber: 1, sequenceNumber: 1, method: "A\nB" })],
    ["a Timestamp that is no number", () => sip.Timestamp.serialize({ timeSeconds: Number.NaN })],
    ["a Warning with a line break", () => sip.Warning.serialize({ code: 399, agent: "a", text: "a\nb" })],
    ["a Warning with a bad agent", () => sip.Warning.serialize({ code: 399, agent: "a b", text: "c" })],
    ["a media type that is none", () => sip.MediaType.create("text")],
    ["a token that is none", () => sip.ParameterizedToken.create("a b")],
    ["seconds that are none", () => sip.DeltaSeconds.create(-1)],
    ["a comment with a line break", () => sip.DeltaSeconds.create(1, [], "a\nb")],
    ["a dialog with a semicolon", () => sip.DialogReference.create("a;b", [])],
  ])("%s throws SIP_HEADER_INVALID", (_what, write) => {
    expect(write).toThrow(sip.SipError);
    expect(write).toThrow(expect.objectContaining({ code: "SIP_HEADER_INVALID" }));
  });
});
