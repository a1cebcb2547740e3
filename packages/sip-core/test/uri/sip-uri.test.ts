import { describe, expect, test } from "vitest";
import { OtherUri, parseUri, SipError, SipParseError, SipUri, TelUri } from "@sidetone/sip-core";

/** The parts of a URI that differ from those of `sip:host` alone. */
function partsOf(text: string): Record<string, unknown> {
  const { scheme, user, password, host, port, parameters, headers } = SipUri.parse(text);
  const parts = { scheme, user, password, host, port, parameters: [...parameters], headers: [...headers] };
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
}

describe("SIP and SIPS URIs (RFC 3261 §19.1)", () => {
  test.each([
    ["sip:alice@atlanta.com", { scheme: "sip", user: "alice", host: "atlanta.com" }],
    [
      "sip:alice:secretword@atlanta.com;transport=tcp",
      { scheme: "sip", user: "alice", password: "secretword", host: "atlanta.com", parameters: [["transport", "tcp"]] },
    ],
    [
      "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
      {
        scheme: "sips",
        user: "alice",
        host: "atlanta.com",
        headers: [
          ["subject", "project x"],
          ["priority", "urgent"],
        ],
      },
    ],
    [
      "sip:+1-212-555-1212:1234@gateway.com;user=phone",
      { scheme: "sip", user: "+1-212-555-1212", password: "1234", host: "gateway.com", parameters: [["user", "phone"]] },
    ],
    ["sips:1212@gateway.com", { scheme: "sips", user: "1212", host: "gateway.com" }],
    ["sip:alice@192.0.2.4", { scheme: "sip", user: "alice", host: "192.0.2.4" }],
    [
      "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
      { scheme: "sip", host: "atlanta.com", parameters: [["method", "REGISTER"]], headers: [["to", "alice@atlanta.com"]] },
    ],
    ["sip:alice;day=tuesday@atlanta.com", { scheme: "sip", user: "alice;day=tuesday", host: "atlanta.com" }],
  ])("reads %s, an example of §19.1.3", (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
    expect(SipUri.parse(text).toString()).toBe(text);
  });

  test.each([
    ["sip:user;par=u%40example.net@example.com", { scheme: "sip", user: "user;par=u%40example.net", host: "example.com" }],
    [
      "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
      {
        scheme: "sip",
        user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
        password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
        host: "example.com",
      },
    ],
    ["sip:sips%3Auser%40example.com@example.net", { scheme: "sip", user: "sips%3Auser%40example.com", host: "example.net" }],
    ["sip:[2001:db8::10]", { scheme: "sip", host: "2001:db8::10" }],
    ["sip:[2001:db8::10:5070]", { scheme: "sip", host: "2001:db8::10:5070" }],
    ["sip:user@[2001:db8::10]:5070;lr", { scheme: "sip", user: "user", host: "2001:db8::10", port: 5070, parameters: [["lr", ""]] }],
    ["SIP:[::ffff:192.0.2.1]", { scheme: "sip", host: "::ffff:192.0.2.1" }],
    ["sip:*67#123@example.com", { scheme: "sip", user: "*67#123", host: "example.com" }],
    ["sip:my_host.example.com.", { scheme: "sip", host: "my_host.example.com." }],
    ["sip:1and1.2x", { scheme: "sip", host: "1and1.2x" }],
    ["sip:a@b:05060", { scheme: "sip", user: "a", host: "b", port: 5060 }],
    ["sip:a@b;x=YQ==", { scheme: "sip", user: "a", host: "b", parameters: [["x", "YQ=="]] }],
    ["sip:a@b?Replaces=1@c;to-tag=x", { scheme: "sip", user: "a", host: "b", headers: [["Replaces", "1@c;to-tag=x"]] }],
  ])("reads %s", (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
    expect(SipUri.parse(text).toString()).toBe(text);
  });

  test.each([
    "",
    "sip:",
    "sip",
    "sipx:alice@b",
    "sip:@example.com",
    "sip:alice@",
    "sip:alice@@example.com",
    "sip:a@b@c",
    "sip:al ice@example.com",
    "sip:alice@exam ple.com",
    " sip:alice@example.com",
    "sip:alice@example.com ",
    "<sip:alice@example.com>",
    "sip:alice@example.com; lr",
    "sip:alice@example.com;;lr",
    "sip:alice@example.com;",
    "sip:alice@example.com?",
    "sip:alice@example.com:",
    "sip:alice@example.com:0",
    "sip:alice@example.com:65536",
    "sip:alice@example.com:5060x",
    "sip:alice@example..com",
    "sip:alice@.example.com",
    "sip:alice@256.0.0.1",
    "sip:alice@127.1",
    "sip:alice@1.2.3.4.",
    "sip:alice@1.2.3.4.5",
    "sip:al%zzice@example.com",
    "sip:alice@exam%70le.com",
    "sip:alice@example.com;x=%4",
    "sip:josé@example.com",
    "sip:alice\u0000@example.com",
    "sip:alice@[2001:db8::1",
    "sip:alice@2001:db8::1",
    "sip:alice@[2001:db8:::192.0.2.1]",
    "sip:alice@[1:2:3:4:5:6:7]",
    "sip:alice@[1:2:3:4:5:6:7:8:9]",
    "sip:alice@[1::2::3]",
    "sip:alice@[12345::]",
    "sip:alice@[::1.2.3]",
    "sip:alice@[192.0.2.1]",
    "sip:alice@[fe80::1%25eth0]",
  ])("refuses %j as SIP_PARSE_URI", (text) => {
    expect(() => SipUri.parse(text)).toThrow(SipParseError);
    expect(() => SipUri.parse(text)).toThrow(expect.objectContaining({ code: "SIP_PARSE_URI" }));
  });

  test("decodes escapes once and never twice (RFC 4475 §3.1.1.3)", () => {
    const uri = SipUri.parse("sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31");
    expect(uri.decodedUser).toBe("caller");
    expect(uri.lr).toBe(true);
    expect(uri.parameters.get("name")).toBe("value%41");
    expect(uri.parameters.get("NAME")).toBe("value%41");
  });

  test("keeps escaped nulls (RFC 4475 §3.1.1.4) and reads other octets as UTF-8", () => {
    expect(SipUri.parse("sip:null-%00-null@example.com").decodedUser).toBe("null-\u0000-null");
    expect(SipUri.parse("sip:jos%C3%A9@example.com").decodedUser).toBe("josé");
    expect(SipUri.parse("sip:a%FF%C3%A9b@example.com").decodedUser).toBe("a\uFFFDéb");
  });

  test("answers transport, lr and maddr", () => {
    const uri = SipUri.parse("sip:a@b;Transport=TCP;LR;maddr=[2001:db8::1]");
    expect([uri.transport, uri.lr, uri.maddr]).toEqual(["tcp", true, "2001:db8::1"]);
    const plain = SipUri.parse("sip:a@b");
    expect([plain.transport, plain.lr, plain.maddr]).toEqual([undefined, false, undefined]);
  });

  test("gives the host without brackets and writes it with them", () => {
    const uri = SipUri.parse("sip:a@[2001:db8::1]");
    expect([uri.host, uri.hostText]).toEqual(["2001:db8::1", "[2001:db8::1]"]);
    expect(SipUri.create({ user: "a", host: "2001:db8::1", port: 5080 }).toString()).toBe("sip:a@[2001:db8::1]:5080");
    expect(SipUri.create({ user: "a", host: "[2001:db8::1]" }).toString()).toBe("sip:a@[2001:db8::1]");
  });
});

describe("making SIP URIs", () => {
  test("escapes what the grammar does not allow as it stands (RFC 3261 §19.1.2)", () => {
    const uri = SipUri.create({
      scheme: "sips",
      user: "j@s0n #1%é",
      password: "p:w",
      host: "example.com",
      port: 5061,
      parameters: [["transport", "tcp"], ["lr"], ["x", "a;b=c"]],
      headers: [
        ["Subject", "a&b c?"],
        ["Empty", ""],
      ],
    });
    expect(uri.toString()).toBe(
      "sips:j%40s0n%20%231%25%C3%A9:p%3Aw@example.com:5061;transport=tcp;lr;x=a%3Bb%3Dc?Subject=a%26b%20c?&Empty=",
    );
    const read = SipUri.parse(uri.toString());
    expect([read.decodedUser, read.decodedPassword]).toEqual(["j@s0n #1%é", "p:w"]);
    expect([...read.parameters]).toEqual([
      ["transport", "tcp"],
      ["lr", ""],
      ["x", "a;b=c"],
    ]);
    expect([...read.headers]).toEqual([
      ["Subject", "a&b c?"],
      ["Empty", ""],
    ]);
  });

  test.each([
    [{ host: "" }],
    [{ host: "exa mple.com" }],
    [{ host: "a.com\r\nX: y" }],
    [{ host: "1.2.3" }],
    [{ host: "[a.com]" }],
    [{ host: "b", port: 0 }],
    [{ host: "b", port: 1.5 }],
    [{ host: "b", user: "" }],
    [{ host: "b", password: "p" }],
    [{ host: "b", parameters: [["", "x"]] as const }],
  ])("refuses %j as SIP_URI_INVALID", (options) => {
    expect(() => SipUri.create(options)).toThrow(SipError);
    expect(() => SipUri.create(options)).toThrow(expect.objectContaining({ code: "SIP_URI_INVALID" }));
  });

  test("changes one part and leaves the original alone", () => {
    const uri = SipUri.parse("sip:alice:pw@atlanta.com:5080;a=1;transport=udp;a=2?Subject=x");
    expect(uri.withParameter("Transport", "tcp").toString()).toBe("sip:alice:pw@atlanta.com:5080;a=1;Transport=tcp;a=2?Subject=x");
    expect(uri.withParameter("lr").toString()).toBe("sip:alice:pw@atlanta.com:5080;a=1;transport=udp;a=2;lr?Subject=x");
    expect(uri.withoutParameter("A").toString()).toBe("sip:alice:pw@atlanta.com:5080;transport=udp?Subject=x");
    expect(uri.withoutParameters().withoutHeaders().toString()).toBe("sip:alice:pw@atlanta.com:5080");
    expect(uri.toAddressOfRecord().toString()).toBe("sip:alice@atlanta.com");
    expect(uri.withUser("b b").toString()).toBe("sip:b%20b:pw@atlanta.com:5080;a=1;transport=udp;a=2?Subject=x");
    expect(uri.withUser(undefined).toAddressOfRecord().toString()).toBe("sip:atlanta.com");
    expect(uri.withHost("::1").withScheme("sips").toString()).toBe("sips:alice:pw@[::1];a=1;transport=udp;a=2?Subject=x");
    expect(uri.toString()).toBe("sip:alice:pw@atlanta.com:5080;a=1;transport=udp;a=2?Subject=x");
  });
});

describe("URIs of any scheme", () => {
  test("reads each scheme as its own kind, in any case", () => {
    expect(parseUri("SIPS:a@b")).toBeInstanceOf(SipUri);
    expect(parseUri("Tel:+1-201-555-0123")).toBeInstanceOf(TelUri);
    const other = parseUri("nobodyKnowsThisScheme:totallyopaquecontent");
    expect(other).toBeInstanceOf(OtherUri);
    expect(other).toMatchObject({ scheme: "nobodyknowsthisscheme", schemeSpecificPart: "totallyopaquecontent" });
    expect(other.toString()).toBe("nobodyKnowsThisScheme:totallyopaquecontent");
  });

  test("compares other URIs by their text, the scheme without regard to case", () => {
    expect(parseUri("HTTP://a/b").equals(parseUri("http://a/b"))).toBe(true);
    expect(parseUri("http://a/b").equals(parseUri("http://a/B"))).toBe(false);
    expect(parseUri("http://a/b").equals(parseUri("sip:a"))).toBe(false);
  });

  test.each([
    "vikram@localhost",
    "http:",
    ":x",
    "1a:x",
    "ht tp:x",
    "http://a b",
    "http://<x>",
    'http://"x"',
    "urn:\u0001",
    "urn:é",
    "\\x:y",
  ])("refuses %j", (text) => {
    expect(() => parseUri(text)).toThrow(expect.objectContaining({ code: "SIP_PARSE_URI" }));
  });
});
