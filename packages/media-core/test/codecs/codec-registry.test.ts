import { describe, expect, test } from "vitest";
import { CodecRegistry, PCMA, PCMU, type AudioCodec } from "@sidetone/media-core";

function setUp() {
  const wideband: AudioCodec = { ...PCMU, encodingName: "L16", clockRate: 16_000, sampleRate: 16_000 };
  delete (wideband as { staticPayloadType?: number }).staticPayloadType;
  return { wideband, registry: new CodecRegistry([wideband, PCMA, PCMU]) };
}

describe("codec registry", () => {
  test("offers PCMU and PCMA when told nothing", () => {
    expect(new CodecRegistry().codecs).toEqual([PCMU, PCMA]);
  });

  test("finds a codec by its rtpmap, without regard to case", () => {
    const { registry, wideband } = setUp();
    expect(registry.find("pcma", 8000, 1)).toBe(PCMA);
    expect(registry.find("l16")).toBe(wideband);
    expect(registry.find("L16", 44_100)).toBeUndefined();
    expect(registry.find("PCMU", 8000, 2)).toBeUndefined();
    expect(registry.find("opus")).toBeUndefined();
  });

  test("finds a codec by its static payload type (RFC 3551 §6)", () => {
    const { registry } = setUp();
    expect(registry.byStaticPayloadType(0)).toBe(PCMU);
    expect(registry.byStaticPayloadType(8)).toBe(PCMA);
    expect(registry.byStaticPayloadType(9)).toBeUndefined();
  });
});
