import { describe, expect, test } from "vitest";
import { isSameOrigin, nextOrigin, originChange, parseSdp, type Origin } from "@sidetone/sdp-core";

function setUp() {
  const origin = (line = "alice 1 7 IN IP4 192.0.2.1"): Origin => parseSdp(`v=0\r\no=${line}\r\n`).origin;
  return { origin };
}

describe("The o= line over the life of a session (RFC 3264 §8)", () => {
  test.each([
    ["the same version", "alice 1 7 IN IP4 192.0.2.1", "unchanged"],
    ["the same version with leading zeros", "alice 1 0007 IN IP4 192.0.2.1", "unchanged"],
    ["a version one higher", "alice 1 8 IN IP4 192.0.2.1", "newer"],
    ["a version with more digits", "alice 1 10 IN IP4 192.0.2.1", "newer"],
    ["a version beyond 64 bits", "alice 1 99999999999999999999999999 IN IP4 192.0.2.1", "newer"],
    ["a lower version", "alice 1 6 IN IP4 192.0.2.1", "older"],
    ["another session id", "alice 2 8 IN IP4 192.0.2.1", "otherSession"],
    ["another user", "bob 1 8 IN IP4 192.0.2.1", "otherSession"],
    ["another address", "alice 1 8 IN IP4 192.0.2.2", "otherSession"],
    ["another address type", "alice 1 8 IN IP6 192.0.2.1", "otherSession"],
  ])("%s", (_, received, change) => {
    const { origin } = setUp();
    expect(originChange(origin(), origin(received))).toBe(change);
  });

  test("isSameOrigin looks at everything but the version", () => {
    const { origin } = setUp();
    expect(isSameOrigin(origin(), origin("alice 1 8 IN IP4 192.0.2.1"))).toBe(true);
    expect(isSameOrigin(origin(), origin("alice 2 7 IN IP4 192.0.2.1"))).toBe(false);
  });

  test("the next version is one higher, exactly, beyond 53 bits too", () => {
    const { origin } = setUp();
    expect(nextOrigin(origin())).toEqual({ ...origin(), sessionVersion: "8" });
    expect(nextOrigin(origin("- 1 9007199254740993 IN IP4 h")).sessionVersion).toBe("9007199254740994");
  });

  test("versions of thousands of digits compare in linear time", () => {
    const { origin } = setUp();
    const nines = "9".repeat(30_000);
    expect(originChange(origin(`- 1 ${nines} IN IP4 h`), origin(`- 1 1${nines} IN IP4 h`))).toBe("newer");
    expect(originChange(origin(`- 1 ${"0".repeat(30_000)} IN IP4 h`), origin(`- 1 0 IN IP4 h`))).toBe("unchanged");
  });
});
