import { describe, expect, test } from "vitest";
import { SipError, SipParseError, Via, ViaParm } from "@sidetone/sip-core";

describe("Via (RFC 3261 §20.42)", () => {
  test.each([
    [
      "SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7",
      { transport: "UDP", host: "erlang.bell-telephone.com", port: 5060, branch: "z9hG4bK87asdks7", received: undefined, rport: undefined },
    ],
    [
      "SIP/2.0/UDP 192.0.2.1:5060 ;received=192.0.2.207;branch=z9hG4bK77asjd",
      { transport: "UDP", host: "192.0.2.1", port: 5060, branch: "z9hG4bK77asjd", received: "192.0.2.207" },
    ],
    [
      "SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1",
      { protocolName: "SIP", protocolVersion: "2.0", transport: "UDP", host: "first.example.com", port: 4000, ttl: 16, maddr: "224.2.0.1" },
    ],
    ["SIP  /   2.0  /UDP     192.0.2.2;branch=390skdjuw", { transport: "UDP", host: "192.0.2.2", port: undefined, branch: "390skdjuw" }],
    [
      "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111",
      { host: "2001:db8::9:1", sentBy: "[2001:db8::9:1]", received: "2001:db8::9:255" },
    ],
    ["SIP/2.0/TCP [2001:db8::9:1]:5070;received=2001:db8::1", { host: "2001:db8::9:1", port: 5070, received: "2001:db8::1" }],
    ["SIP/2.0/UDP 10.1.1.1:4540;rport", { rport: true }],
    ["SIP/2.0/UDP 10.1.1.1:4540;rport=9988;received=192.0.2.1", { rport: 9988, received: "192.0.2.1" }],
    ["SIP/2.0/UDP 10.1.1.1;rport=x;ttl=256", { rport: undefined, ttl: undefined }],
    ['SIP/2.0/udp a;branch="q"', { transport: "UDP", branch: "q" }],
    ["SIP/2.0/TLS-SCTP a", { transport: "TLS-SCTP" }],
    ["SIP/3.0/UDP a", { protocolVersion: "3.0" }],
    ["SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK", { branch: "z9hG4bK" }],
    ["SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~", { branch: "z9hG4bK-.!%66*_+`'~" }],
  ])("reads %j", (text, parts) => {
    expect(Via.parse(text)).toMatchObject(parts);
    expect(Via.parse(Via.serialize(Via.parse(text)))).toEqual(Via.parse(text));
  });

  test.each([
    "",
    "SIP/2.0/UDP",
    "SIP/2.0/UDP ",
    "SIP/2.0 a",
    "SIP/2.0/ a",
    "//",
    "//UDP a",
    "SIP/2.0/UDPa",
    "SIP/2.0/UDP a b",
    "SIP/2.0/UDP a:",
    "SIP/2.0/UDP a:0",
    "SIP/2.0/UDP a:65536",
    "SIP/2.0/UDP a:5x",
    "SIP/2.0/UDP 2001:db8::1",
    "SIP/2.0/UDP [2001:db8::1",
    "SIP/2.0/UDP 1.2.3.400",
    "SIP/2.0/UDP a;",
    "SIP/2.0/UDP a;;x",
    "SIP/2.0/UDP a;x=1 2",
    'SIP/2.0/UDP a;x="',
    "SIP/2.0/UDP a;x=1, SIP/2.0/UDP b",
    "SIP/2.0/UDP a\u0000",
  ])("refuses %j as SIP_PARSE_HEADER of Via", (text) => {
    expect(() => Via.parse(text)).toThrow(SipParseError);
    expect(() => Via.parse(text)).toThrow(expect.objectContaining({ code: "SIP_PARSE_HEADER", header: "Via" }));
  });

  test("is made of its parts, IPv6 addresses in brackets but in received", () => {
    const via = ViaParm.create({ transport: "udp", host: "2001:db8::1", port: 5060, branch: "z9hG4bK1", rport: true });
    expect(Via.serialize(via)).toBe("SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK1;rport");
    const received = via.withParameter("received", "2001:db8::2").withParameter("rport", 6000);
    expect(Via.serialize(received)).toBe("SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK1;rport=6000;received=2001:db8::2");
    expect(received).toMatchObject({ received: "2001:db8::2", rport: 6000 });
    expect(via.rport).toBe(true);
  });

  test.each([
    [{ transport: "U DP", host: "a" }],
    [{ transport: "UDP", host: "a b" }],
    [{ transport: "UDP", host: "a", port: 70_000 }],
    [{ transport: "UDP", host: "a", branch: "x\r\ny" }],
  ])("cannot be made of %j", (options) => {
    expect(() => ViaParm.create(options)).toThrow(SipError);
  });
});
