import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { PCMA, PCMU, type AudioCodec } from "@sidetone/media-core";
import { sine, snrDb } from "../signals.ts";

const data = process.env["SIDETONE_DATA"] ?? fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));
const vectorFile = `${data}/vectors/g711.json`;

interface LawVectors {
  decode: number[];
  encode_samples: Record<string, number>;
  encode_sha256_over_s16_minus32768_to_32767: string;
}

function setUp(codec: AudioCodec) {
  const decodeAll = (bytes: Uint8Array) => {
    const target = new Int16Array(bytes.length);
    codec.createDecoder().decode(bytes, target);
    return target;
  };
  const encodeAll = (samples: Int16Array) => {
    const target = new Uint8Array(samples.length);
    codec.createEncoder().encode(samples, target);
    return target;
  };
  return { decodeAll, encodeAll };
}

const everyCode = Uint8Array.from({ length: 256 }, (_, code) => code);
const everySample = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);

describe.each([
  { codec: PCMU, law: "ulaw", payloadType: 0, silence: 0xff },
  { codec: PCMA, law: "alaw", payloadType: 8, silence: 0xd5 },
])("$codec.encodingName (ITU-T G.711)", ({ codec, law, payloadType, silence }) => {
  test("is 8 kHz mono with its static payload type (RFC 3551 Table 4)", () => {
    expect(codec).toMatchObject({ clockRate: 8000, sampleRate: 8000, channels: 1, staticPayloadType: payloadType });
  });

  test("encodes one byte per sample for every packet time", () => {
    for (let ptimeMs = 10; ptimeMs <= 120; ptimeMs += 10) {
      const target = new Uint8Array(codec.maxPayloadBytes(ptimeMs));
      expect(codec.createEncoder().encode(sine(8000, 440, ptimeMs / 1000), target)).toBe(ptimeMs * 8);
      expect(codec.samplesIn(target)).toBe(ptimeMs * 8);
    }
  });

  test("gives back every code word that it decodes, but for µ-law's second zero", () => {
    const { decodeAll, encodeAll } = setUp(codec);
    const again = encodeAll(decodeAll(everyCode));
    const differing = everyCode.filter((code) => again[code] !== code);
    expect([...differing]).toEqual(law === "ulaw" ? [0x7f] : []);
  });

  test("is never further from a sample than half its step, and never turns louder into softer", () => {
    const { decodeAll, encodeAll } = setUp(codec);
    const decoded = decodeAll(encodeAll(everySample));
    for (let i = 0; i < decoded.length; i++) {
      const sample = everySample[i]!;
      const step = Math.max(16, Math.abs(sample) / 16);
      const clipped = Math.max(-32_256, Math.min(32_256, sample));
      if (Math.abs(decoded[i]! - clipped) > step / 2 + 16) expect.fail(`${sample} became ${decoded[i]}`);
      if (i > 0 && decoded[i]! < decoded[i - 1]!) expect.fail(`falls at ${sample}`);
    }
  });

  test("carries a sine with the signal-to-noise ratio that eight bits allow", () => {
    const { decodeAll, encodeAll } = setUp(codec);
    const tone = sine(8000, 1004, 1, 12_000);
    expect(snrDb(tone, decodeAll(encodeAll(tone)))).toBeGreaterThan(36);
  });

  test("sends silence as its idle code", () => {
    expect([...setUp(codec).encodeAll(new Int16Array(3))]).toEqual([silence, silence, silence]);
  });

  test("decodes what fits when a packet is longer than expected, and nothing from an empty one", () => {
    const target = new Int16Array(160);
    const decoder = codec.createDecoder();
    expect(decoder.decode(new Uint8Array(480).fill(0x10), target)).toBe(160);
    expect(decoder.decode(new Uint8Array(0), target)).toBe(0);
  });

  describe.skipIf(!existsSync(vectorFile))("against the published tables (skipped without shared test data)", () => {
    const vectors = () => (JSON.parse(readFileSync(vectorFile, "utf8")) as Record<string, LawVectors>)[law]!;

    test("decodes every code word exactly", () => {
      expect([...setUp(codec).decodeAll(everyCode)]).toEqual(vectors().decode);
    });

    test("encodes every sample as the reference does", () => {
      const { decodeAll, encodeAll } = setUp(codec);
      const encoded = encodeAll(everySample);
      for (const [sample, code] of Object.entries(vectors().encode_samples)) {
        expect(decodeAll(encodeAll(Int16Array.of(Number(sample))))[0], sample).toBe(decodeAll(Uint8Array.of(code))[0]);
      }
      expect(createHash("sha256").update(encoded).digest("hex")).toBe(vectors().encode_sha256_over_s16_minus32768_to_32767);
    });
  });
});
