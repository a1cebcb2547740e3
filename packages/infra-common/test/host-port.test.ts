import { describe, expect, test } from "vitest";
import { bracketHost, formatHostPort, parseHostPort } from "@sidetone/infra-common";

describe("a host and port", () => {
  test.each([
    ["127.0.0.1:5060", "127.0.0.1", 5060],
    ["sip.example.com:0", "sip.example.com", 0],
    ["[2001:db8::1]:65535", "2001:db8::1", 65_535],
    ["sip.example.com", "sip.example.com", undefined],
    ["[::]", "::", undefined],
    ["my_host-1", "my_host-1", undefined],
  ])("%s is read, and written the same", (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ host, port });
    expect(formatHostPort(host, port)).toBe(text);
  });

  test("a bare IPv6 address is read as a host", () => {
    expect(parseHostPort("2001:db8::1")).toEqual({ host: "2001:db8::1", port: undefined });
  });

  test.each([
    "",
    ":5060",
    "host:",
    "host:65536",
    "host:-1",
    "host:5060:5061",
    "[::1",
    "[host]:5060",
    "[]:1",
    "a b",
    "host:5o60",
    "sip:host",
  ])("%j is refused", (text) => {
    expect(parseHostPort(text)).toBeUndefined();
  });

  test("brackets go around IPv6 addresses only, and once", () => {
    expect(["::1", "[::1]", "127.0.0.1", "example.com"].map(bracketHost)).toEqual(["[::1]", "[::1]", "127.0.0.1", "example.com"]);
  });
});
