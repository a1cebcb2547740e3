import { describe, expect, test } from "vitest";
import {
  AlternateServer,
  ErrorCode,
  MappedAddress,
  passwordAlgorithm,
  PasswordAlgorithm,
  passwordAlgorithmName,
  PasswordAlgorithms,
  Software,
  UnknownAttributes,
  Userhash,
  Username,
  XorMappedAddress,
  type StunAttribute,
} from "@sidetone/stun-core";
import { hex } from "../hex.ts";

const cookieAndId = hex("2112a442 000102030405060708090a0b");
const invalid = expect.objectContaining({ code: "STUN_ATTRIBUTE_INVALID" });

function parse<Value>(attribute: StunAttribute<Value>, digits: string): Value | undefined {
  return attribute.parse(hex(digits), cookieAndId);
}

describe("addresses (RFC 8489 §14.1, §14.2, §14.15)", () => {
  test.each([
    ["MAPPED-ADDRESS", MappedAddress, "0001 1f90 c0000201"],
    ["ALTERNATE-SERVER", AlternateServer, "0001 1f90 c0000201"],
    ["XOR-MAPPED-ADDRESS", XorMappedAddress, "0001 3e82 e112a643"],
  ])("%s of IPv4", (name, attribute, digits) => {
    const value = { address: "192.0.2.1", port: 8080 };
    expect(attribute.name).toBe(name);
    expect(parse(attribute, digits)).toEqual(value);
    expect(Buffer.from(attribute.serialize(value, cookieAndId))).toEqual(hex(digits));
  });

  test.each([
    ["an unknown family", "0003 1f90 c0000201"],
    ["an IPv6 family with four bytes", "0002 1f90 c0000201"],
    ["an IPv4 family with sixteen", `0001 1f90 ${"00".repeat(16)}`],
    ["a cut address", "0001 1f90 c00002"],
    ["nothing", ""],
  ])("%s is malformed", (_what, digits) => {
    expect(parse(MappedAddress, digits)).toBeUndefined();
    expect(parse(XorMappedAddress, digits)).toBeUndefined();
  });

  test("a name or a port that is none cannot be written", () => {
    expect(() => MappedAddress.serialize({ address: "example.com", port: 1 }, cookieAndId)).toThrow(invalid);
    expect(() => XorMappedAddress.serialize({ address: "192.0.2.1", port: 65_536 }, cookieAndId)).toThrow(invalid);
  });
});

describe("ERROR-CODE (RFC 8489 §14.8)", () => {
  test("has the hundreds in three bits", () => {
    expect(parse(ErrorCode, "00000414 556e6b6e6f776e")).toEqual({ code: 420, reasonPhrase: "Unknown" });
    expect(Buffer.from(ErrorCode.serialize({ code: 699, reasonPhrase: "" }, cookieAndId))).toEqual(hex("00000663"));
  });

  test.each(["00000264", "00000700", "00000464", "000004", "", "00000400ff"])("%s is malformed", (digits) => {
    expect(parse(ErrorCode, digits)).toBeUndefined();
  });

  test.each([299, 700, 400.5])("%d cannot be written", (code) => {
    expect(() => ErrorCode.serialize({ code, reasonPhrase: "" }, cookieAndId)).toThrow(invalid);
  });
});

describe("texts (RFC 8489 §14.3, §14.9, §14.10, §14.14)", () => {
  test("USERNAME has less than 509 bytes", () => {
    expect(parse(Username, "61".repeat(508))).toHaveLength(508);
    expect(parse(Username, "61".repeat(509))).toBeUndefined();
    expect(() => Username.serialize("é".repeat(255), cookieAndId)).toThrow(invalid);
  });

  test("what is no UTF-8 is malformed", () => {
    expect(parse(Software, "c328")).toBeUndefined();
    expect(parse(Software, "e38386")).toBe("テ");
  });
});

describe("PASSWORD-ALGORITHMS and PASSWORD-ALGORITHM (RFC 8489 §14.11, §14.12)", () => {
  test("keep the server's order, parameters padded between", () => {
    const list = [{ algorithm: 7, parameters: hex("aabbcc") }, passwordAlgorithm("SHA-256"), passwordAlgorithm("MD5")];
    const digits = "0007 0003 aabbcc00 0002 0000 0001 0000";
    expect(Buffer.from(PasswordAlgorithms.serialize(list, cookieAndId))).toEqual(hex(digits));
    expect(parse(PasswordAlgorithms, digits)?.map(passwordAlgorithmName)).toEqual([undefined, "SHA-256", "MD5"]);
    expect(parse(PasswordAlgorithm, "00020000")).toEqual({ algorithm: 2, parameters: Buffer.alloc(0) });
  });

  test.each(["", "0001", "00010004 00", "00010000 00"])("%s is malformed", (digits) => {
    expect(parse(PasswordAlgorithms, digits)).toBeUndefined();
  });
});

test("UNKNOWN-ATTRIBUTES is a list of types (RFC 8489 §14.13)", () => {
  expect(parse(UnknownAttributes, "7fff0024")).toEqual([0x7fff, 0x0024]);
  expect(parse(UnknownAttributes, "7fff00")).toBeUndefined();
  expect(Buffer.from(UnknownAttributes.serialize([0x7fff], cookieAndId))).toEqual(hex("7fff"));
});

test("USERHASH has 32 bytes (RFC 8489 §14.4)", () => {
  expect(parse(Userhash, "00".repeat(31))).toBeUndefined();
  expect(() => Userhash.serialize(new Uint8Array(31), cookieAndId)).toThrow(invalid);
});
