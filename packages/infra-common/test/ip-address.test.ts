import { isIP } from "node:net";
import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  addressFamily,
  addressFromBytes,
  addressToBytes,
  isIpv4,
  isIpv6,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isPrivate,
  isWildcard,
  networkOf,
  normaliseAddress,
} from "@sidetone/infra-common";

describe("the family of an address", () => {
  test.each(["0.0.0.0", "255.255.255.255", "192.0.2.1", "127.0.0.1"])("%s is IPv4", (text) => {
    expect([isIpv4(text), isIpv6(text), addressFamily(text)]).toEqual([true, false, 4]);
  });

  test.each([
    "::",
    "::1",
    "2001:db8::1",
    "1:2:3:4:5:6:7:8",
    "1::8",
    "::ffff:192.0.2.1",
    "64:ff9b::192.0.2.33",
    "1:2:3:4:5:6:192.0.2.1",
    "fe80::1%eth0",
    "ABCD::",
  ])("%s is IPv6", (text) => {
    expect([isIpv4(text), isIpv6(text), addressFamily(text)]).toEqual([false, true, 6]);
  });

  test.each([
    "",
    "localhost",
    "256.0.0.1",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.-4",
    "0x7f.0.0.1",
    "example.com",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "g::",
    "[::1]",
    "::1%",
    "::1 ",
    "1:2:3:4:5:6:7::8",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
    "1.2.3.4::",
    "::1.2.3",
    "::192.0.2.256",
    "::1%eth 0",
    "1:2:3:4:5:6:7:1.2.3.4",
    "__proto__",
  ])("%j is neither", (text) => {
    expect(addressFamily(text)).toBeUndefined();
  });

  test("agrees with the system's own reading of generated text", () => {
    const group = fc.constantFrom("", "0", "1", "ab", "ffff", "12345", "192.0.2.1", "g");
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(group, { maxLength: 10 }).map((groups) => groups.join(":")),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (address) => {
        expect(addressFamily(address) ?? 0).toBe(isIP(address));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("normaliseAddress", () => {
  // RFC 5952 §4 and §5.
  test.each([
    ["2001:0db8::0001", "2001:db8::1"],
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:DB8::AbCd", "2001:db8::abcd"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["::FFFF:192.0.2.1", "::ffff:192.0.2.1"],
    ["::ffff:c000:201", "::ffff:192.0.2.1"],
    ["FE80:0::1%eth0", "fe80::1%eth0"],
    ["192.0.2.1", "192.0.2.1"],
    ["Example.com", "Example.com"],
    ["not:an:address", "not:an:address"],
  ])("%s is %s", (text, normal) => {
    expect(normaliseAddress(text)).toBe(normal);
  });

  test("is the same for every spelling, and stays so", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const long = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16).padStart(4, "0")).join(
          ":",
        );
        const normal = normaliseAddress(long.toUpperCase());
        expect(normal).toBe(addressFromBytes(bytes));
        expect(normaliseAddress(normal)).toBe(normal);
        expect(addressToBytes(normal)).toEqual(bytes);
        // The URL standard compresses the same way, save for mapped addresses, which it writes in hexadecimal.
        if (!normal.includes(".")) expect(new URL(`http://[${long}]/`).hostname).toBe(`[${normal}]`);
      }),
    );
  });
});

describe("networkOf", () => {
  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:db8:1:2::", "2001:db8:1:2"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
  ])("%s belongs to %s: one IPv4 address, one IPv6 /64", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe("addresses as bytes", () => {
  test("IPv4 both ways", () => {
    expect(addressToBytes("192.0.2.1")).toEqual(Uint8Array.of(192, 0, 2, 1));
    expect(addressFromBytes(Uint8Array.of(192, 0, 2, 1))).toBe("192.0.2.1");
  });

  test("no bytes for what is no address, no address for other lengths", () => {
    expect(addressToBytes("example.com")).toBeUndefined();
    expect(addressToBytes("1::2::3")).toBeUndefined();
    expect(() => addressFromBytes(new Uint8Array(5))).toThrow(RangeError);
  });
});

describe("kinds of addresses", () => {
  const kinds = { isWildcard, isLoopback, isLinkLocal, isPrivate, isMulticast };
  test.each<[string, (keyof typeof kinds)[]]>([
    ["0.0.0.0", ["isWildcard"]],
    ["::", ["isWildcard"]],
    ["0:0:0:0:0:0:0:0", ["isWildcard"]],
    ["127.0.0.1", ["isLoopback"]],
    ["127.8.9.1", ["isLoopback"]],
    ["::1", ["isLoopback"]],
    ["0:0::1", ["isLoopback"]],
    ["169.254.3.4", ["isLinkLocal"]],
    ["fe80::1%eth0", ["isLinkLocal"]],
    ["febf::1", ["isLinkLocal"]],
    ["10.1.2.3", ["isPrivate"]],
    ["172.16.0.1", ["isPrivate"]],
    ["172.31.255.255", ["isPrivate"]],
    ["192.168.0.1", ["isPrivate"]],
    ["100.64.0.1", ["isPrivate"]],
    ["fd00::1", ["isPrivate"]],
    ["224.0.1.75", ["isMulticast"]],
    ["ff02::1", ["isMulticast"]],
    ["172.32.0.1", []],
    ["100.128.0.1", []],
    ["192.0.2.1", []],
    ["2001:db8::1", []],
    ["fec0::1", []],
    ["127.example.com", []],
    ["10.example.com", []],
  ])("%s: %j", (address, expected) => {
    expect(
      Object.entries(kinds)
        .filter(([, is]) => is(address))
        .map(([name]) => name),
    ).toEqual(expected);
  });
});
