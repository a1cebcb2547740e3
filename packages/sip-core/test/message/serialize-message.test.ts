import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMessage, serializeMessage, SipRequest } from "@sidetone/sip-core";
import { invite, inviteLines, wire } from "./wire-text.ts";

describe("the bytes of a message", () => {
  test("are those that were received, white space, folds, compact forms and encodings included", () => {
    const bytes = wire(
      inviteLines({ To: "t :  Bob  <sip:bob@example.com>  " }, "sUBJECT:  a\r\n  b ", "X: größer", "Supported:", "l:  4"),
      "body",
    );
    expect(serializeMessage(parseMessage(bytes)).equals(bytes)).toBe(true);
  });

  test("have a Content-Length that is right, in its place or as the last field", () => {
    const text = (bytes: Buffer) => serializeMessage(parseMessage(bytes)).toString();
    expect(text(wire(inviteLines(), "body"))).toMatch(/\r\nContent-Length: 4\r\n\r\nbody$/);
    expect(text(wire(inviteLines({ Contact: "l: 2" }, "X: 1"), "body"))).toMatch(/\r\nl: 2\r\nX: 1\r\n\r\nbo$/);
    expect(text(invite().subarray(0, -2))).toMatch(/\r\nContent-Length: 0\r\n\r\n$/);
    const longer = parseMessage(wire(inviteLines({ Contact: "Content-Length: 2" }, "X: 1"), "ab")) as SipRequest;
    const edited = longer
      .edit()
      .body({ contentType: "a/b", content: Buffer.from("abc") })
      .build();
    expect(serializeMessage(edited).toString()).toMatch(/\r\nX: 1\r\nContent-Type: a\/b\r\nContent-Length: 3\r\n\r\nabc$/);
  });

  test("have the given Via above all others", () => {
    const lines = inviteLines();
    const bytes = serializeMessage(parseMessage(wire(lines, "body")), "SIP/2.0/TCP p;branch=z9hG4bK2").toString();
    expect(bytes.split("\r\n").slice(0, 3)).toEqual([lines[0], "Via: SIP/2.0/TCP p;branch=z9hG4bK2", lines[1]]);
    expect(bytes).toMatch(/\r\nContent-Length: 4\r\n\r\nbody$/);
  });

  test("leave out what followed the body in a datagram", () => {
    expect(serializeMessage(parseMessage(wire(inviteLines({}, "Content-Length: 1"), "body"))).toString()).toMatch(/\r\n\r\nb$/);
  });

  test("of any fields, bodies and edits are read back as they were given", () => {
    const name = fc
      .stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,20}$/)
      .filter((text) => !/^(content-(length|type|encoding|disposition))$|^[lce]$/i.test(text));
    const value = fc
      .string({ unit: "grapheme", maxLength: 40 })
      .map((text) => text.replace(/[\0-\x1f\x7f]/g, " "))
      .map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ""));
    const field = fc.tuple(name, value).map(([n, v]) => [`X-${n}`, v] as const);
    fc.assert(
      fc.property(fc.array(field, { maxLength: 20 }), fc.uint8Array({ maxLength: 200 }), (fields, content) => {
        const headers = [["From", "<sip:a@b>;tag=1"], ["To", "<sip:c@d>"], ["Call-ID", "1@a"], ["CSeq", "1 INFO"], ...fields] as const;
        const request = SipRequest.create({ method: "INFO", requestUri: "sip:c@d", headers, body: { contentType: "a/b", content } });
        const received = parseMessage(serializeMessage(request, "SIP/2.0/UDP a;branch=z9hG4bK1"));
        expect([...received.headerFields()].slice(5, 5 + fields.length)).toEqual(fields.map(([n, v]) => [n, v]));
        expect([...received.body]).toEqual([...content]);
        let editor = (received as SipRequest).edit();
        for (const [n] of fields) editor = editor.remove(n);
        expect([...editor.build().headerFields()]).toHaveLength(7);
      }),
    );
  });
});
