import { describe, expect, test } from "vitest";
import { parseUri, SipError, TelUri } from "@sidetone/sip-core";

describe("tel URIs (RFC 3966)", () => {
  test.each([
    ["tel:+1-201-555-0123", { number: "+1-201-555-0123", digits: "+12015550123", isGlobal: true, phoneContext: undefined }],
    ["tel:7042;phone-context=example.com", { number: "7042", digits: "7042", isGlobal: false, phoneContext: "example.com" }],
    ["tel:863-1234;phone-context=+1-914-555", { number: "863-1234", digits: "8631234", isGlobal: false, phoneContext: "+1-914-555" }],
    ["tel:+1(201)555.0123;ext=12", { digits: "+12015550123", extension: "12" }],
    ["tel:+358-555-1234567;isub=1411;postd=pp22", { digits: "+3585551234567", isdnSubaddress: "1411" }],
    ["tel:*21#;phone-context=+49", { number: "*21#", digits: "*21#", isGlobal: false }],
    ["tel:112", { number: "112", isGlobal: false, phoneContext: undefined }],
  ])("reads %s and writes it back", (text, parts) => {
    const uri = TelUri.parse(text);
    expect(uri).toMatchObject(parts);
    expect(uri.toString()).toBe(text);
  });

  test.each([
    "tel:",
    "tel:+",
    "tel:+-()",
    "tel:+1 201",
    "tel:+1a",
    "tel:12g",
    "tel:+1;",
    "tel:+1;;ext=1",
    "tel:+1;phone-context=a..b",
    "tel:1;phone-context=+",
    "tel:+1@a",
  ])("refuses %j", (text) => {
    expect(() => TelUri.parse(text)).toThrow(expect.objectContaining({ code: "SIP_PARSE_URI" }));
  });

  test.each([
    ["tel:+1-201-555-0123", "tel:+12015550123", true],
    ["tel:+358-555-1234567;postd=pp22", "tel:+358-555-1234567;POSTD=PP22", true],
    ["tel:+358-555-1234567;postd=pp22;isub=1411", "tel:+358-555-1234567;isub=1411;postd=pp22", true],
    ["tel:7042;phone-context=+1-914", "tel:70-42;phone-context=+1914", true],
    ["tel:7042;phone-context=Example.com", "tel:7042;phone-context=example.com", true],
    ["tel:+1;ext=1-2", "tel:+1;ext=12", true],
    ["tel:+12015550123", "tel:12015550123", false],
    ["tel:+1", "tel:+1;ext=1", false],
    ["tel:+1;x=1", "tel:+1;x=2", false],
  ])("compares %s with %s by §4: %s", (a, b, equal) => {
    expect(parseUri(a).equals(parseUri(b))).toBe(equal);
    expect(parseUri(b).equals(parseUri(a))).toBe(equal);
  });

  test.each([
    ["tel:+358-555-1234567;POSTD=PP22", "sip:+358-555-1234567;postd=pp22@foo.com;user=phone"],
    ["tel:+358-555-1234567;tsp=a.b;phone-context=5.c", "sip:+358-555-1234567;phone-context=5.c;tsp=a.b@foo.com;user=phone"],
    ["tel:+358-555-1234567;postd=pp22;isub=1411", "sip:+358-555-1234567;isub=1411;postd=pp22@foo.com;user=phone"],
    ["tel:+1;phone-context=a.b;postd=1", "sip:+1;postd=1;phone-context=a.b@foo.com;user=phone"],
    ["tel:*21#;phone-context=+49", "sip:*21%23;phone-context=+49@foo.com;user=phone"],
  ])("becomes a SIP URI in one spelling (RFC 3261 §19.1.6): %s", (tel, sip) => {
    expect(TelUri.parse(tel).toSipUri("foo.com").toString()).toBe(sip);
  });

  test("is made of its parts", () => {
    expect(TelUri.create({ number: "7042", phoneContext: "example.com", parameters: [["ext", "3"]] }).toString()).toBe(
      "tel:7042;phone-context=example.com;ext=3",
    );
    expect(TelUri.create({ number: "+1-201" }).toString()).toBe("tel:+1-201");
  });

  test.each([
    [{ number: "7042" }],
    [{ number: "+1 2" }],
    [{ number: "" }],
    [{ number: "1", phoneContext: "a b" }],
    [{ number: "1", phoneContext: "" }],
  ])("cannot be made of %j", (options) => {
    expect(() => TelUri.create(options)).toThrow(SipError);
    expect(() => TelUri.create(options)).toThrow(expect.objectContaining({ code: "SIP_URI_INVALID" }));
  });
});
