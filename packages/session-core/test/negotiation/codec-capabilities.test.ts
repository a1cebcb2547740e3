import { PCMA, PCMU, type AudioCodec } from "@sidetone/media-core";
import { codecCapabilities } from "@sidetone/session-core";
import { describe, expect, test } from "vitest";

const wide = (name: string, clockRate: number): AudioCodec => {
  const { staticPayloadType: _none, ...rest } = PCMU;
  return { ...rest, encodingName: name, clockRate };
};
const numbers = (codecs: readonly AudioCodec[], dtmf = true): string[] =>
  codecCapabilities(codecs, dtmf).map(({ encodingName, clockRate, payloadType }) => `${payloadType} ${encodingName}/${clockRate}`);

describe("payload types", () => {
  test("are the static ones of RFC 3551 where there are some", () => {
    expect(numbers([PCMA, PCMU])).toEqual(["8 PCMA/8000", "0 PCMU/8000", "101 telephone-event/8000"]);
    expect(numbers([PCMU], false)).toEqual(["0 PCMU/8000"]);
  });

  test("are dynamic for the others, and leave 101 to telephone-event", () => {
    const many = Array.from({ length: 7 }, (_, index) => wide(`x${index}`, 8000));
    expect(numbers(many).map((line) => line.split(" ")[0])).toEqual(["96", "97", "98", "99", "100", "102", "103", "101"]);
  });

  test("give each clock rate its telephone-event", () => {
    expect(numbers([wide("opus", 48_000), PCMU])).toEqual([
      "96 opus/48000",
      "0 PCMU/8000",
      "101 telephone-event/48000",
      "97 telephone-event/8000",
    ]);
  });
});
