import { describe, expect, test } from "vitest";
import {
  isFingerprintValid,
  isIntegrityValid,
  longTermKey,
  Nonce,
  parseStun,
  passwordAlgorithm,
  PasswordAlgorithm,
  Realm,
  shortTermKey,
  Software,
  StunMessage,
  StunWriter,
  Userhash,
  userhashOf,
  Username,
  XorMappedAddress,
} from "@sidetone/stun-core";
import { hex } from "../hex.ts";

const password = "VOkJxbRl1RmTxUk/WvJxBt";
const longTerm = { username: "マトリックス", realm: "example.org", password: "TheMatrIX" };
const longTermId = hex("78ad3433 c6ad72c0 29da412e");

/** RFC 5769 §2.1; the padding of USERNAME is spaces, and counts. */
const request = hex(`
  00010058 2112a442 b7e7a701 bc34d686 fa87dfae
  80220010 5354554e 20746573 7420636c 69656e74
  00240004 6e0001ff
  80290008 932ff9b1 51263b36
  00060009 6576746a 3a683676 59202020
  00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
  80280004 e57a3bcf`);
/** RFC 5769 §2.2. */
const responseIpv4 = hex(`
  0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
  8022000b 74657374 20766563 746f7220
  00200008 0001a147 e112a643
  00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
  80280004 c07d4c96`);
/** RFC 5769 §2.3. */
const responseIpv6 = hex(`
  01010048 2112a442 b7e7a701 bc34d686 fa87dfae
  8022000b 74657374 20766563 746f7220
  00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
  00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
  80280004 c8fb0b4c`);
/** RFC 5769 §2.4. */
const longTermRequest = hex(`
  00010060 2112a442 78ad3433 c6ad72c0 29da412e
  00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000
  0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341
  0014000b 6578616d 706c652e 6f726700
  00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666`);
/** RFC 8489 Appendix B.1 as its errata 6268 and 6290 have it. */
const anonymousRequest = hex(`
  00010090 2112a442 78ad3433 c6ad72c0 29da412e
  001e0020 4a3cf38f ef6992bd a952c678 0417da0f 24819415 569e60b2 05c46e41 407f1704
  00150029 6f624d61 744a6f73 32414141 43662f2f 3439396b 39353464 364f4c33 346f4c39 46535476 79363473 41000000
  0014000b 6578616d 706c652e 6f726700
  001d0004 00020000
  001c0020 b5c7bf00 5b6c52a2 1c51c5e8 92f81924 136296cb 927c4314 9309278c c6518e65`);

function read(bytes: Uint8Array): StunMessage {
  const message = parseStun(bytes);
  if (typeof message === "string") throw new Error(message);
  return message;
}

describe("the test vectors of RFC 5769", () => {
  test("§2.1: a request with short-term credentials and FINGERPRINT", () => {
    const message = read(request);
    expect(message).toMatchObject({ class: "request", method: 1, isClassic: false, integrity: "MESSAGE-INTEGRITY" });
    expect(message.transactionId).toEqual(hex("b7e7a701 bc34d686 fa87dfae"));
    expect([message.get(Software), message.get(Username)]).toEqual(["STUN test client", "evtj:h6vY"]);
    expect(isIntegrityValid(message, "MESSAGE-INTEGRITY", shortTermKey(password))).toBe(true);
    expect(isFingerprintValid(message)).toBe(true);
    expect(message.unknownRequired(new Set([Username.type]))).toEqual([0x0024]);
  });

  test.each([
    ["§2.2", "IPv4", responseIpv4, "192.0.2.1"],
    ["§2.3", "IPv6", responseIpv6, "2001:db8:1234:5678:11:2233:4455:6677"],
  ])("%s: a response with a mapped %s address", (_section, _family, bytes, address) => {
    const message = read(bytes);
    expect(message).toMatchObject({ class: "success", method: 1 });
    expect(message.get(Software)).toBe("test vector");
    expect(message.get(XorMappedAddress)).toEqual({ address, port: 32_853 });
    expect(isIntegrityValid(message, "MESSAGE-INTEGRITY", shortTermKey(password))).toBe(true);
    expect(isIntegrityValid(message, "MESSAGE-INTEGRITY", shortTermKey("wrong"))).toBe(false);
    expect(isFingerprintValid(message)).toBe(true);
  });

  test("§2.4: a request with long-term credentials, read and written", () => {
    const key = longTermKey(longTerm.username, longTerm.realm, longTerm.password);
    expect(isIntegrityValid(read(longTermRequest), "MESSAGE-INTEGRITY", key)).toBe(true);
    const written = new StunWriter("request", 1, longTermId)
      .add(Username, longTerm.username)
      .add(Nonce, "f//499k954d6OL34oL9FSTvy64sA")
      .add(Realm, longTerm.realm)
      .addIntegrity("MESSAGE-INTEGRITY", key);
    expect(written.toBytes()).toEqual(longTermRequest);
  });
});

describe("the test vector of RFC 8489 Appendix B", () => {
  test("§B.1: a request with USERHASH and MESSAGE-INTEGRITY-SHA256, read and written", () => {
    const { username, realm } = longTerm;
    const key = longTermKey(username, realm, longTerm.password, "SHA-256");
    expect(isIntegrityValid(read(anonymousRequest), "MESSAGE-INTEGRITY-SHA256", key)).toBe(true);
    const written = new StunWriter("request", 1, longTermId)
      .add(Userhash, userhashOf(username, realm))
      .add(Nonce, "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA")
      .add(Realm, realm)
      .add(PasswordAlgorithm, passwordAlgorithm("SHA-256"))
      .addIntegrity("MESSAGE-INTEGRITY-SHA256", key);
    expect(written.toBytes()).toEqual(anonymousRequest);
  });

  test("§9.2.2: the key of user, realm and pass", () => {
    expect(Buffer.from(longTermKey("user", "realm", "pass")).toString("hex")).toBe("8493fbc53ba582fb4c044c456bdc40eb");
    expect(longTermKey("user", '"realm"\0', "pass")).toEqual(longTermKey("user", "realm", "pass"));
  });
});

describe("a bit changed on the way", () => {
  test("never passes FINGERPRINT, nor integrity where it covers it", () => {
    for (let bit = 0; bit < 8 * responseIpv4.length; bit++) {
      const damaged = Buffer.from(responseIpv4);
      damaged[bit >> 3]! ^= 0x80 >> (bit & 7);
      const message = parseStun(damaged);
      if (typeof message === "string") continue;
      expect(isFingerprintValid(message), `bit ${bit}`).toBe(false);
      if (bit < 8 * (responseIpv4.length - 8)) {
        expect(isIntegrityValid(message, "MESSAGE-INTEGRITY", shortTermKey(password)), `bit ${bit}`).toBe(false);
      }
    }
  });
});
