import type { Random } from "@sidetone/infra-common";

/** A new URN for a user agent: a random UUID (RFC 4122 §4.4), as RFC 5626 §4.1 wants it. */
export function newInstanceId(random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `urn:uuid:${bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
}
