import { describe, expect, test } from "vitest";
import { splitList } from "@sidetone/sip-core";

describe("comma lists (RFC 3261 §7.3.1)", () => {
  test.each([
    ["INVITE, ACK,BYE", ["INVITE", "ACK", "BYE"]],
    ["", []],
    [" , ,a,, ", ["a"]],
    ['"Bell, A." <sip:a@b>, <sip:c,d@e>;x="1,2"', ['"Bell, A." <sip:a@b>', '<sip:c,d@e>;x="1,2"']],
    ['"a\\", b" <sip:c@d>, e', ['"a\\", b" <sip:c@d>', "e"]],
    ['<sip:a"b@c>, <sip:d"e@f>', ['<sip:a"b@c>', '<sip:d"e@f>']],
    ['"never closed, a', ['"never closed, a']],
    ["<never closed, a", ["<never closed, a"]],
    ['"ends with a backslash\\', ['"ends with a backslash\\']],
  ])("splits %j", (text, elements) => {
    expect(splitList(text)).toEqual(elements);
  });
});
