import { describe, expect, test } from "vitest";
import { parseStunUri } from "@sidetone/stun-core";

describe("the address of a server (RFC 7064)", () => {
  test.each([
    ["stun:stun.example.org", "stun.example.org", 3478],
    ["STUN:stun.example.org:19302", "stun.example.org", 19_302],
    ["stun:[2001:db8::1]:3479", "2001:db8::1", 3479],
    ["192.0.2.1", "192.0.2.1", 3478],
    ["stun.example.org:3479", "stun.example.org", 3479],
  ])("%s", (text, host, port) => {
    expect(parseStunUri(text)).toEqual({ host, port });
  });

  test.each(["", "stun:", "stuns:example.org", "stun://example.org", "turn:example.org", "example.org:0", "example.org:65536"])(
    "%j is none",
    (text) => {
      expect(() => parseStunUri(text)).toThrow(expect.objectContaining({ code: "STUN_OPTION_INVALID" }));
    },
  );
});
