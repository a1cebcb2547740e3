import { describe, expect, test } from "vitest";
import { createAnswer, createOffer, createReoffer, holdDirection, parseSdp, serializeSdp, type MediaCapability } from "@sidetone/sdp-core";

const pcmu = { encodingName: "PCMU", clockRate: 8000, payloadType: 0 };
const opus = { encodingName: "opus", clockRate: 48_000, channels: 2, payloadType: 111 };
const ilbc = { encodingName: "iLBC", clockRate: 8000, payloadType: 111 };
const audio: MediaCapability = { kind: "audio", port: 30_000, codecs: [pcmu, opus] };
const video: MediaCapability = { kind: "video", port: 30_002, codecs: [{ encodingName: "H264", clockRate: 90_000, payloadType: 97 }] };

function setUp(media: readonly MediaCapability[] = [audio]) {
  const origin = { sessionId: "7", sessionVersion: "9007199254740993", address: "198.51.100.1" };
  const first = createOffer({ origin, media });
  const mediaLines = (...capabilities: MediaCapability[]) =>
    createReoffer(first, { media: capabilities }).media.map(({ lines }) => lines[0]);
  return { origin, first, mediaLines };
}

describe("A modified session (RFC 3264 §8)", () => {
  test("an offer that changes nothing is the one before, version and all", () => {
    const { first } = setUp();
    expect(createReoffer(first, { media: [audio] })).toBe(first);
  });

  test("any change counts the version of o= up by one; the rest of the line stays", () => {
    const { first } = setUp();
    const held = createReoffer(first, { media: [{ ...audio, direction: holdDirection("sendrecv") }] });
    expect(serializeSdp(held)).toContain("\r\no=- 7 9007199254740994 IN IP4 198.51.100.1\r\n");
    expect(held.media[0]!.lines.at(-1)).toBe("a=sendonly");
    const resumed = createReoffer(held, { media: [audio] });
    expect(resumed.origin.sessionVersion).toBe("9007199254740995");
    expect(resumed.media[0]!.lines).toEqual(first.media[0]!.lines);
  });

  test("a new address of the media changes c= and leaves o= as it was (§8.3.1)", () => {
    const { first } = setUp();
    const moved = createReoffer(first, { address: "198.51.100.9", media: [audio] });
    expect(moved.connection!.address).toBe("198.51.100.9");
    expect(moved.origin.address).toBe("198.51.100.1");
  });

  test("a stream is added below the others (§8.1)", () => {
    expect(setUp().mediaLines(audio, video)).toEqual(["m=audio 30000 RTP/AVP 0 111", "m=video 30002 RTP/AVP 97"]);
  });

  test("a stream that goes keeps its m= line, with port 0 (§8.2)", () => {
    expect(setUp([audio, video]).mediaLines(video)).toEqual(["m=audio 0 RTP/AVP 0 111", "m=video 30002 RTP/AVP 97"]);
    expect(setUp([audio, video]).mediaLines()).toEqual(["m=audio 0 RTP/AVP 0 111", "m=video 0 RTP/AVP 97"]);
  });

  test("a line that was switched off is taken again by a stream of its kind (§8.1)", () => {
    const { first } = setUp([audio, video]);
    const without = createReoffer(first, { media: [video] });
    const again = createReoffer(without, { media: [{ ...audio, port: 30_100 }, video] });
    expect(again.media.map(({ lines }) => lines[0])).toEqual(["m=audio 30100 RTP/AVP 0 111", "m=video 30002 RTP/AVP 97"]);
  });

  test("a stream goes to the line that it names; two cannot have one, nor one that there is not", () => {
    const { first, mediaLines } = setUp([audio, { ...audio, port: 30_010 }]);
    expect(mediaLines({ ...audio, port: 30_020, mediaIndex: 1 }, audio)[1]).toBe("m=audio 30020 RTP/AVP 0 111");
    const invalid = expect.objectContaining({ code: "SDP_CAPABILITY_INVALID" }) as Error;
    const twice = [
      { ...audio, mediaIndex: 1 },
      { ...audio, mediaIndex: 1 },
    ];
    expect(() => createReoffer(first, { media: twice })).toThrow(invalid);
    expect(() => createReoffer(first, { media: [{ ...audio, mediaIndex: 2 }] })).toThrow(invalid);
  });

  test("a codec keeps its number, and a dropped one's is not given to another (§8.3.2)", () => {
    const { mediaLines } = setUp();
    expect(mediaLines({ ...audio, codecs: [{ ...opus, payloadType: 96 }, pcmu] })).toEqual(["m=audio 30000 RTP/AVP 111 0"]);
    expect(mediaLines({ ...audio, codecs: [pcmu, ilbc] })).toEqual(["m=audio 30000 RTP/AVP 0 96"]);
  });

  test("the peer's numbers of our answer are those of our next offer, and what we refused stays refused", () => {
    const { origin } = setUp();
    const offer = parseSdp(
      "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=image 5008 udptl t38\nm=audio 5004 RTP/AVP 120\na=rtpmap:120 opus/48000/2\na=mid:1\n",
    );
    const { answer } = createAnswer(offer, { origin, media: [audio] });
    const next = createReoffer(answer, { media: [{ ...audio, direction: "sendonly" }] });
    expect(next.media.map(({ lines }) => lines[0])).toEqual(["m=image 0 udptl t38", "m=audio 30000 RTP/AVP 0 120"]);
    expect(next.media[1]!.lines).toContain("a=mid:1");
    expect(next.origin.sessionVersion).toBe("9007199254740994");
  });

  test("our answer to a later offer continues our o= line; the same again repeats it", () => {
    const { origin, first } = setUp();
    const offer = (direction: string) =>
      parseSdp(`v=0\no=- 1 2 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 5004 RTP/AVP 0\na=${direction}\n`);
    const held = createAnswer(offer("sendonly"), { origin, media: [audio], previous: first }).answer;
    expect(held.origin.sessionVersion).toBe("9007199254740994");
    expect(createAnswer(offer("sendonly"), { origin, media: [audio], previous: held }).answer).toBe(held);
  });
});
