import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createAnswer, describeStream, parseSdp, SdpNegotiationError, SdpParseError, serializeSdp } from "@sidetone/sdp-core";

const data = process.env["SIDETONE_DATA"] ?? new URL("../../../../shared/data/", import.meta.url).pathname;
const corpus = `${data}/sdp/webrtc-corpus`;
const malformed = `${data}/malformed/malformed.jsonl`;

function setUp() {
  const options = {
    origin: { sessionId: "1", sessionVersion: "1", address: "192.0.2.2" },
    media: [
      {
        kind: "audio",
        port: 4000,
        codecs: [
          { encodingName: "PCMU", clockRate: 8000, payloadType: 0 },
          { encodingName: "telephone-event", clockRate: 8000, payloadType: 101 },
        ],
      },
    ],
  };
  /** Parses, describes, answers and writes; gives the outcome and rethrows whatever is no typed refusal. */
  const handle = (input: string | Uint8Array): "answered" | "refused" => {
    try {
      const offer = parseSdp(input);
      offer.media.forEach((_, mediaIndex) => describeStream(offer, mediaIndex));
      const { answer } = createAnswer(offer, options);
      expect(parseSdp(serializeSdp(answer)).media).toHaveLength(offer.media.length);
      return "answered";
    } catch (error) {
      if (error instanceof SdpParseError || error instanceof SdpNegotiationError) return "refused";
      throw error;
    }
  };
  return { handle };
}

describe.skipIf(!existsSync(corpus))(`Fuzz corpus (skipped where ${corpus} is absent)`, () => {
  test.each(existsSync(corpus) ? readdirSync(corpus) : [])("%s parses and comes back, or is refused", (file) => {
    const { handle } = setUp();
    const bytes = readFileSync(`${corpus}/${file}`);
    handle(bytes);
    try {
      const text = serializeSdp(parseSdp(bytes));
      expect(text).toBe(
        bytes
          .toString("utf8")
          .replace(/\r?\n/g, "\r\n")
          .replace(/(\r\n)*$/, "\r\n"),
      );
    } catch (error) {
      expect(error).toBeInstanceOf(SdpParseError);
    }
  });

  test("the numbered files are the descriptions of RFC 4317, and all parse", () => {
    const numbered = readdirSync(corpus).filter((file) => /^\d+\.sdp$/.test(file));
    expect(numbered.map((file) => parseSdp(readFileSync(`${corpus}/${file}`)).origin.username)).not.toContain("-");
  });
});

describe.skipIf(!existsSync(malformed))(`Malformed fields (skipped where ${malformed} is absent)`, () => {
  interface Case {
    readonly id: string;
    readonly group: string;
    readonly anomaly: string;
    readonly message: string;
  }
  const cases = existsSync(malformed)
    ? readFileSync(malformed, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Case)
        .filter(({ group }) => group.startsWith("sdp-"))
    : [];

  test("every one is answered or refused, as text and as bytes", () => {
    const { handle } = setUp();
    const outcomes = { answered: 0, refused: 0 };
    for (const { message } of cases) {
      const body = message.slice(message.indexOf("\r\n\r\n") + 4);
      outcomes[handle(body)]++;
      outcomes[handle(Buffer.from(body, "latin1"))]++;
    }
    expect(outcomes.answered + outcomes.refused).toBe(2 * cases.length);
    expect(outcomes.refused).toBeGreaterThan(cases.length);
  });

  test.each(["empty", "neg", "hex", "cr-inject", "fold", "nul-mid"])("%s in the version of o= is refused", (anomaly) => {
    const { message } = cases.find((one) => one.group === "sdp-ov" && one.anomaly === anomaly)!;
    expect(() => parseSdp(message.slice(message.indexOf("\r\n\r\n") + 4))).toThrow(SdpParseError);
  });
});

describe("64 KiB of anything takes linear time", () => {
  const head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
  const media = "m=audio 4000 RTP/AVP 0 96\r\n";
  const fill = (start: string, unit: string): string => start + unit.repeat(Math.floor((65_536 - start.length) / unit.length));
  const floods = [
    "\0", "\r", "\n", "\r\n", " ", "\t", "=", "a", "a=", "a=\r\n", "a=\n", "v=0\r\n", "o=- 1 1 IN IP4 h\r\n", "c=IN IP4 h\r\n", "m=audio 1 RTP/AVP 0\r\n",
    "m=audio 4000 RTP/AVP 0\na=rtpmap:0 PCMU/8000\n", "0", "1.", ":", "::", "ff:", "/", ";", ",", "-", "é", "\u{1f3a7}",
  ]; // prettier-ignore
  const starts = [
    "", "v=0", head, head.replace("- 1 1", ""), head.replace("1 1", "1 1").slice(0, 10), head + media, head + media + "a=", head + media + "a=rtpmap:",
    head + media + "a=rtpmap:96 x/", head + media + "a=fmtp:96 ", head + media + "a=rtcp:", head + media + "a=ptime:", head + media + "c=IN IP4 ",
    head + media + "c=IN IP6 1:", head + "m=", head + "m=audio ", head + "m=audio 4000 RTP/AVP ", head + "t=", head + "s=", head + "a=group:",
  ]; // prettier-ignore

  test("whatever is repeated, wherever it stands", { timeout: 10_000 }, () => {
    const { handle } = setUp();
    for (const start of starts) for (const flood of floods) handle(fill(start, flood));
  });

  test("formats and attributes without end", { timeout: 2000 }, () => {
    const { handle } = setUp();
    const units = ["a=rtpmap:96 x/1\n", "a=fmtp:0 x\n", "a=sendrecv\n", "a=rtcp:1\n", "a=fmtp:101 0-255,"];
    for (const unit of units) expect(handle(fill(head + media, unit))).toBe(unit.includes("101") ? "answered" : "refused");
    expect(handle(fill(head + "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0", ",0-255"))).toBe(
      "answered",
    );
    expect(handle(fill(head + "m=audio 4000 RTP/AVP 0", " 127"))).toBe("answered");
  });
});
