import { parseDecimal } from "../fields.ts";
import type { AttributeCodec } from "./attribute-codec.ts";

const maxMilliseconds = 65_535;

/** Milliseconds of media in one packet that its sender would like to receive (RFC 8866 §6.4). */
export const Ptime: AttributeCodec<number> = milliseconds("ptime");

/** The most milliseconds of media in one packet that its sender can receive (RFC 8866 §6.5). */
export const Maxptime: AttributeCodec<number> = milliseconds("maxptime");

function milliseconds(name: string): AttributeCodec<number> {
  return {
    name,
    // "The ptime attribute MUST be greater than zero" (RFC 3264 §5.1).
    parse: (text) => parseDecimal(text.trim(), maxMilliseconds) || undefined,
    serialize: (value) => `${value}`,
  };
}
