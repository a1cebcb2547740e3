import { describe, expect, test } from "vitest";
import { Contact, parseMessage, serializeMessage, SipRequest, withReceived } from "@sidetone/sip-core";
import { inviteLines, wire } from "./wire-text.ts";

function setUp(via: string, ...more: string[]) {
  const request = parseMessage(wire(inviteLines({ Via: via }, ...more), "body")) as SipRequest;
  return { request, receive: () => withReceived(request, "192.0.2.7", 40_000) };
}

describe("the top Via of a received request (RFC 3261 §18.2.1, RFC 3581 §4)", () => {
  test.each([
    [
      "gets received when sent-by is a name",
      "SIP/2.0/UDP pc33:5070;branch=z9hG4bK1",
      "SIP/2.0/UDP pc33:5070;branch=z9hG4bK1;received=192.0.2.7",
    ],
    ["gets received when sent-by is another address", "SIP/2.0/TCP 10.0.0.1", "SIP/2.0/TCP 10.0.0.1;received=192.0.2.7"],
    [
      "gets rport and received when the client asks",
      "SIP/2.0/UDP 192.0.2.7:5060;rport;branch=z9hG4bK1",
      "SIP/2.0/UDP 192.0.2.7:5060;received=192.0.2.7;rport=40000;branch=z9hG4bK1",
    ],
    ["does so in any case", "SIP/2.0/UDP a;RPORT", "SIP/2.0/UDP a;rport=40000;received=192.0.2.7"],
    ["has what a stranger wrote there replaced", "SIP/2.0/UDP a;received=6.6.6.6;rport=1", "SIP/2.0/UDP a;received=192.0.2.7;rport=40000"],
    ["is not misled by a quoted string", 'SIP/2.0/UDP a;x=";rport;";branch=1', 'SIP/2.0/UDP a;x=";rport;";branch=1;received=192.0.2.7'],
    ["is not misled by a longer name", "SIP/2.0/UDP a;rports", "SIP/2.0/UDP a;rports;received=192.0.2.7"],
    ["loses a received that was not true", "SIP/2.0/UDP 192.0.2.7;received=6.6.6.6", "SIP/2.0/UDP 192.0.2.7;received=192.0.2.7"],
  ])("%s", (_, via, expected) => {
    const copy = setUp(`Via: ${via}`).receive();
    expect(copy.getText("Via")).toBe(expected);
    expect(copy.topVia.received).toBe("192.0.2.7");
    expect(copy.topVia.branch).toBe(parseMessage(serializeMessage(copy)).topVia.branch);
    expect(parseMessage(serializeMessage(copy)).topVia).toEqual(copy.topVia);
  });

  test("leaves a request alone that says where it came from", () => {
    const { request, receive } = setUp("Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1");
    expect(receive()).toBe(request);
  });

  test("keeps everything else, whatever stands before and after it", () => {
    const { request, receive } = setUp(
      "Subject: first\r\nv: SIP/2.0/UDP a\r\n ;rport , SIP/2.0/UDP b;branch=z9hG4bK2, SIP/2.0/UDP c",
      "Via: SIP/2.0/UDP d",
      "X-Last: größer",
    );
    const copy = receive();
    expect(copy.getAllText("Via")).toEqual([
      "SIP/2.0/UDP a;received=192.0.2.7;rport=40000, SIP/2.0/UDP b;branch=z9hG4bK2, SIP/2.0/UDP c",
      "SIP/2.0/UDP d",
    ]);
    expect([...copy.headerFields()].filter(([name]) => !/^v(ia)?$/i.test(name))).toEqual(
      [...request.headerFields()].filter(([name]) => !/^v(ia)?$/i.test(name)),
    );
    expect(copy).toMatchObject({
      callId: request.callId,
      fromTag: request.fromTag,
      sequenceNumber: request.sequenceNumber,
      method: "INVITE",
    });
    expect(copy.require(Contact)).toEqual(request.require(Contact));
    expect(copy.requestUri).toEqual(request.requestUri);
    expect(Buffer.from(copy.body).toString()).toBe("body");
    expect(request.topVia.received).toBeUndefined();
  });
});
