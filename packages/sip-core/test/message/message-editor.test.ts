import { describe, expect, test } from "vitest";
import {
  Contact,
  header,
  NameAddress,
  parseMessage,
  RecordRoute,
  Route,
  serializeMessage,
  SipError,
  SipRequest,
  SipResponse,
  Subject,
} from "@sidetone/sip-core";
import { inviteLines, wire } from "./wire-text.ts";

function setUp(...more: string[]) {
  const lines = inviteLines({}, "s : old  subject", "X-One: 1", ...more, "Content-Type: text/plain", "Content-Length: 5");
  return { lines, request: parseMessage(wire(lines, "hello")) as SipRequest };
}

function linesOf(message: SipRequest | SipResponse): string[] {
  return serializeMessage(message).toString("latin1").split("\r\n\r\n", 1)[0]!.split("\r\n");
}

describe("an edited copy", () => {
  test("leaves the original as it was, and untouched fields as they were written", () => {
    const { lines, request } = setUp();
    const copy = request.edit().setText("X-Two", "2").build();
    expect(linesOf(request)).toEqual(lines);
    expect(linesOf(copy)).toEqual([...lines.slice(0, -1), "X-Two: 2", "Content-Length: 5"]);
    expect(copy).toMatchObject({ method: "INVITE", callId: request.callId, fromTag: request.fromTag });
    expect(Buffer.from(copy.body).toString()).toBe("hello");
  });

  test("set replaces every field of the name, compact or not, in the place of the first", () => {
    const { request } = setUp("Subject: again");
    const copy = request.edit().set(Subject, "new").build();
    expect(copy.getAllText("Subject")).toEqual(["new"]);
    expect(linesOf(copy).indexOf("Subject: new")).toBe(8);
  });

  test("append and prepend add fields beside those of the name", () => {
    const { request } = setUp("Record-Route: <sip:b;lr>");
    const copy = request
      .edit()
      .append(RecordRoute, RecordRoute.parse("<sip:c;lr>"))
      .prepend(RecordRoute, RecordRoute.parse("<sip:a;lr>"))
      .append(Route, Route.parse("<sip:p;lr>"))
      .prependText("Via", "SIP/2.0/TCP first")
      .build();
    expect(copy.getAllText("Record-Route")).toEqual(["<sip:a;lr>", "<sip:b;lr>", "<sip:c;lr>"]);
    expect(copy.getText("Route")).toBe("<sip:p;lr>");
    expect(copy.topVia.host).toBe("first");
  });

  test("remove takes out every field of the name", () => {
    const { request } = setUp("X-ONE: 2");
    const copy = request.edit().remove("x-one").remove(Contact).remove("Subject").build();
    expect([copy.has("X-One"), copy.has(Contact), copy.has(Subject)]).toEqual([false, false, false]);
  });

  test("body replaces content and the fields that describe it, or removes them", () => {
    const { request } = setUp();
    const other = request
      .edit()
      .body({ contentType: "application/sdp", content: Buffer.from("v=0"), contentDisposition: "session" })
      .build();
    expect([other.contentType, other.getText("Content-Disposition"), other.getText("Content-Length")]).toEqual([
      "application/sdp",
      "session",
      "3",
    ]);
    const none = request.edit().body(undefined).build();
    expect([none.contentType, none.body.length, none.getText("Content-Length")]).toEqual([undefined, 0, "0"]);
  });

  test("of a request may have another Request-URI; of a response keeps its status", () => {
    const { request } = setUp();
    expect(request.edit().requestUri("sip:carol@example.com").build().requestUriText).toBe("sip:carol@example.com");
    const response = parseMessage(wire(inviteLines({ start: "SIP/2.0 183 Fortschritt ü" }))) as SipResponse;
    expect(response.edit().setText("Server", "x").build()).toMatchObject({ statusCode: 183, reasonPhrase: "Fortschritt ü" });
  });

  test("writes text as UTF-8 and reads it back", () => {
    const copy = setUp().request.edit().setText("Subject", "größer €").build();
    expect(copy.getText("Subject")).toBe("größer €");
    expect(parseMessage(serializeMessage(copy)).getText("Subject")).toBe("größer €");
  });

  test("is refused when it is no SIP message any more", () => {
    const { request } = setUp();
    expect(() => request.edit().remove("CSeq").build()).toThrow(expect.objectContaining({ code: "SIP_HEADER_MISSING" }));
    expect(() => request.edit().setText("CSeq", "1 BYE").build()).toThrow(SipError);
    expect(() => request.edit().appendText("Max-Forwards", "1").build()).toThrow(SipError);
    expect(() => request.edit().requestUri("no uri")).toThrow(expect.objectContaining({ code: "SIP_START_LINE_INVALID" }));
  });
});

describe("the caller's mistakes (header values with CR, LF or NUL)", () => {
  const mandatory = [
    ["From", "<sip:a@b>;tag=1"],
    ["To", "<sip:c@d>"],
    ["Call-ID", "1@a"],
    ["CSeq", "1 OPTIONS"],
  ] as const;

  function create(method: string, requestUri: string, ...more: (readonly [string, string])[]): SipRequest {
    return SipRequest.create({ method, requestUri, headers: [...mandatory, ...more] });
  }

  test.each(["a\r\nX-Injected: 1", "a\n b", "a\r", "a\0b"])("%j is refused with SIP_HEADER_INVALID wherever it is given", (value) => {
    const invalid = expect.objectContaining({ code: "SIP_HEADER_INVALID" });
    expect(() => create("OPTIONS", "sip:c@d", ["Subject", value])).toThrow(invalid);
    expect(() => create("OPTIONS", "sip:c@d", [value, "x"])).toThrow(invalid);
    expect(() => setUp().request.edit().setText("Subject", value)).toThrow(invalid);
    expect(() => setUp().request.edit().appendText(value, "x")).toThrow(invalid);
    expect(() => serializeMessage(setUp().request, value)).toThrow(invalid);
    expect(() => create("OPTIONS", value)).toThrow(expect.objectContaining({ code: "SIP_START_LINE_INVALID" }));
  });

  test.each([
    ["Content-Length", "0"],
    ["l", "0"],
    ["Contact", "nonsense"],
    ["From", "<sip:a@b>;tag=2"],
    ["Max-Forwards", "1000"],
    ["Sub ject", "x"],
    ["", "x"],
    ["X:Y", "z"],
  ])("the field %j: %j is refused", (name, value) => {
    expect(() => create("OPTIONS", "sip:c@d", [name, value])).toThrow(expect.objectContaining({ code: "SIP_HEADER_INVALID" }));
  });

  test.each([
    ["INV ITE", "sip:c@d"],
    ["", "sip:c@d"],
    ["OPTIONS", "c@d"],
    ["OPTIONS", "sip:c@d SIP/2.0"],
    ["OPTIONS", "sip:c@d?Subject=x"],
  ])("the request line %j %j is refused with SIP_START_LINE_INVALID", (method, uri) => {
    expect(() => create(method, uri)).toThrow(expect.objectContaining({ code: "SIP_START_LINE_INVALID" }));
  });

  test.each([
    [99, "Low"],
    [700, "High"],
    [200.5, "Half"],
    [200, "OK\r\nX-Injected: 1"],
  ])("the status line %d %j is refused with SIP_START_LINE_INVALID", (statusCode, reasonPhrase) => {
    expect(() => SipResponse.create({ statusCode, reasonPhrase, headers: mandatory })).toThrow(
      expect.objectContaining({ code: "SIP_START_LINE_INVALID" }),
    );
  });
});

describe("a message that is made", () => {
  test("has its fields in order, the body's and Content-Length last", () => {
    const request = SipRequest.create({
      method: "MESSAGE",
      requestUri: "sip:bob@example.com",
      headers: [
        header(Contact, "<sip:a@b>"),
        ["From", NameAddress.create({ uri: "sip:a@b", displayName: 'A "q"' }).withTag("1").toString()],
        ["To", "<sip:bob@example.com>"],
        ["Call-ID", "1@a"],
        ["CSeq", "7 MESSAGE"],
      ],
      body: { contentType: "text/plain;charset=utf-8", content: Buffer.from("grüß") },
    });
    expect(serializeMessage(request, "SIP/2.0/UDP a:5060;branch=z9hG4bK1").toString()).toBe(
      [
        "MESSAGE sip:bob@example.com SIP/2.0",
        "Via: SIP/2.0/UDP a:5060;branch=z9hG4bK1",
        "Contact: <sip:a@b>",
        'From: "A \\"q\\"" <sip:a@b>;tag=1',
        "To: <sip:bob@example.com>",
        "Call-ID: 1@a",
        "CSeq: 7 MESSAGE",
        "Content-Type: text/plain;charset=utf-8",
        "Content-Length: 6",
        "",
        "grüß",
      ].join("\r\n"),
    );
    expect(request).toMatchObject({ method: "MESSAGE", fromTag: "1", toTag: undefined, callId: "1@a", sequenceNumber: 7 });
    expect(() => request.topVia).toThrow("Via is missing");
  });

  test("has the usual reason phrase when none is given, and that of its class when the code is unknown", () => {
    const headers = [...inviteLines().slice(1)].map(
      (line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)] as const,
    );
    expect(SipResponse.create({ statusCode: 486, headers }).reasonPhrase).toBe("Busy Here");
    expect(SipResponse.create({ statusCode: 499, headers }).reasonPhrase).toBe("Request Failure");
    expect(SipResponse.create({ statusCode: 200, reasonPhrase: "", headers }).reasonPhrase).toBe("");
  });
});
