import { describe, expect, test } from "vitest";
import { Contact, createResponse, header, parseMessage, serializeMessage, SipParseError, SipRequest } from "@sidetone/sip-core";
import { inviteLines, wire } from "./wire-text.ts";

function setUp(changes: Readonly<Record<string, string | undefined>> = {}, ...more: string[]) {
  return { request: parseMessage(wire(inviteLines(changes, ...more))) as SipRequest };
}

describe("the response to a request (RFC 3261 §8.2.6)", () => {
  test("repeats Via, From, To, Call-ID and CSeq as they were received, and adds the tag", () => {
    const { request } = setUp(
      { Via: "v:  SIP/2.0/UDP a;branch=z9hG4bK1 ,SIP/2.0/UDP b\r\nVia: SIP/2.0/TCP c", "Call-ID": "i: 1@a", From: "f:  <sip:a@b> ; tag=x" },
      "Subject: not repeated",
      "Record-Route: <sip:p;lr>",
      "Timestamp: 54",
    );
    const response = createResponse(request, 200, { toTag: "314", headers: [header(Contact, "<sip:bob@192.0.2.4>")] });
    expect(serializeMessage(response).toString()).toBe(
      [
        "SIP/2.0 200 OK",
        "v:  SIP/2.0/UDP a;branch=z9hG4bK1 ,SIP/2.0/UDP b",
        "Via: SIP/2.0/TCP c",
        "f:  <sip:a@b> ; tag=x",
        "To: Bob <sip:bob@example.com>;tag=314",
        "i: 1@a",
        "CSeq: 314159 INVITE",
        "Contact: <sip:bob@192.0.2.4>",
        "Content-Length: 0",
        "",
        "",
      ].join("\r\n"),
    );
    expect(response).toMatchObject({ callId: "1@a", fromTag: "x", toTag: "314", sequenceNumber: 314159, cseqMethod: "INVITE" });
    expect(response.topVia.branch).toBe("z9hG4bK1");
    expect(parseMessage(serializeMessage(response))).toMatchObject({ statusCode: 200, reasonPhrase: "OK", toTag: "314" });
  });

  test("reads the same before and after the wire", () => {
    const { request } = setUp({}, "Record-Route: <sip:p;lr>");
    const body = { contentType: "application/sdp", content: Buffer.from("v=0\r\n"), contentDisposition: "session" };
    const response = createResponse(request, 183, {
      toTag: "1",
      recordRoute: true,
      headers: [
        ["Require", "100rel"],
        ["RSeq", "1"],
      ],
      body,
    });
    const received = parseMessage(serializeMessage(response));
    expect([...response.headerFields()]).toEqual([...received.headerFields()]);
    expect([...response.body]).toEqual([...received.body]);
    expect(response.get(Contact)).toBeUndefined();
    expect(received.getText("Record-Route")).toBe("<sip:p;lr>");
  });

  test("keeps the tag that To has", () => {
    const { request } = setUp({ To: "To: <sip:b@c>;tag=theirs" });
    expect(createResponse(request, 200, { toTag: "ours" })).toMatchObject({ toTag: "theirs" });
  });

  test("puts the tag of an address without brackets, and of one with blanks behind it, where it belongs", () => {
    for (const line of ["To: sip:b@c", "To: <sip:b@c>  ", "To: <sip:b@c>\r\n  ;x=1 "]) {
      const { request } = setUp({ To: line });
      expect(parseMessage(serializeMessage(createResponse(request, 486, { toTag: "ours" }))).toTag).toBe("ours");
    }
  });

  test("of 100 repeats Timestamp (§8.2.6.1), others do not", () => {
    const { request } = setUp({}, "Timestamp: 54");
    expect(createResponse(request, 100).getText("Timestamp")).toBe("54");
    expect(createResponse(request, 180, { toTag: "1" }).has("Timestamp")).toBe(false);
  });

  test("takes a reason phrase, in UTF-8", () => {
    const response = createResponse(setUp().request, 403, { reasonPhrase: "Geht nicht: ü" });
    expect(parseMessage(serializeMessage(response))).toMatchObject({ statusCode: 403, reasonPhrase: "Geht nicht: ü" });
    expect(response).toMatchObject({ reasonPhrase: "Geht nicht: ü" });
  });

  test("answers a malformed request, repeating nothing of its broken lines", () => {
    try {
      parseMessage(wire(inviteLines({ CSeq: "CSeq: 36893488147419103232 INVITE" }, "no field at all", "X: a\nX-Injected: 1")));
    } catch (error) {
      const { request, statusCode } = error as SipParseError<SipRequest>;
      const bytes = serializeMessage(createResponse(request!, statusCode, { toTag: "1" })).toString();
      expect(bytes).toContain("CSeq: 36893488147419103232 INVITE\r\n");
      expect(bytes).not.toMatch(/no field|Injected/);
      return;
    }
    throw new Error("accepted");
  });

  test.each([
    ["Via", "SIP/2.0/UDP x"],
    ["v", "SIP/2.0/UDP x"],
    ["To", "<sip:x@y>"],
    ["CSeq", "1 INVITE"],
    ["Content-Length", "0"],
    ["Contact", "nonsense"],
    ["Subject", "a\r\nb"],
  ])("refuses %s: %j from the caller", (name, value) => {
    const { request } = setUp();
    expect(() => createResponse(request, 200, { headers: [[name, value]] })).toThrow(
      expect.objectContaining({ code: "SIP_HEADER_INVALID" }),
    );
  });

  test("refuses a tag that is no token and a status code that is none", () => {
    const { request } = setUp();
    expect(() => createResponse(request, 200, { toTag: "a b" })).toThrow(expect.objectContaining({ code: "SIP_HEADER_INVALID" }));
    expect(() => createResponse(request, 20)).toThrow(expect.objectContaining({ code: "SIP_START_LINE_INVALID" }));
  });
});
