import { attributeValue, type AttributeCodec } from "./attributes/attribute-codec.ts";

/**
 * Lines that belong together: the session level, or one media description.
 *
 * The lines are the truth and stay as they were written, in order, known or not; everything typed is read from them when asked for.
 */
export abstract class SdpSection {
  /** Each `<type>=<value>`, without its line end. */
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** Whether there is an attribute of this name, with or without a value: `has("rtcp-mux")`. */
  has(name: string): boolean {
    return this.getText(name) !== undefined;
  }

  /** The value of the first attribute of this name, as text: `getText("setup")`; empty for an attribute without a value. */
  getText(name: string): string | undefined {
    for (const line of this.lines) {
      const value = attributeValue(line, name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The values of all attributes of this name, as text, in order: `getAllText("candidate")`. */
  getAllText(name: string): string[] {
    return this.lines.map((line) => attributeValue(line, name)).filter((value) => value !== undefined);
  }

  /** The first attribute of this kind: `get(Ptime)`. Undefined when absent or malformed. */
  get<Value>(codec: AttributeCodec<Value>): Value | undefined {
    const text = this.getText(codec.name);
    return text === undefined ? undefined : codec.parse(text);
  }

  /** All attributes of this kind, in order, without the malformed ones: `getAll(Rtpmap)`. */
  getAll<Value>(codec: AttributeCodec<Value>): Value[] {
    return this.getAllText(codec.name)
      .map((text) => codec.parse(text))
      .filter((value) => value !== undefined);
  }
}
