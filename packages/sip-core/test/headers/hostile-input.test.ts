import { describe, expect, test } from "vitest";
import * as sip from "@sidetone/sip-core";
import type { HeaderCodec } from "@sidetone/sip-core";

const size = 65_536;

/** 64 KiB of each pattern, alone and after what makes each kind of field begin well. */
const patterns = [...' \t;,<>"\\()[]{}=:%*@.-0a&?/é\u0000'].concat(
  "%41",
  "a.",
  ";a",
  ";a=",
  ';a="',
  '\\"',
  " ;",
  "; ",
  "a,",
  "<a>,",
  '"",',
  "(\\",
  "::",
  "a ",
  "&a",
  "1 ",
);
const beginnings = [
  "",
  "sip:",
  "<sip:a@b",
  "<sip:a@b>",
  '"',
  "sip:a;",
  "SIP/2.0/UDP a",
  "SIP/2.0/UDP [",
  "a/b",
  "1 ",
  "1 (",
  "a@b;to-tag=1",
  'Digest a="',
  "Digest a=",
  '399 a "',
  "tel:",
];
const texts = beginnings.flatMap((beginning) => patterns.map((pattern) => beginning + pattern.repeat(size / pattern.length)));
const codecs = Object.values(sip).flatMap((value) =>
  typeof value === "object" && "parse" in value ? [value as HeaderCodec<unknown>] : [],
);

// With a scan that is quadratic, one of these texts takes billions of steps.
describe("64 KiB of anything is read or refused in linear time", () => {
  test.each(codecs.map((codec) => [codec.name, codec] as const))(
    "%s",
    (_name, codec) => {
      for (const text of texts) {
        try {
          expect(codec.serialize(codec.parse(text))).toBeTypeOf("string");
        } catch (error) {
          if (!(error instanceof sip.SipParseError) && !(error instanceof sip.SipError)) throw error;
        }
      }
    },
    5000,
  );

  test("URIs, their parts and their comparison", { timeout: 5000 }, () => {
    for (const text of texts) {
      try {
        const uri = sip.parseUri(text);
        expect(uri.equals(sip.parseUri(text.toUpperCase()))).toBeTypeOf("boolean");
        if (uri instanceof sip.SipUri)
          expect([uri.decodedUser?.length, uri.lr, uri.withParameter("z", 1).toString().length]).toHaveLength(3);
      } catch (error) {
        if (!(error instanceof sip.SipParseError)) throw error;
      }
    }
  });

  test("comma lists", { timeout: 5000 }, () => {
    for (const text of texts) expect(sip.splitList(text).length).toBeLessThanOrEqual(size);
  });

  test("parameters that are asked for, changed and taken away", { timeout: 5000 }, () => {
    const { parameters } = sip.From.parse(`<sip:a@b>${";a=b".repeat(size / 4)};z="${"\\a".repeat(size / 2)}"`);
    expect(parameters.get("z")).toHaveLength(size / 2);
    expect(parameters.without("a").has("a")).toBe(false);
    expect(parameters.with("a", 1).get("a")).toBe("1");
    expect([...parameters]).toHaveLength(size / 4 + 1);
  });

  test("multipart bodies", { timeout: 5000 }, () => {
    const contentType = sip.MediaType.create("multipart/mixed", [["boundary", `${"-".repeat(69)}b`]]);
    for (const pattern of ["-", "--", "\r\n", "\r\n--", `\r\n--${"-".repeat(69)}b`, `\r\n--${"-".repeat(69)}b\r\n`, "a: b\r\n", "\r\n "]) {
      const body = Buffer.from(`--${"-".repeat(69)}b\r\n${pattern.repeat(1_000_000 / pattern.length)}`);
      expect(() => sip.parseMultipart(body, contentType)).toThrow(sip.SipParseError);
    }
  });
});
