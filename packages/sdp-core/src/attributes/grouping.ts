import { splitFields } from "../fields.ts";
import type { AttributeCodec } from "./attribute-codec.ts";

/** The name of a media description that a=group refers to (RFC 5888 §4). */
export const Mid: AttributeCodec<string> = {
  name: "mid",
  parse: (text) => text.trim() || undefined,
  serialize: (value) => value,
};

/** Media descriptions that belong together: `BUNDLE audio video` (RFC 5888 §5); session level. */
export interface Group {
  /** `LS`, `FID`, `BUNDLE` … */
  readonly semantics: string;
  readonly mids: readonly string[];
}

export const Group: AttributeCodec<Group> = {
  name: "group",
  parse(text) {
    const [semantics, ...mids] = splitFields(text, 0);
    return semantics === undefined ? undefined : { semantics, mids };
  },
  serialize: ({ semantics, mids }) => [semantics, ...mids].join(" "),
};
