import { SipError } from "../errors.ts";
import { trimEnd } from "../grammar/character-class.ts";
import { formatField, toWire } from "./header-input.ts";
import { headerIdOf } from "./header-name.ts";
import { maxHeadBytes, MessageHead, moveField, packField } from "./message-head.ts";

/** Puts a head together from fields of another message, taken over as they stand, and new ones. */
export class HeadBuilder {
  #text: string;
  readonly #fields: number[] = [];

  /** `startLine` with its CRLF. */
  constructor(startLine: string) {
    this.#text = startLine;
  }

  get fieldCount(): number {
    return this.#fields.length;
  }

  /** Takes over every field of that name. */
  copyAll(head: MessageHead, id: number): void {
    for (let i = head.find(id); i >= 0; i = head.find(id, i + 1)) this.copy(head, i);
  }

  /** Takes over a field, with `suffix` at the end of its value. */
  copy(head: MessageHead, index: number, suffix: string = ""): void {
    if (index < 0) return;
    const field = head.fields[index]!;
    this.#fields.push(moveField(field, this.#text.length - head.lineStart(index)));
    const line = head.line(index);
    this.#text += suffix === "" ? line : `${line.slice(0, trimEnd(line, 0, line.length - 2))}${suffix}\r\n`;
  }

  /** Adds a field. Throws `SipError` `SIP_HEADER_INVALID`. */
  add(name: string, value: string): void {
    const line = formatField(name, value);
    this.#fields.push(packField(this.#text.length, headerIdOf(name), false, toWire(value) !== value));
    this.#text += line;
  }

  build(): MessageHead {
    if (this.#text.length > maxHeadBytes) throw new SipError("SIP_HEADER_INVALID", "The header fields are too large");
    return new MessageHead(`${this.#text}\r\n`, this.#fields, this.#text.length);
  }
}
