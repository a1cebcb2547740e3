import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, test } from "vitest";
import {
  Allow,
  Contact,
  Expires,
  flat,
  From,
  MaxForwards,
  parseMessage,
  RecordRoute,
  Route,
  SipParseError,
  Supported,
  To,
  Via,
  WWWAuthenticate,
  type MalformedField,
} from "@sidetone/sip-core";
import { invite } from "./wire-text.ts";

function setUp(changes: Readonly<Record<string, string | undefined>>, ...more: string[]) {
  const bytes = invite(changes, ...more);
  return { bytes, message: parseMessage(bytes) };
}

describe("a header field", () => {
  test("is found by codec, name in any case, or compact form (RFC 3261 §7.3.1, §7.3.3)", () => {
    const { message } = setUp({ From: "f: <sip:a@b>;tag=1", Contact: "M: <sip:c@d>" }, "SUBJECT: hello", "x-Team: 7");
    expect(message.require(From).uri.toString()).toBe("sip:a@b");
    expect(message.getText("from")).toBe("<sip:a@b>;tag=1");
    expect(message.getText("m")).toBe("<sip:c@d>");
    expect(message.getText("s")).toBe("hello");
    expect(message.getText("X-TEAM")).toBe("7");
    expect([message.has("contact"), message.has(Contact), message.has("X-Other"), message.has(Expires)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("may have white space before its colon", () => {
    const { message } = setUp({ To: "To \t : <sip:bob@example.com>" }, "Subject :x", "X-Team : 7");
    expect([message.toTag, message.getText("Subject"), message.getText("X-Team")]).toEqual([undefined, "x", "7"]);
  });

  test("is unfolded when it is read, each break with its white space becoming one space (§7.3.1)", () => {
    const { message } = setUp(
      { Via: "Via: SIP/2.0/UDP\r\n  192.0.2.1;\r\n\tbranch=z9hG4bK1", CSeq: "CSeq:\r\n 1\r\n INVITE" },
      "Subject: I know  \r\n   you're \t there",
    );
    expect(message.topVia).toMatchObject({ host: "192.0.2.1", branch: "z9hG4bK1" });
    expect(message.sequenceNumber).toBe(1);
    expect(message.getText("Subject")).toBe("I know you're \t there");
  });

  test("is read as UTF-8, and what is none becomes U+FFFD", () => {
    const { message } = setUp({ From: "From: Jörg Müller à <sip:j@b>;tag=1" }, "Subject: größer als 10 €");
    expect(message.getText("Subject")).toBe("größer als 10 €");
    expect(message.require(From).displayName).toBe("Jörg Müller à");
    const bytes = Buffer.from(invite({}, "Subject: a\x01").toString("latin1").replace("\x01", "\xff"), "latin1");
    expect(parseMessage(bytes).getText("Subject")).toBe("a\ufffd");
  });

  test("keeps trailing U+00A0, which is no white space here", () => {
    expect(setUp({}, "Subject: à").message.getText("Subject")).toBe("à");
    expect(setUp({}, "Subject: \u00a0x\u00a0 ").message.getText("Subject")).toBe("\u00a0x\u00a0");
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("may be called %s: plain data", (name) => {
    const { message } = setUp({}, `${name}: 1`);
    expect(message.getText(name)).toBe("1");
    expect(setUp({}).message.getText(name)).toBeUndefined();
    expect(message.edit().setText(name, "2").build().getText(name)).toBe("2");
  });

  test("is given out in order with its name as written", () => {
    const { message } = setUp({ Contact: undefined }, "sUbJeCt:  x ", "v: SIP/2.0/UDP other");
    expect([...message.headerFields()].slice(-3)).toEqual([
      ["CSeq", "314159 INVITE"],
      ["sUbJeCt", "x"],
      ["v", "SIP/2.0/UDP other"],
    ]);
  });
});

describe("get, getAll and require", () => {
  test("take lists apart, over several fields and at their commas", () => {
    const { message } = setUp(
      { Via: "Via: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/TCP b" },
      "v: SIP/2.0/TLS c",
      'Contact: "A, B" <sip:a,x@b>;q=0.5,<sip:c@d>',
      "Supported: ",
    );
    expect(message.getAll(Via).map(({ host }) => host)).toEqual(["a", "b", "c"]);
    expect(message.getAllText("Via")).toEqual(["SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/TCP b", "SIP/2.0/TLS c"]);
    expect(message.getAll(Contact)).toHaveLength(3);
    expect(message.getAll(Supported)).toEqual([]);
    expect(message.getAll(Allow)).toEqual([]);
    expect(message.get(Supported)).toBeUndefined();
  });

  test("keep a challenge in one piece", () => {
    const { message } = setUp({}, 'WWW-Authenticate: Digest realm="a", nonce="b"', 'WWW-Authenticate: Digest realm="c", nonce="d"');
    expect(message.getAll(WWWAuthenticate)).toHaveLength(2);
  });

  test("give the same value again without reading it twice", () => {
    const { message } = setUp({});
    expect(message.get(To)).toBe(message.get(To));
    expect(message.getAll(Contact)).toBe(message.getAll(Contact));
  });

  test("leave a malformed value out and trace it; require and requireAll throw", () => {
    const seen: MalformedField[] = [];
    const listen = (field: unknown) => seen.push(field as MalformedField);
    subscribe("sidetone:sip:malformed-field", listen);
    const { message } = setUp({}, "Expires: soon", "Record-Route: <sip:a;lr>, nonsense, <sip:b;lr>");
    expect(message.get(Expires)).toBeUndefined();
    expect(message.getAll(RecordRoute)).toHaveLength(2);
    unsubscribe("sidetone:sip:malformed-field", listen);
    expect(seen.map(({ header, value }) => [header, value])).toEqual([
      ["Expires", "soon"],
      ["Record-Route", "nonsense"],
    ]);
    expect(seen[0]?.error).toBeInstanceOf(SipParseError);
    expect(() => message.require(Expires)).toThrow(SipParseError);
    expect(() => message.requireAll(RecordRoute)).toThrow(SipParseError);
    expect(message.requireAll(Route)).toEqual([]);
    expect(() => message.require(Route)).toThrow("Route is missing");
    expect(message.require(MaxForwards)).toBe(70);
  });
});

describe("the Contact of a message", () => {
  test.each([
    "<sip:alice@pc33.example.com>",
    "<sip:pc33.example.com>",
    "<sips:alice@192.0.2.4:5061;transport=tcp;lr>",
    '"Mr. \\"A\\" Watson" <sip:a.w@b>;q=0.7;expires=3600',
    'Anna Smith   <sip:a@b;x=y>;+sip.instance="<urn:uuid:00>"',
    "Anna<sip:a@b>",
    "<sip:+1-555@b;user=phone>;expires=0",
    "<sip:a%40b@c>",
    "<sip:a:secret@c>",
    "<sip:a@[2001:db8::1]:5060>",
    "<tel:+15551212>",
    "<sip:a@b?Subject=x>",
    "sip:a@b;q=1",
    "  <sip:a@b>  ;  q=1",
    "*",
  ])("%s is what its codec makes of it", (text) => {
    const { message } = setUp({ Contact: `Contact: ${text}` });
    const expected = Contact.parse(text.trim());
    expect(message.require(Contact)).toEqual(expected);
    expect(Contact.serialize(message.require(Contact))).toBe(Contact.serialize(expected));
  });

  test("stays what it is when there are two", () => {
    const { message } = setUp({ Contact: "Contact: <sip:a@b>" }, "Contact: <sip:c@d>");
    expect(message.getAll(Contact).map(String)).toEqual(["<sip:a@b>", "<sip:c@d>"]);
  });
});

test("flat gives the same text", () => {
  const { message } = setUp({ From: "From: ä€ <sip:a@b>;tag=abcdefghijklmnop" });
  expect(flat(message.fromTag!)).toBe("abcdefghijklmnop");
  expect(flat(message.getText("From")!)).toBe("ä€ <sip:a@b>;tag=abcdefghijklmnop");
});
