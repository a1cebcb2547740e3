import fc from "fast-check";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BodyPart, MediaType, parseMultipart, SipError, SipParseError, writeMultipart, type MultipartLimits } from "@sidetone/sip-core";

const data = process.env["SIDETONE_DATA"] ?? new URL("../../../../../shared/data", import.meta.url).pathname;
const mpart01 = `${data}/sip/rfc4475/mpart01.dat`;

function parse(text: string, limits?: MultipartLimits): readonly BodyPart[] {
  return parseMultipart(Buffer.from(text, "latin1"), MediaType.create("multipart/mixed", [["boundary", "b"]]), limits);
}

function text(part: BodyPart | undefined): string {
  return Buffer.from(part?.content ?? []).toString("latin1");
}

describe("multipart bodies (RFC 2046 §5.1)", () => {
  test("are taken apart; preamble and epilogue go", () => {
    const parts = parse(
      "preamble\r\n--b\r\nContent-Type: Application/SDP\r\nContent-Disposition: session;\r\n handling=required\r\nContent-ID: <a@b>\r\n\r\nv=0\r\n\r\n--b  \r\n\r\nplain\r\n--b--\r\nepilogue",
    );
    expect(parts).toHaveLength(2);
    expect(text(parts[0])).toBe("v=0\r\n");
    expect(parts[0]).toMatchObject({
      contentType: { name: "application/sdp" },
      contentDisposition: { token: "session" },
      contentId: "a@b",
    });
    expect(parts[0]?.contentDisposition?.parameters.get("handling")).toBe("required");
    expect(text(parts[1])).toBe("plain");
    expect(parts[1]).toMatchObject({
      headers: [],
      contentType: { name: "text/plain" },
      contentDisposition: undefined,
      contentId: undefined,
    });
  });

  test("may hold parts without content and parts without anything", () => {
    expect(parse("--b\r\nA: 1\r\n\r\n\r\n--b\r\n\r\n\r\n--b\r\n\r\n--b--").map((part) => [part.headers.length, text(part)])).toEqual([
      [1, ""],
      [0, ""],
      [0, ""],
    ]);
  });

  test("do not end at what only looks like a delimiter", () => {
    expect(text(parse("--b\r\n\r\nx--b\r\n\r\n--bc\r\n\n--b\r\n--b x\r\n--b--x\r\n--b--")[0])).toBe(
      "x--b\r\n\r\n--bc\r\n\n--b\r\n--b x\r\n--b--x",
    );
  });

  test("hold parts that hold parts", () => {
    const [outer] = parse(
      '--b\r\nContent-Type: multipart/alternative; boundary="c d"\r\n\r\n--c d\r\n\r\n1\r\n--c d\r\n\r\n2\r\n--c d--\r\n--b--',
    );
    expect(outer?.parts?.map(text)).toEqual(["1", "2"]);
  });

  test.each([
    ["", "nothing"],
    ["--b", "no end"],
    ["--b\r\n\r\nx", "no end"],
    ["--b\r\n\r\nx\r\n--b\r\n", "no closing delimiter"],
    ["x--b\r\n\r\n--b--", "no delimiter at the beginning of a line"],
    ["--b\r\nno colon\r\n\r\nx\r\n--b--", "a malformed header field"],
    ["--b\r\n: x\r\n\r\nx\r\n--b--", "a header field without a name"],
    ["--b\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n--b--", "a multipart without a boundary"],
    ["--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\nx\r\n--b--", "a multipart without parts"],
  ])("are refused as SIP_PARSE_BODY: %j (%s)", (body) => {
    expect(() => parse(body)).toThrow(SipParseError);
    expect(() => parse(body)).toThrow(expect.objectContaining({ code: "SIP_PARSE_BODY" }));
  });

  test("need a boundary that is one", () => {
    for (const boundary of ["", "a ", "é", "x".repeat(71)]) {
      const contentType = MediaType.create("multipart/mixed", [["boundary", boundary]]);
      expect(() => parseMultipart(Buffer.from(`--${boundary}\r\n\r\n\r\n--${boundary}--`), contentType)).toThrow(SipParseError);
    }
    expect(() => parseMultipart(Buffer.from("--\r\n\r\n\r\n----"), MediaType.create("multipart/mixed"))).toThrow(SipParseError);
  });

  test("have at most maxParts parts, those inside counted", () => {
    const part = "--b\r\n\r\nx\r\n";
    expect(parse(`${part.repeat(32)}--b--`)).toHaveLength(32);
    expect(() => parse(`${part.repeat(33)}--b--`)).toThrow(SipParseError);
    const nested = `--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\n\r\n1\r\n--c\r\n\r\n2\r\n--c--\r\n--b--`;
    expect(parse(nested, { maxParts: 3 })).toHaveLength(1);
    expect(() => parse(nested, { maxParts: 2 })).toThrow(SipParseError);
  });

  test("have at most maxDepth levels and maxHeaderBytes of header", () => {
    const nest = (level: number): string =>
      level === 0
        ? "x"
        : `--${"b".repeat(level)}\r\nContent-Type: ${level === 1 ? "text/plain" : `multipart/mixed;boundary=${"b".repeat(level - 1)}`}\r\n\r\n${nest(level - 1)}\r\n--${"b".repeat(level)}--`;
    const contentType = (level: number) => MediaType.create("multipart/mixed", [["boundary", "b".repeat(level)]]);
    expect(parseMultipart(Buffer.from(nest(4)), contentType(4))).toHaveLength(1);
    expect(() => parseMultipart(Buffer.from(nest(5)), contentType(5))).toThrow(SipParseError);
    expect(() => parse(`--b\r\nA: ${"x".repeat(100)}\r\n\r\n\r\n--b--`, { maxHeaderBytes: 50 })).toThrow(SipParseError);
  });

  test("are written so that they are read back, octet for octet", () => {
    const part = fc.record({
      content: fc.uint8Array({ maxLength: 50 }),
      name: fc.constantFrom("application/sdp", "application/octet-stream"),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (list) => {
        const parts = list.map(({ content, name }) =>
          BodyPart.create({ contentType: name, content, headers: [["Content-Transfer-Encoding", "binary"]] }),
        );
        const body = writeMultipart(parts, "7a9cbec02ceef655");
        const read = parseMultipart(body, MediaType.create("multipart/mixed", [["boundary", "7a9cbec02ceef655"]]));
        expect(read.map((p) => [p.headers, [...p.content]])).toEqual(parts.map((p) => [p.headers, [...p.content]]));
      }),
    );
  });

  test("are not written with a boundary that occurs in a part, nor with a header that ends the line", () => {
    const part = BodyPart.create({ contentType: "text/plain", content: Buffer.from("a --b c") });
    expect(() => writeMultipart([part], "b")).toThrow(expect.objectContaining({ code: "SIP_BODY_INVALID" }));
    expect(() => writeMultipart([], "b")).toThrow(SipError);
    expect(() => BodyPart.create({ contentType: "text/plain", content: new Uint8Array(), headers: [["X", "a\r\nb"]] })).toThrow(
      expect.objectContaining({ code: "SIP_HEADER_INVALID" }),
    );
  });

  test.skipIf(!existsSync(mpart01))(`keep binary content (RFC 4475 §3.1.1.11; skipped without ${mpart01})`, () => {
    const message = readFileSync(mpart01);
    const body = message.subarray(message.indexOf("\r\n\r\n") + 4);
    const parts = parseMultipart(body, MediaType.create("multipart/mixed", [["boundary", "7a9cbec02ceef655"]]));
    expect(parts.map((part) => part.contentType.name)).toEqual(["text/plain", "application/octet-stream"]);
    expect(text(parts[0])).toBe("Hello");
    expect(parts[1]?.content.length).toBeGreaterThan(200);
    expect(
      Buffer.compare(
        Buffer.from(parts[1]!.content),
        body.subarray(body.indexOf("\r\n\r\n", body.indexOf("octet-stream")) + 4, body.lastIndexOf("\r\n--")),
      ),
    ).toBe(0);
  });
});
