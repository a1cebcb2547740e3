import { describe, expect, test } from "vitest";
import { createOffer, parseSdp, processAnswer, SdpNegotiationError, serializeSdp, type MediaCapability } from "@sidetone/sdp-core";

const pcmu = { encodingName: "PCMU", clockRate: 8000, payloadType: 0 };
const pcma = { encodingName: "PCMA", clockRate: 8000, payloadType: 8 };
const opus = { encodingName: "opus", clockRate: 48_000, channels: 2, payloadType: 111 };
const events = { encodingName: "telephone-event", clockRate: 8000, payloadType: 101, fmtp: "0-15" };
const audio: MediaCapability = { kind: "audio", port: 30_000, codecs: [pcmu, pcma, opus, events] };
const video: MediaCapability = { kind: "video", port: 30_002, codecs: [{ encodingName: "H264", clockRate: 90_000, payloadType: 97 }] };

function setUp(media: readonly MediaCapability[] = [audio]) {
  const offer = createOffer({ origin: { sessionId: "7", sessionVersion: "1", address: "198.51.100.1" }, media });
  const answerOf = (...mediaLines: string[]) =>
    parseSdp(["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", ...mediaLines].join("\r\n"));
  const outcome = (...mediaLines: string[]) => processAnswer(offer, answerOf(...mediaLines));
  const refusal = (...mediaLines: string[]) => {
    try {
      outcome(...mediaLines);
    } catch (error) {
      return error as SdpNegotiationError;
    }
    throw new Error("the answer was taken");
  };
  return { offer, answerOf, outcome, refusal };
}

test("an offer lists every stream with all its codecs (RFC 3264 §5)", () => {
  const { offer } = setUp([
    { ...audio, ptimeMs: 20, maxptimeMs: 40, direction: "recvonly", attributes: ["label:1"] },
    { ...video, port: 0 },
  ]);
  expect(serializeSdp(offer).split("\r\n")).toEqual([
    ...["v=0", "o=- 7 1 IN IP4 198.51.100.1", "s=-", "c=IN IP4 198.51.100.1", "t=0 0"],
    ...["m=audio 30000 RTP/AVP 0 8 111 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:111 opus/48000/2"],
    ...["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=maxptime:40", "a=recvonly", "a=label:1"],
    ...["m=video 0 RTP/AVP 97", ""],
  ]);
});

describe("What an answer means (RFC 3264 §7)", () => {
  test("the first format of the answer is sent, under the answer's number; all that we offered may arrive", () => {
    const [stream] = setUp().outcome(
      "m=audio 5004 RTP/AVP 96 8 101",
      "a=rtpmap:96 opus/48000/2",
      "a=rtpmap:101 telephone-event/8000",
      "a=fmtp:101 0-11",
    );
    expect(stream!.sendCodecs.map(({ payloadType, encodingName }) => [payloadType, encodingName])).toEqual([
      [96, "opus"],
      [8, "PCMA"],
    ]);
    expect(Object.keys(stream!.receivePayloadTypes)).toEqual(["0", "8", "101", "111"]);
    expect(stream!.telephoneEvent).toMatchObject({ sendPayloadType: 101, receivePayloadType: 101, events: [...Array(12).keys()] });
    expect(stream).toMatchObject({ accepted: true, remoteAddress: "192.0.2.1", remotePort: 5004, remoteRtcpPort: 5005, ptimeMs: 20 });
  });

  test("one stream is taken and another refused (port 0)", () => {
    const streams = setUp([audio, video]).outcome("m=audio 5004 RTP/AVP 0", "m=video 0 RTP/AVP 97");
    expect(streams.map(({ accepted, refusal }) => [accepted, refusal])).toEqual([
      [true, undefined],
      [false, "off"],
    ]);
  });

  test("formats that were not offered are left aside; a dynamic one without rtpmap is what we offered under its number", () => {
    const [stream] = setUp().outcome("m=audio 5004 RTP/AVP 18 111 0");
    expect(stream!.sendCodecs.map(({ encodingName }) => encodingName)).toEqual(["opus", "PCMU"]);
  });

  test.each([
    ["sendrecv", "sendrecv", { sending: true, receiving: true, onHoldByRemote: false }],
    ["sendrecv", "recvonly", { sending: true, receiving: false, onHoldByRemote: false }],
    ["sendrecv", "inactive", { sending: false, receiving: false, onHoldByRemote: true }],
    ["sendonly", "recvonly", { sending: true, receiving: false, onHoldByRemote: false }],
    ["sendonly", "sendrecv", { sending: true, receiving: false, onHoldByRemote: false }], // a device that knows no hold
    ["inactive", "inactive", { sending: false, receiving: false }],
  ] as const)("%s that is answered %s", (direction, answered, expected) => {
    const [stream] = setUp([{ ...audio, direction }]).outcome("m=audio 5004 RTP/AVP 0", `a=${answered}`);
    expect(stream).toMatchObject(expected);
  });

  test("a hold of the peer's outlives our own, which leaves it no word on that", () => {
    const { offer, answerOf } = setUp([{ ...audio, direction: "inactive" }]);
    const before = setUp().outcome("m=audio 5004 RTP/AVP 0", "a=inactive");
    const [stream] = processAnswer(offer, answerOf("m=audio 5004 RTP/AVP 0", "a=inactive"), { previous: before });
    expect(stream!.onHoldByRemote).toBe(true);
  });
});

describe("What is no answer to our offer", () => {
  test.each<readonly [what: string, code: string, lines: readonly string[], media: readonly MediaCapability[] | undefined]>([
    ["fewer m= lines", "SDP_ANSWER_MISMATCH", ["m=audio 5004 RTP/AVP 0"], [audio, video]],
    ["more m= lines", "SDP_ANSWER_MISMATCH", ["m=audio 5004 RTP/AVP 0", "m=audio 5006 RTP/AVP 0"], undefined],
    ["another kind", "SDP_ANSWER_MISMATCH", ["m=video 5004 RTP/AVP 0"], undefined],
    ["another protocol", "SDP_ANSWER_MISMATCH", ["m=audio 5004 RTP/SAVP 0"], undefined],
    ["a stream that we switched off", "SDP_ANSWER_MISMATCH", ["m=audio 5004 RTP/AVP 0"], [{ ...audio, port: 0 }]],
    ["no codec of ours", "SDP_NO_COMMON_CODEC", ["m=audio 5004 RTP/AVP 18"], undefined],
    ["a multicast address", "SDP_CONNECTION_UNUSABLE", ["m=audio 5004 RTP/AVP 0", "c=IN IP4 224.1.1.1/127"], undefined],
  ])("%s: %s", (_what, code, lines, media) => {
    expect(setUp(media).refusal(...lines)).toMatchObject({ code });
  });

  test("a direction that our offer rules out, where that matters", () => {
    const { offer, answerOf } = setUp([{ ...audio, direction: "sendonly" }]);
    const answer = answerOf("m=audio 5004 RTP/AVP 0", "a=sendrecv");
    expect(() => processAnswer(offer, answer, { strictDirection: true })).toThrow(
      expect.objectContaining({ code: "SDP_ANSWER_DIRECTION" }) as Error,
    );
  });
});
