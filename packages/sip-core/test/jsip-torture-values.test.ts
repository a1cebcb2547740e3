import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as sip from "@sidetone/sip-core";
import type { HeaderCodec } from "@sidetone/sip-core";

const data = process.env["SIDETONE_DATA"] ?? new URL("../../../../shared/data", import.meta.url).pathname;
const file = `${data}/sip/jsip-torture/torture.xml`;
const xml = existsSync(file) ? readFileSync(file, "utf8") : "";
const codecs = new Map(
  Object.values(sip).flatMap((value) =>
    typeof value === "object" && "parse" in value ? [[value.name, value as HeaderCodec<unknown>]] : [],
  ),
);

/** The test cases that hold one header field or one URL instead of a message: what each is called and whether it is marked to fail. */
function casesOf(element: "sip-header" | "sip-url"): { name: string; text: string; isRejected: boolean }[] {
  return Array.from(xml.matchAll(/<testcase>([^]*?)<\/testcase>/g), ([, body = ""]) => body).flatMap((body) => {
    const text = new RegExp(`<${element}>\\s*<!\\[CDATA\\[([^]*?)\\]\\]>`).exec(body)?.[1];
    if (text === undefined) return [];
    const name = /<description>\s*<!\[CDATA\[\s*([^]*?)\s*\]\]>/.exec(body)?.[1] ?? "";
    return [{ name, text: text.trim(), isRejected: body.includes("expect-exception-callback") }];
  });
}

describe.skipIf(xml === "")(`header fields and URLs of the JAIN-SIP torture test (skipped without ${file})`, () => {
  test.each(casesOf("sip-header"))("$name: $text, rejected: $isRejected", ({ text, isRejected }) => {
    const [, name = "", value = ""] = /^([^:]*):\s*([^]*)$/.exec(text.replace(/\r?\n(?=[ \t])/g, "")) ?? [];
    const codec = codecs.get(name);
    expect(codec, name).toBeDefined();
    const read = () => (codec!.list ? sip.splitList(value) : [value.trim()]).map((member) => codec!.parse(member));
    if (isRejected) expect(read).toThrow(sip.SipParseError);
    else for (const member of read()) expect(codec!.parse(codec!.serialize(member))).toEqual(member);
  });

  test.each(casesOf("sip-url"))("$name: $text, rejected: $isRejected", ({ text, isRejected }) => {
    if (isRejected) expect(() => sip.SipUri.parse(text)).toThrow(sip.SipParseError);
    else expect(sip.SipUri.parse(text).toString()).toBe(text);
  });

  test("are 16 header fields and 10 URLs", () => {
    expect([casesOf("sip-header").length, casesOf("sip-url").length]).toEqual([16, 10]);
  });
});
