import { describe, expect, test } from "vitest";
import { From, Parameters, SipError, SipUri } from "@sidetone/sip-core";

/** The parameters of a From field whose value ends in `text`. */
function headerParameters(text: string): Parameters {
  return From.parse(`<sip:a@b>${text}`).parameters;
}

describe("parameters of header fields", () => {
  test("are found by name in any case, in any spacing", () => {
    const parameters = headerParameters(' ;  Tag = a48s\t; x;y =  "q;\\"= ," ;z=');
    expect(parameters.get("tag")).toBe("a48s");
    expect(parameters.get("y")).toBe('q;"= ,');
    expect([...parameters]).toEqual([
      ["Tag", "a48s"],
      ["x", ""],
      ["y", 'q;"= ,'],
      ["z", ""],
    ]);
  });

  test("tell a parameter without a value from one that is not there", () => {
    const parameters = headerParameters(";lr;x=1");
    expect([parameters.has("LR"), parameters.get("lr")]).toEqual([true, ""]);
    expect([parameters.has("l"), parameters.get("l"), parameters.get("lrx")]).toEqual([false, undefined, undefined]);
  });

  test("take names like __proto__ as plain data", () => {
    const parameters = headerParameters(";__proto__=1;constructor=2");
    expect(parameters.get("__proto__")).toBe("1");
    expect(parameters.get("constructor")).toBe("2");
    expect(parameters.get("toString")).toBeUndefined();
    expect(({} as Record<string, unknown>)["1"]).toBeUndefined();
  });

  test("do not find names inside quoted values", () => {
    expect(headerParameters(';a=";tag=no";tag=yes').get("tag")).toBe("yes");
    expect(headerParameters(';a="\\";tag=no"').has("tag")).toBe(false);
  });

  test("give the first of several with the same name", () => {
    expect(headerParameters(";a=1;A=2").get("a")).toBe("1");
  });

  test("give whole numbers only", () => {
    const parameters = headerParameters(";a=0060;b=1.5;c;d=99999999999999999999;e=-1");
    expect(["a", "b", "c", "d", "e", "f"].map((name) => parameters.getInteger(name))).toEqual([
      60,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("are replaced in place, appended and removed in a copy", () => {
    const parameters = headerParameters(";a=1;b=2;A=3");
    expect(parameters.with("a", "x y").text).toBe(';a="x y";b=2');
    expect(parameters.with("c").text).toBe(";a=1;b=2;A=3;c");
    expect(parameters.with("received", "2001:db8::1").text).toBe(";a=1;b=2;A=3;received=2001:db8::1");
    expect(parameters.without("A").text).toBe(";b=2");
    expect(parameters.without("z")).toBe(parameters);
    expect(parameters.text).toBe(";a=1;b=2;A=3");
  });

  test.each([
    ["a b", "1"],
    ["", "1"],
    ["a;b", "1"],
    ["a", "1\r\nX: y"],
    ["a", "1\u0000"],
    ["a", "1\n"],
  ])("cannot be written as %j=%j", (name, value) => {
    expect(() => Parameters.from([[name, value]])).toThrow(SipError);
    expect(() => Parameters.from([[name, value]])).toThrow(expect.objectContaining({ code: "SIP_HEADER_INVALID" }));
  });
});

describe("parameters of URIs", () => {
  test("find escaped names, and do not take an escaped separator for one", () => {
    const { parameters } = SipUri.parse("sip:a;b@c;%61%62=1;x=%3Bab%3D2");
    expect(parameters.get("AB")).toBe("1");
    expect(parameters.get("x")).toBe(";ab=2");
    expect(parameters.with("ab", "a b").text).toBe(";ab=a%20b;x=%3Bab%3D2");
    expect(parameters.without("ab").text).toBe(";x=%3Bab%3D2");
  });
});
