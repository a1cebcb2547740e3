import { expect, test } from "vitest";
import { classifyPacket } from "@sidetone/rtp-core";

test.each([
  ["an RTP packet", [0x80, 0], "rtp"],
  ["an RTP packet with marker", [0x80, 0x80 | 111], "rtp"],
  ["an RTP packet with padding, extension and CSRCs", [0xbf, 8], "rtp"],
  ["a sender report", [0x80, 200], "rtcp"],
  ["generic feedback", [0x81, 205], "rtcp"],
  ["the lowest RTCP type of RFC 5761", [0x80, 192], "rtcp"],
  ["the highest RTCP type of RFC 5761", [0x80, 223], "rtcp"],
  ["payload type 96 with marker", [0x80, 224], "rtp"],
  ["a STUN binding request", [0x00, 0x01], "stun"],
  ["a DTLS client hello", [22, 0xfe], "dtls"],
  ["ZRTP", [16, 0], "zrtp"],
  ["TURN channel data", [0x40, 0], "turn-channel"],
  ["a byte that nobody claims", [4, 0], "unknown"],
  ["the upper half", [0xc0, 0], "unknown"],
  ["one byte", [0x80], "unknown"],
  ["nothing", [], "unknown"],
])("takes %s for what RFC 7983 and RFC 5761 say", (_, bytes, kind) => {
  expect(classifyPacket(Uint8Array.from(bytes))).toBe(kind);
});
