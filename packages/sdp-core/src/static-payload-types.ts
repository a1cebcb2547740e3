type StaticFormat = readonly [encodingName: string, clockRate: number, channels: number];

/** Payload types with a meaning that needs no rtpmap (RFC 3551 §6, Tables 4 and 5). */
const staticFormats = new Map<number, StaticFormat>([
  [0, ["PCMU", 8000, 1]],
  [3, ["GSM", 8000, 1]],
  [4, ["G723", 8000, 1]],
  [5, ["DVI4", 8000, 1]],
  [6, ["DVI4", 16_000, 1]],
  [7, ["LPC", 8000, 1]],
  [8, ["PCMA", 8000, 1]],
  [9, ["G722", 8000, 1]],
  [10, ["L16", 44_100, 2]],
  [11, ["L16", 44_100, 1]],
  [12, ["QCELP", 8000, 1]],
  [13, ["CN", 8000, 1]],
  [14, ["MPA", 90_000, 1]],
  [15, ["G728", 8000, 1]],
  [16, ["DVI4", 11_025, 1]],
  [17, ["DVI4", 22_050, 1]],
  [18, ["G729", 8000, 1]],
  [25, ["CelB", 90_000, 1]],
  [26, ["JPEG", 90_000, 1]],
  [28, ["nv", 90_000, 1]],
  [31, ["H261", 90_000, 1]],
  [32, ["MPV", 90_000, 1]],
  [33, ["MP2T", 90_000, 1]],
  [34, ["H263", 90_000, 1]],
]);

/** What a payload type means without an rtpmap; undefined for a dynamic or unassigned one. */
export function staticFormat(payloadType: number): StaticFormat | undefined {
  return staticFormats.get(payloadType);
}
