import { parseDecimal } from "../fields.ts";
import type { AttributeCodec } from "./attribute-codec.ts";

/** A property of one RTP source of the stream: `314159 cname:user@example.com` (RFC 5576 §4.1). */
export interface Ssrc {
  /** 0 … 2³² − 1. */
  readonly ssrc: number;
  readonly attribute: string;
  /** Undefined when the attribute has no value. */
  readonly value: string | undefined;
}

const maxSsrc = 2 ** 32 - 1;

export const Ssrc: AttributeCodec<Ssrc> = {
  name: "ssrc",
  parse(text) {
    const space = text.indexOf(" ");
    const ssrc = parseDecimal(text.slice(0, Math.max(space, 0)), maxSsrc);
    const property = text.slice(space + 1);
    if (ssrc === undefined || property === "") return undefined;
    const colon = property.indexOf(":");
    return colon < 0
      ? { ssrc, attribute: property, value: undefined }
      : { ssrc, attribute: property.slice(0, colon), value: property.slice(colon + 1) };
  },
  serialize: ({ ssrc, attribute, value }) => (value === undefined ? `${ssrc} ${attribute}` : `${ssrc} ${attribute}:${value}`),
};
