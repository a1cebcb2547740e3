import { describe, expect, test } from "vitest";
import {
  createAnswer,
  createOffer,
  parseSdp,
  SdpNegotiationError,
  serializeSdp,
  type AnswerOptions,
  type MediaCapability,
} from "@sidetone/sdp-core";

const pcmu = { encodingName: "PCMU", clockRate: 8000, payloadType: 0 };
const pcma = { encodingName: "PCMA", clockRate: 8000, payloadType: 8 };
const opus = { encodingName: "opus", clockRate: 48_000, channels: 2, payloadType: 111, fmtp: "useinbandfec=1" };
const events8k = { encodingName: "telephone-event", clockRate: 8000, payloadType: 101, fmtp: "0-15" };
const events48k = { encodingName: "telephone-event", clockRate: 48_000, payloadType: 110, fmtp: "0-15" };
const audio: MediaCapability = { kind: "audio", port: 30_000, codecs: [pcmu, pcma, events8k] };
const video: MediaCapability = { kind: "video", port: 30_002, codecs: [{ encodingName: "H264", clockRate: 90_000, payloadType: 97 }] };

function setUp(...mediaLines: string[]) {
  const lines = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", ...mediaLines];
  const offer = parseSdp(lines.join("\r\n"));
  const origin = { sessionId: "7", sessionVersion: "1", address: "198.51.100.1" };
  const answer = (media: readonly MediaCapability[], options: Partial<AnswerOptions> = {}) =>
    createAnswer(offer, { origin, media, ...options });
  const refusal = (media: readonly MediaCapability[]) => {
    try {
      answer(media);
    } catch (error) {
      return error as SdpNegotiationError;
    }
    throw new Error("the offer was answered");
  };
  /** The lines of the answer from its first m= line on. */
  const answered = (media: readonly MediaCapability[], options?: Partial<AnswerOptions>) =>
    answer(media, options).answer.media.flatMap((each) => each.lines);
  return { offer, origin, answer, answered, refusal };
}

describe("The answer has the m= lines of the offer, in order (RFC 3264 §6)", () => {
  test("a stream of no use here is refused with port 0 and its formats", () => {
    const { answered, answer } = setUp(
      "m=video 5004 RTP/AVP 31 32",
      "a=rtpmap:31 H261/90000",
      "m=audio 5006 RTP/AVP 0",
      "m=image 5008 udptl t38",
    );
    expect(answered([audio])).toEqual([
      "m=video 0 RTP/AVP 31 32",
      "m=audio 30000 RTP/AVP 0",
      "a=rtpmap:0 PCMU/8000",
      "a=sendrecv",
      "m=image 0 udptl t38",
    ]);
    expect(answer([audio]).negotiated.map(({ accepted, refusal }) => [accepted, refusal])).toEqual([
      [false, "kind"],
      [true, undefined],
      [false, "kind"],
    ]);
  });

  test("two streams of a kind take two capabilities, and a third is refused", () => {
    const { answer } = setUp("m=audio 5004 RTP/AVP 0", "m=audio 5006 RTP/AVP 8", "m=audio 5008 RTP/AVP 0");
    const { negotiated } = answer([audio, { ...audio, port: 30_010 }]);
    expect(negotiated.map(({ accepted, localPort }) => [accepted, localPort])).toEqual([
      [true, 30_000],
      [true, 30_010],
      [false, 0],
    ]);
  });

  test("a capability that names its m= line answers that one", () => {
    const { answer } = setUp("m=audio 5004 RTP/AVP 0", "m=audio 5006 RTP/AVP 0");
    const { negotiated } = answer([{ ...audio, mediaIndex: 1 }]);
    expect(negotiated.map(({ accepted }) => accepted)).toEqual([false, true]);
  });

  test("a stream that is offered switched off is answered switched off (§8.2)", () => {
    const { answer, answered } = setUp("m=audio 0 RTP/AVP 0", "m=video 5006 RTP/AVP 97", "a=rtpmap:97 H264/90000");
    expect(answered([audio, video]).filter((line) => line.startsWith("m="))).toEqual(["m=audio 0 RTP/AVP 0", "m=video 30002 RTP/AVP 97"]);
    expect(answer([audio, video]).negotiated[0]).toMatchObject({ accepted: false, refusal: "off" });
  });

  test("t= and a=mid are the offer's (§6, RFC 5888 §9.1)", () => {
    const offer = parseSdp(
      "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=x\nc=IN IP4 192.0.2.1\nt=3034423619 3042462419\nm=audio 5004 RTP/AVP 0\na=mid:voice\n",
    );
    const { origin } = setUp();
    const text = serializeSdp(createAnswer(offer, { origin, media: [audio] }).answer);
    expect(text).toContain("\r\nt=3034423619 3042462419\r\n");
    expect(text).toContain("\r\na=mid:voice\r\n");
  });

  test("an offer without streams is answered without streams", () => {
    expect(setUp().answered([audio])).toEqual([]);
  });
});

describe("Codecs (RFC 3264 §6.1)", () => {
  const lines = ["m=audio 5004 RTP/AVP 8 96 0 97", "a=rtpmap:96 opus/48000/2", "a=rtpmap:97 telephone-event/8000", "a=fmtp:97 0-11,16"];

  test("are those in common, in the offer's order and under its numbers", () => {
    const { answered, answer } = setUp(...lines);
    expect(answered([{ ...audio, codecs: [pcmu, opus, pcma, events8k] }])).toEqual([
      "m=audio 30000 RTP/AVP 8 96 0 97",
      "a=rtpmap:8 PCMA/8000",
      "a=rtpmap:96 opus/48000/2",
      "a=fmtp:96 useinbandfec=1",
      "a=rtpmap:0 PCMU/8000",
      "a=rtpmap:97 telephone-event/8000",
      "a=fmtp:97 0-15",
      "a=sendrecv",
    ]);
    const [stream] = answer([audio]).negotiated;
    expect(stream!.sendCodecs.map(({ encodingName }) => encodingName)).toEqual(["PCMA", "PCMU"]);
    expect(Object.keys(stream!.receivePayloadTypes)).toEqual(["0", "8", "97"]);
    expect(stream!.telephoneEvent).toEqual({
      sendPayloadType: 97,
      receivePayloadType: 97,
      clockRate: 8000,
      events: [...Array(12).keys(), 16],
    });
  });

  test("come in our order when we ask for it", () => {
    const { answered } = setUp(...lines);
    expect(answered([audio], { codecOrder: "local" })[0]).toBe("m=audio 30000 RTP/AVP 0 8 97");
  });

  test("are compared by name without regard to case, by rate and by channels", () => {
    const { answered } = setUp(
      "m=audio 5004 RTP/AVP 96 97 98",
      "a=rtpmap:96 OPUS/48000",
      "a=rtpmap:97 OPUS/48000/2",
      "a=rtpmap:98 pcmu/16000",
    );
    expect(answered([{ ...audio, codecs: [opus, pcmu] }])[0]).toBe("m=audio 30000 RTP/AVP 97");
  });

  test("a static number needs no rtpmap; a dynamic one that nothing explains is no codec", () => {
    const { answered } = setUp("m=audio 5004 RTP/AVP 0 8 99");
    expect(answered([audio])[0]).toBe("m=audio 30000 RTP/AVP 0 8");
  });

  test("a static number may be given another meaning by its rtpmap", () => {
    const { answered } = setUp("m=audio 5004 RTP/AVP 0", "a=rtpmap:0 PCMA/8000");
    expect(answered([audio]).slice(0, 2)).toEqual(["m=audio 30000 RTP/AVP 0", "a=rtpmap:0 PCMA/8000"]);
  });

  test("telephone-event counts only beside a codec of its clock rate", () => {
    const { answered } = setUp("m=audio 5004 RTP/AVP 0 97 98", "a=rtpmap:97 telephone-event/48000", "a=rtpmap:98 telephone-event/8000");
    expect(answered([{ ...audio, codecs: [pcmu, opus, events8k, events48k] }])[0]).toBe("m=audio 30000 RTP/AVP 0 98");
  });

  test("a matcher decides where parameters must agree", () => {
    const { answered } = setUp("m=audio 5004 RTP/AVP 96 0", "a=rtpmap:96 opus/48000/2", "a=fmtp:96 stereo=1");
    const media = [{ ...audio, codecs: [opus, pcmu] }];
    expect(answered(media, { matchFormat: (own, offered) => (offered.fmtp?.includes("stereo") ? undefined : own) })[0]).toBe(
      "m=audio 30000 RTP/AVP 0",
    );
  });
});

describe("Direction, addresses and times", () => {
  test.each([
    ["sendrecv", "sendrecv", { sending: true, receiving: true, onHoldByRemote: false }],
    ["sendonly", "recvonly", { sending: false, receiving: true, onHoldByRemote: true }],
    ["recvonly", "sendonly", { sending: true, receiving: false, onHoldByRemote: false }],
    ["inactive", "inactive", { sending: false, receiving: false, onHoldByRemote: true }],
  ])("%s is answered %s", (offered, expected, outcome) => {
    const { answered, answer } = setUp("m=audio 5004 RTP/AVP 0", `a=${offered}`);
    expect(answered([audio]).at(-1)).toBe(`a=${expected}`);
    expect(answer([audio]).negotiated[0]).toMatchObject(outcome);
  });

  test("the direction of the session level holds for every stream without its own (§5.1)", () => {
    const { answer } = setUp("a=sendonly", "m=audio 5004 RTP/AVP 0", "m=audio 5006 RTP/AVP 0", "a=sendrecv");
    const { negotiated } = answer([audio, { ...audio, port: 30_010 }]);
    expect(negotiated.map(({ localDirection }) => localDirection)).toEqual(["recvonly", "sendrecv"]);
  });

  test("c=0.0.0.0 holds the stream: nothing is sent, RTCP neither; it is still accepted (§8.4)", () => {
    const { answer } = setUp("m=audio 5004 RTP/AVP 0", "c=IN IP4 0.0.0.0");
    expect(answer([audio]).negotiated[0]).toMatchObject({ accepted: true, sending: false, onHoldByRemote: true, remoteRtcpPort: 0 });
  });

  test("an IPv6 offer and a c= of its own are taken; our own address goes into c= of the stream where it differs", () => {
    const { answer, answered } = setUp("m=audio 5004 RTP/AVP 0", "c=IN IP6 2001:db8::1");
    const media = [{ ...audio, address: "2001:db8::9" }];
    expect(answer(media).negotiated[0]).toMatchObject({ remoteAddress: "2001:db8::1", localAddress: "2001:db8::9" });
    expect(answered(media)).toContain("c=IN IP6 2001:db8::9");
  });

  test.each(["224.2.1.1/127", "255.255.255.255", "ff02::1", "999.1.1.1"])(
    "a stream to %s is refused: nothing unicast could go there",
    (address) => {
      const { refusal } = setUp("m=audio 5004 RTP/AVP 0", `c=IN IP${address.includes(":") ? 6 : 4} ${address}`);
      expect(refusal([audio])).toMatchObject({ code: "SDP_NO_ACCEPTABLE_MEDIA" });
    },
  );

  test.each([
    [["a=rtcp:5010"], { remoteRtcpPort: 5010, remoteRtcpAddress: "192.0.2.1" }],
    [["a=rtcp:5010 IN IP4 192.0.2.7"], { remoteRtcpPort: 5010, remoteRtcpAddress: "192.0.2.7" }],
    [["a=rtcp:nonsense"], { remoteRtcpPort: 5005, remoteRtcpAddress: "192.0.2.1" }],
    [[], { remoteRtcpPort: 5005, remoteRtcpAddress: "192.0.2.1", rtcpMux: false }],
    [["a=rtcp-mux", "a=rtcp:5010"], { remoteRtcpPort: 5004, remoteRtcpAddress: "192.0.2.1", rtcpMux: true, localRtcpPort: 30_000 }],
  ])("RTCP goes where %j says (RFC 3605, RFC 5761)", (attributes, expected) => {
    const { answer } = setUp("m=audio 5004 RTP/AVP 0", ...attributes);
    expect(answer([{ ...audio, rtcpMux: true }]).negotiated[0]).toMatchObject(expected);
  });

  test("rtcp-mux is answered only where it was offered, and a=rtcp written where the port is no neighbour", () => {
    expect(setUp("m=audio 5004 RTP/AVP 0").answered([{ ...audio, rtcpMux: true }])).not.toContain("a=rtcp-mux");
    expect(setUp("m=audio 5004 RTP/AVP 0", "a=rtcp-mux").answered([{ ...audio, rtcpMux: true }])).toContain("a=rtcp-mux");
    expect(setUp("m=audio 5004 RTP/AVP 0").answered([{ ...audio, rtcpPort: 31_001 }])).toContain("a=rtcp:31001");
  });

  test.each([
    [[], 20],
    [["a=ptime:30"], 30],
    [["a=ptime:35"], 30],
    [["a=ptime:5"], 10],
    [["a=ptime:0"], 20],
    [["a=ptime:500"], 120],
    [["a=ptime:60", "a=maxptime:40"], 40],
  ])("after %j packets carry %i ms", (attributes, ptimeMs) => {
    const { answer } = setUp("m=audio 5004 RTP/AVP 0", ...attributes);
    expect(answer([audio]).negotiated[0]!.ptimeMs).toBe(ptimeMs);
  });
});

describe("What cannot be answered (488)", () => {
  test.each([
    ["no codec in common", ["m=audio 5004 RTP/AVP 18 3"], "SDP_NO_COMMON_CODEC"],
    ["telephone-event alone in common", ["m=audio 5004 RTP/AVP 18 101", "a=rtpmap:101 telephone-event/8000"], "SDP_NO_COMMON_CODEC"],
    ["encryption that is not there", ["m=audio 5004 RTP/SAVP 0"], "SDP_NO_ACCEPTABLE_MEDIA"],
    ["another kind alone", ["m=video 5004 RTP/AVP 31"], "SDP_NO_ACCEPTABLE_MEDIA"],
  ])("%s", (_what, lines, code) => {
    expect(setUp(...lines).refusal([audio])).toMatchObject({ code });
  });

  test("RTP/AVPF is RTP without feedback (RFC 4585)", () => {
    expect(setUp("m=audio 5004 RTP/AVPF 0").answered([audio])[0]).toBe("m=audio 30000 RTP/AVPF 0");
  });

  test.each<readonly [string, MediaCapability]>([
    ["port", { ...audio, port: 70_000 }],
    ["codecs", { ...audio, codecs: [] }],
    ["payloadType", { ...audio, codecs: [pcmu, { ...pcma, payloadType: 0 }] }],
    ["encodingName", { ...audio, codecs: [{ ...pcmu, encodingName: "PC MU" }] }],
    ["fmtp", { ...audio, codecs: [{ ...pcmu, fmtp: "a\r\na=b" }] }],
    ["attributes", { ...audio, attributes: ["x\r\nm=audio 1 RTP/AVP 0"] }],
    ["ptimeMs", { ...audio, ptimeMs: 25 }],
    ["address", { ...audio, address: "1.2.3.4\r\na=b" }],
    ["protocols", { ...audio, protocols: [] }],
  ])("a wrong %s of ours is our own mistake", (field, capability) => {
    const { origin, refusal } = setUp("m=audio 5004 RTP/AVP 0");
    expect(refusal([capability])).toMatchObject({ code: "SDP_CAPABILITY_INVALID", message: expect.stringContaining(field) as string });
    expect(() => createOffer({ origin, media: [capability] })).toThrow(SdpNegotiationError);
  });
});
