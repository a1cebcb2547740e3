import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isFingerprintValid,
  isIntegrityValid,
  looksLikeStun,
  MappedAddress,
  Nonce,
  parseStun,
  Realm,
  Software,
  StunMessage,
  StunWriter,
  Username,
  XorMappedAddress,
  type StunClass,
} from "@sidetone/stun-core";
import { corpus } from "../corpus.ts";
import { hex } from "../hex.ts";

const id = hex("000102030405060708090a0b");
const key = Buffer.from("secret");

function read(bytes: Uint8Array, options?: { classic?: boolean }): StunMessage {
  const message = parseStun(bytes, options);
  if (typeof message === "string") throw new Error(message);
  return message;
}

/** A message of a header and attributes given as bytes; the length is set. */
function message(attributes: string, { type = "0001", cookie = "2112a442" } = {}): Buffer {
  const body = hex(attributes);
  return Buffer.concat([hex(type), Uint8Array.of(body.length >> 8, body.length & 255), hex(cookie), id, body]);
}

/** Everything that can be asked of a message. */
function readAll(parsed: StunMessage): void {
  for (const attribute of [MappedAddress, XorMappedAddress, Nonce, Realm, Software, Username]) parsed.get(attribute as typeof Nonce);
  parsed.unknownRequired(new Set());
  isFingerprintValid(parsed);
  isIntegrityValid(parsed, "MESSAGE-INTEGRITY", key);
  isIntegrityValid(parsed, "MESSAGE-INTEGRITY-SHA256", key);
}

describe("the message header (RFC 8489 §5)", () => {
  test.each<[stunClass: StunClass, method: number, type: string]>([
    ["request", 0x001, "0001"],
    ["indication", 0x001, "0011"],
    ["success", 0x001, "0101"],
    ["error", 0x001, "0111"],
    ["request", 0x003, "0003"],
    ["error", 0xfff, "3fff"],
    ["request", 0xfff, "3eef"],
  ])("a %s of method %i has type 0x%s", (stunClass, method, type) => {
    const bytes = new StunWriter(stunClass, method, id).toBytes();
    expect(bytes.toString("hex", 0, 2)).toBe(type);
    if (method < 0x80) expect(read(bytes)).toMatchObject({ class: stunClass, method });
  });

  test("tells itself from RTP, SIP, DTLS and CRLF by first byte, cookie and length", () => {
    expect(looksLikeStun(message(""))).toBe(true);
    expect(looksLikeStun(Buffer.from("\r\n\r\n"))).toBe(false);
    expect(looksLikeStun(Buffer.from("OPTIONS sip:bob@example.com SIP/2.0\r\n\r\n"))).toBe(false);
    expect(looksLikeStun(Buffer.concat([hex("8000"), message("").subarray(2)]))).toBe(false);
    expect(looksLikeStun(message("", { cookie: "2112a443" }))).toBe(false);
    expect(looksLikeStun(Buffer.concat([message(""), hex("00000000")]))).toBe(false);
    expect(looksLikeStun(message("").subarray(0, 19))).toBe(false);
    expect(looksLikeStun(new Uint8Array(0))).toBe(false);
  });

  test("without the magic cookie is a message only of RFC 3489, with an ID of 16 bytes", () => {
    const classic = message("", { cookie: "11223344" });
    expect(parseStun(classic)).toBe("notStun");
    const parsed = read(classic, { classic: true });
    expect(parsed.isClassic).toBe(true);
    expect(Buffer.from(parsed.transactionId)).toEqual(Buffer.concat([hex("11223344"), id]));
  });

  test("cannot be written with an ID of another length", () => {
    expect(() => new StunWriter("request", 1, new Uint8Array(11))).toThrow(expect.objectContaining({ code: "STUN_OPTION_INVALID" }));
    expect(() => new StunWriter("request", 0x1000, id)).toThrow(expect.objectContaining({ code: "STUN_OPTION_INVALID" }));
  });
});

describe("attributes (RFC 8489 §14)", () => {
  test("that go over the end make it no message", () => {
    expect(parseStun(message("00060005 61626364"))).toBe("attributeTruncated");
    expect(parseStun(message("8022ffff"))).toBe("attributeTruncated");
  });

  test("count the first time only", () => {
    expect(read(message("00060001 61000000 00060001 62000000")).get(Username)).toBe("a");
  });

  test("of unknown types must be understood below 0x8000, each named once", () => {
    const parsed = read(message("7fff0000 80000000 00240000 7fff0000 0006000161000000"));
    expect(parsed.unknownRequired(new Set([Username.type]))).toEqual([0x7fff, 0x0024]);
    expect([...parsed.attributeTypes()]).toEqual([0x7fff, 0x8000, 0x0024, 0x7fff, 0x0006]);
  });

  test("after MESSAGE-INTEGRITY are ignored, but for MESSAGE-INTEGRITY-SHA256 and FINGERPRINT", () => {
    const signed = new StunWriter("request", 1, id).add(Username, "a").addIntegrity("MESSAGE-INTEGRITY", key).toBytes();
    const added = Buffer.concat([signed, hex("00140001 72000000")]);
    added.writeUInt16BE(added.length - 20, 2);
    const parsed = read(added);
    expect(parsed.get(Realm)).toBeUndefined();
    expect(parsed.get(Username)).toBe("a");
    expect(isIntegrityValid(parsed, "MESSAGE-INTEGRITY", key)).toBe(true);
  });

  test("after MESSAGE-INTEGRITY-SHA256 are ignored, a second integrity too", () => {
    const signed = new StunWriter("request", 1, id).addIntegrity("MESSAGE-INTEGRITY-SHA256", key).toBytes();
    const added = Buffer.concat([signed, hex("00080014"), Buffer.alloc(20)]);
    added.writeUInt16BE(added.length - 20, 2);
    const parsed = read(added);
    expect(parsed).toMatchObject({ integrity: "MESSAGE-INTEGRITY-SHA256", integrityOffset: -1 });
    expect(isIntegrityValid(parsed, "MESSAGE-INTEGRITY-SHA256", key)).toBe(true);
  });

  test("after FINGERPRINT make it wrong", () => {
    const printed = new StunWriter("request", 1, id).addFingerprint().toBytes();
    expect(isFingerprintValid(read(printed))).toBe(true);
    const added = Buffer.concat([printed, hex("80220000")]);
    added.writeUInt16BE(added.length - 20, 2);
    expect(isFingerprintValid(read(added))).toBe(false);
  });

  test("are written before integrity, and that before FINGERPRINT", () => {
    const writer = new StunWriter("request", 1, id).addIntegrity("MESSAGE-INTEGRITY", key);
    const refused = expect.objectContaining({ code: "STUN_ATTRIBUTE_INVALID" });
    expect(() => writer.add(Username, "a")).toThrow(refused);
    expect(() => writer.addIntegrity("MESSAGE-INTEGRITY", key)).toThrow(refused);
    writer.addIntegrity("MESSAGE-INTEGRITY-SHA256", key).addFingerprint();
    expect(() => writer.addFingerprint()).toThrow(refused);
    const parsed = read(writer.toBytes());
    expect(isIntegrityValid(parsed, "MESSAGE-INTEGRITY", key)).toBe(true);
    expect(isIntegrityValid(parsed, "MESSAGE-INTEGRITY-SHA256", key)).toBe(true);
    expect(isFingerprintValid(parsed)).toBe(true);
  });

  test.each([16, 20, 32])("HMAC-SHA256 may be cut to %i bytes (§14.6)", async (length) => {
    const { createHmac } = await import("node:crypto");
    const bytes = message(`001c00${length.toString(16)}${"00".repeat(length)}`);
    createHmac("sha256", key).update(bytes.subarray(0, 20)).digest().copy(bytes, 24, 0, length);
    expect(isIntegrityValid(read(bytes), "MESSAGE-INTEGRITY-SHA256", key)).toBe(true);
  });

  test.each([0, 4, 12, 36])("but not to %i bytes", async (length) => {
    const { createHmac } = await import("node:crypto");
    const bytes = message(`001c00${length.toString(16).padStart(2, "0")}${"00".repeat(length)}`);
    createHmac("sha256", key).update(bytes.subarray(0, 20)).digest().copy(bytes, 24, 0, Math.min(length, 32));
    expect(isIntegrityValid(read(bytes), "MESSAGE-INTEGRITY-SHA256", key)).toBe(false);
  });
});

describe("whatever arrives", () => {
  test("never throws", () => {
    const header = fc.constant(message("").subarray(0, 20));
    const attribute = fc
      .tuple(fc.constantFrom(0x01, 0x06, 0x08, 0x09, 0x14, 0x15, 0x1c, 0x20, 0x8022, 0x8028), fc.uint8Array({ maxLength: 40 }))
      .map(([type, value]) => Buffer.concat([hex(type.toString(16).padStart(4, "0")), Uint8Array.of(0, value.length), value]));
    const structured = fc.tuple(header, fc.array(attribute, { maxLength: 6 })).map(([head, list]) => {
      const bytes = Buffer.concat([head, ...list]);
      const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
      padded.writeUInt16BE(padded.length - 20, 2);
      return padded;
    });
    fc.assert(
      fc.property(fc.oneof(structured, fc.uint8Array({ maxLength: 200 })), fc.boolean(), (bytes, classic) => {
        const parsed = parseStun(bytes, { classic });
        if (typeof parsed !== "string") readAll(parsed);
      }),
      { numRuns: 3000 },
    );
  });

  test("comes back as it was written", () => {
    const port = fc.integer({ min: 0, max: 65_535 });
    const address = fc.record({ address: fc.oneof(fc.ipV4(), fc.ipV6()), port });
    fc.assert(
      fc.property(
        address,
        fc.string({ maxLength: 100 }),
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        (mapped, text, transactionId) => {
          const bytes = new StunWriter("success", 1, transactionId)
            .add(XorMappedAddress, mapped)
            .add(MappedAddress, mapped)
            .add(Software, text);
          const parsed = read(bytes.addFingerprint().toBytes());
          expect(parsed.get(XorMappedAddress)).toEqual(parsed.get(MappedAddress));
          expect(parsed.get(XorMappedAddress)?.port).toBe(mapped.port);
          expect(parsed.get(Software)).toBe(Buffer.from(text).toString());
          const again = new StunWriter("success", 1, transactionId).add(XorMappedAddress, parsed.get(XorMappedAddress)!);
          expect(again.toBytes().subarray(20)).toEqual(Buffer.from(parsed.bytes.subarray(20, again.toBytes().length)));
        },
      ),
    );
  });

  const found = [...(corpus("stun/webrtc-corpus") ?? []), ...(corpus("stun/pion-fuzz-regressions") ?? [])];
  test.skipIf(found.length === 0)("of what fuzzers have found, throws nothing either", () => {
    for (const [, bytes] of found) {
      for (const classic of [false, true]) {
        const parsed = parseStun(bytes, { classic });
        if (typeof parsed !== "string") readAll(parsed);
      }
    }
  });

  const browsers = corpus("stun/pion")?.find(([name]) => name === "frombrowsers.csv")?.[1];
  test.skipIf(!browsers)("of browsers, is read", () => {
    const rows = browsers!
      .toString()
      .split("\n")
      .filter((line) => /^\d/.test(line));
    const parsed = rows.map((row) => read(Buffer.from(row.split(",")[1]!, "base64")));
    expect(parsed.length).toBeGreaterThan(5);
    for (const each of parsed) {
      expect(each).toMatchObject({ class: "request", method: 1 });
      if (each.fingerprintOffset >= 0) expect(isFingerprintValid(each)).toBe(true);
    }
  });
});
