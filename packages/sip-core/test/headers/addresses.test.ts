import { describe, expect, test } from "vitest";
import {
  Contact,
  ContactAddress,
  From,
  NameAddress,
  parseUri,
  RecordRoute,
  ReferTo,
  Route,
  SipError,
  SipParseError,
  To,
} from "@sidetone/sip-core";

describe("addresses in header fields (RFC 3261 §20.10)", () => {
  test.each([
    ['"A. G. Bell" <sip:agb@bell-telephone.com> ;tag=a48s', "A. G. Bell", "sip:agb@bell-telephone.com", "a48s"],
    ["sip:+12125551212@server.phone2net.com;tag=887s", undefined, "sip:+12125551212@server.phone2net.com", "887s"],
    ["Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8", "Anonymous", "sip:c8oqz84zk7z@privacy.org", "hyh8"],
    ["The Operator <sip:operator@cs.columbia.edu>;tag=287447", "The Operator", "sip:operator@cs.columbia.edu", "287447"],
    ["M. Ranganathan  <sip:M.Ranganathan@sipbakeoff.com>", "M. Ranganathan", "sip:M.Ranganathan@sipbakeoff.com", undefined],
    ['"J Rosenberg \\\\\\""       <sip:jdrosen@example.com>  ;  tag = 98asjd8', 'J Rosenberg \\"', "sip:jdrosen@example.com", "98asjd8"],
    ["sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n", undefined, "sip:vivekg@chair-dnrc.example.com", "1918181833n"],
    ['"BEL:\\\u0007 NUL:\\\u0000 DEL:\\\u007f" <sip:a@b>', "BEL:\u0007 NUL:\u0000 DEL:\u007f", "sip:a@b", undefined],
    ["token1~` token2'+_ token3*%!.- <sip:mundane@example.com>", "token1~` token2'+_ token3*%!.-", "sip:mundane@example.com", undefined],
    ["José (Sales) <sip:a@b>;tag=1", "José (Sales)", "sip:a@b", "1"],
    ['""<sip:a@b>', "", "sip:a@b", undefined],
    ["<sip:a@b?x=1,2;y>;tag=1", undefined, "sip:a@b?x=1,2;y", "1"],
    ["sip:a@b;unknownparam;tag=1", undefined, "sip:a@b", "1"],
    ["<isbn:2983792873>;tag=1", undefined, "isbn:2983792873", "1"],
    ["tel:+1-201-555-0123;tag=1", undefined, "tel:+1-201-555-0123", "1"],
    ["< sip:3660@166.35.231.140 >;tag=1", undefined, "sip:3660@166.35.231.140", "1"],
  ])("reads %j", (text, displayName, uri, tag) => {
    const address = From.parse(text);
    expect(address).toMatchObject({ displayName, tag });
    expect(address.uri.toString()).toBe(uri);
    const again = From.parse(From.serialize(address));
    expect([again.displayName, again.uri.toString(), again.tag]).toEqual([displayName, uri, tag]);
  });

  test.each([
    ["", "nothing"],
    ['"Mr. J. User <sip:j.user@example.com>', "a quote that does not close (RFC 4475 §3.1.2.6)"],
    ['"Watson, Thomas" < sip:t.watson@example.org >', "white space in the brackets (RFC 4475 §3.1.2.14)"],
    ["Bell, Alexander <sip:a.g.bell@example.com>;tag=43", "a comma in an unquoted name (RFC 4475 §3.1.2.15)"],
    ["sip:user@example.com?Route=%3Csip:sip.example.com%3E", "headers without brackets (RFC 4475 §3.1.2.13)"],
    ["sip:a,b@c", "a comma without brackets"],
    ["<sip:a@b", "a bracket that does not close"],
    ["<sip:a@b>;;;;", "empty parameters (RFC 4475 §3.1.2.1)"],
    ["<sip:a@b> x", "text after the address"],
    ["<sip:a@b>;tag", "a tag without a value"],
    ["<sip:a@b>;tag=", "an empty tag"],
    ['<sip:a@b>;tag=""', "an empty quoted tag"],
    ["<>;tag=1", "no URI"],
    ["sip:a b@c", "white space in a URI"],
    ["vikram@localhost", "no scheme"],
    ['x "y" <sip:a@b>', "a quote inside a name"],
    ['"a\u0001" <sip:a@b>', "a bare control character"],
    ["<sip:a@b>, <sip:c@d>", "two addresses"],
  ])("refuses %j: %s", (text) => {
    expect(() => To.parse(text)).toThrow(SipParseError);
    expect(() => To.parse(text)).toThrow(expect.objectContaining({ code: "SIP_PARSE_HEADER", header: "To" }));
  });

  test("says in its cause what is wrong with the URI", () => {
    const read = () => From.parse("<sip:a@b:0>");
    expect(read).toThrow(expect.objectContaining({ cause: expect.objectContaining({ code: "SIP_PARSE_URI" }) as unknown }));
  });

  test("forgives white space around the semicolons of a URI, and never sends it on", () => {
    const route = RecordRoute.parse("<sip:444-3333@ss1.wcom.com;maddr=ss1.wcom.com  ; phone-context=p1234>");
    expect(RecordRoute.serialize(route)).toBe("<sip:444-3333@ss1.wcom.com;maddr=ss1.wcom.com;phone-context=p1234>");
  });

  test("needs brackets in Route and Record-Route", () => {
    expect(Route.parse("<sip:services.example.com;lr;unknownwith=value;unknown-no-value>").uri).toMatchObject({ lr: true });
    expect(() => Route.parse("sip:services.example.com;lr")).toThrow(SipParseError);
  });

  test("keeps the headers of a Refer-To in its URI (RFC 3515 §2.1)", () => {
    const { uri } = ReferTo.parse("<sip:dave@denver.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D12345%3Bfrom-tag%3D5FFE-3994>");
    expect("headers" in uri && uri.headers.get("replaces")).toBe("12345@192.168.118.3;to-tag=12345;from-tag=5FFE-3994");
  });

  test("is made of its parts and quoted", () => {
    const address = NameAddress.create({ uri: "sip:a@b", displayName: 'Q "x" \\ é', parameters: [["tag", "1"]] });
    expect(From.serialize(address)).toBe('"Q \\"x\\" \\\\ é" <sip:a@b>;tag=1');
    expect(From.serialize(address.withTag("2"))).toBe('"Q \\"x\\" \\\\ é" <sip:a@b>;tag=2');
    expect(From.serialize(address.withTag(undefined))).toBe('"Q \\"x\\" \\\\ é" <sip:a@b>');
    expect(address.tag).toBe("1");
    expect(() => NameAddress.create({ uri: parseUri("sip:a@b"), displayName: "x\r\nEvil: 1" })).toThrow(SipError);
    expect(() => NameAddress.create({ uri: "bob" })).toThrow(expect.objectContaining({ code: "SIP_URI_INVALID" }));
  });
});

describe("Contact (RFC 3261 §20.10)", () => {
  test.each([
    ['"Mr. Watson" <sip:watson@worcester.bell-telephone.com>   ;q=0.7; expires=3600', 0.7, 3600],
    ['"Mr. Watson" <mailto:watson@bell-telephone.com> ;q=0.1', 0.1, undefined],
    ["sip:caller@u1.example.com;q=1.000", 1, undefined],
    ['"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =      newvalue ;  secondparam ; q = 0.33', 0.33, undefined],
    ["<sip:user@host42;expires=1>;expires=280297596632815", undefined, 4_294_967_295],
    ["<sip:a@b>;q=2;expires=-1", undefined, undefined],
    ['<sip:a@b>;q=.5;expires="60"', 0.5, 60],
  ])("reads %j", (text, q, expires) => {
    const contact = Contact.parse(text);
    expect(contact).toMatchObject({ q, expires });
  });

  test("reads and writes the star", () => {
    expect(Contact.parse("*")).toBe("*");
    expect(Contact.serialize("*")).toBe("*");
    expect(() => Contact.parse("*;expires=0")).toThrow(SipParseError);
  });

  test("stays a contact when changed", () => {
    const contact = ContactAddress.create({ uri: "sip:a@b" }).withParameter("expires", 60);
    expect(contact).toBeInstanceOf(ContactAddress);
    expect(Contact.serialize(contact)).toBe("<sip:a@b>;expires=60");
  });
});
