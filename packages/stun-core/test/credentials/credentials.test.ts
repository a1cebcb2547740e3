import { describe, expect, test } from "vitest";
import { nonceCookie, opaqueString, securityFeaturesOf } from "@sidetone/stun-core";

describe("OpaqueString (RFC 8265 §4.2)", () => {
  test.each([
    ["keeps case and spaces", "Correct Horse Battery Staple", "Correct Horse Battery Staple"],
    ["maps other spaces to a plain one", "foo\u1680bar\u3000baz", "foo bar baz"],
    ["composes (NFC)", "pa\u0308ss", "p\u00e4ss"],
    ["keeps compatibility characters apart", "Jack of \u2666s \u2168", "Jack of \u2666s \u2168"],
  ])("%s", (_what, text, prepared) => {
    expect(opaqueString(text, "it")).toBe(prepared);
  });

  test.each([
    ["an empty string", ""],
    ["a control character", "my cat is a \u0009by"],
    ["a soft hyphen", "The\u00adMatrix"],
    ["half a surrogate pair", "\ud800"],
  ])("%s is refused, without being repeated", (_what, text) => {
    expect(() => opaqueString(text, "the password")).toThrow(expect.objectContaining({ code: "STUN_OPTION_INVALID" }));
    if (text) expect(() => opaqueString(text, "the password")).not.toThrow(text);
  });
});

describe("the nonce cookie (RFC 8489 §9.2)", () => {
  test.each([
    [false, false, "obMatJos2AAAA"],
    [true, false, "obMatJos2gAAA"],
    [false, true, "obMatJos2QAAA"],
    [true, true, "obMatJos2wAAA"],
  ])("with password algorithms %s and user name anonymity %s is %s", (passwordAlgorithms, usernameAnonymity, cookie) => {
    expect(nonceCookie({ passwordAlgorithms, usernameAnonymity })).toBe(cookie);
    expect(securityFeaturesOf(`${cookie}rest`)).toEqual({ passwordAlgorithms, usernameAnonymity });
  });

  test("is read with its bits counted from the other end too, as in the vector of §B.1", () => {
    expect(securityFeaturesOf("obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA")).toEqual({ passwordAlgorithms: false, usernameAnonymity: true });
    expect(securityFeaturesOf("obMatJos2AAAB")).toEqual({ passwordAlgorithms: true, usernameAnonymity: false });
  });

  test.each(["f//499k954d6OL34oL9FSTvy64sA", "obMatJos2", "obMatJos2A-AA", "obmatjos2AAAA"])("%s has none", (nonce) => {
    expect(securityFeaturesOf(nonce)).toBeUndefined();
  });
});
