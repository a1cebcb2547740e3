import type { AttributeCodec } from "./attribute-codec.ts";

/** Parameters of one format: `97 mode=20`, `101 0-15` (RFC 8866 §6.15). */
export interface Fmtp {
  /** The format of the m= line that they belong to; for RTP a payload type. */
  readonly format: string;
  /** As written; their meaning is the encoding's own. */
  readonly parameters: string;
}

export const Fmtp: AttributeCodec<Fmtp> = {
  name: "fmtp",
  parse(text) {
    const trimmed = text.trim();
    const space = trimmed.indexOf(" ");
    if (space < 1) return undefined;
    return { format: trimmed.slice(0, space), parameters: trimmed.slice(space + 1).trimStart() };
  },
  serialize: ({ format, parameters }) => `${format} ${parameters}`,
};

/**
 * One parameter of a list such as `minptime=10; useinbandfec=1`; names are compared without regard to case.
 * Empty for a parameter without a value, undefined when absent.
 */
export function fmtpParameter(parameters: string, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const parameter of parameters.split(";")) {
    const equals = parameter.indexOf("=");
    const key = equals < 0 ? parameter : parameter.slice(0, equals);
    if (key.trim().toLowerCase() === wanted) return equals < 0 ? "" : parameter.slice(equals + 1).trim();
  }
  return undefined;
}
