import { describe, expect, test } from "vitest";
import { isNullAddress, isUsableAddress } from "@sidetone/sdp-core";

describe("Addresses that unicast media may go to", () => {
  test.each([
    "192.0.2.1", "10.0.0.255", "223.255.255.255", "0.0.0.0", "host.anywhere.com", "host", "a-b.example.", "xn--bcher-kva.example", "1.example",
    "2001:db8::1", "::", "::1", "1:2:3:4:5:6:7:8", "fe80::1", "::ffff:192.0.2.1", "1::",
  ])("%s", (address) => expect(isUsableAddress(address)).toBe(true)); // prettier-ignore

  test.each([
    "224.2.1.1", "239.255.255.255", "255.255.255.255", "999.999.999.999", "256.1.1.1", "1.2.3", "1.2.3.4.5", "1..2.3", "12345", "", "-", ".", "-host", "h:99999",
    "ff02::1", "[::1]", "[::1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", "12345::", "g::1", "::1.2.3", "::999.1.1.1", "1:2:3:4:5:6:7:1.2.3.4",
    "%s%s%n", "a b", "höst.example", "x".repeat(300), "1".repeat(300), ":".repeat(300),
  ])("but not %j", (address) => expect(isUsableAddress(address)).toBe(false)); // prettier-ignore
});

test("0.0.0.0 and :: mean that nothing is to be sent (RFC 3264 §8.4)", () => {
  expect(["0.0.0.0", "::", "192.0.2.1", "::1", ""].map(isNullAddress)).toEqual([true, true, false, false, false]);
});
