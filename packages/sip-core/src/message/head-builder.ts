import { trimEnd } from "../grammar/character-class.ts";
import { readBuiltFields } from "./build-head.ts";
import { fieldId, MessageHead, moveField } from "./message-head.ts";

/** Puts a head together from fields of another message, taken over as they stand, and new ones. */
export class HeadBuilder {
  #text: string;
  readonly #fields: number[] = [];
  #seen = 0;

  /** `startLine` with its CRLF. */
  constructor(startLine: string) {
    this.#text = startLine;
  }

  /** Takes over every field of that name. */
  copyAll(head: MessageHead, id: number): void {
    for (let i = head.find(id); i >= 0; i = head.find(id, i + 1)) this.copy(head, i);
  }

  /** Takes over a field, with `suffix` at the end of its value. */
  copy(head: MessageHead, index: number, suffix: string = ""): void {
    if (index < 0) return;
    const field = head.fields[index]!;
    if (fieldId(field) < 32) this.#seen |= 1 << fieldId(field);
    this.#fields.push(moveField(field, this.#text.length - head.lineStart(index)));
    const line = head.line(index);
    this.#text += suffix === "" ? line : `${line.slice(0, trimEnd(line, 0, line.length - 2))}${suffix}\r\n`;
  }

  /** The head with `fieldLines` behind what was taken over. Throws `SipError` `SIP_HEADER_INVALID` when one of those is wrong. */
  build(fieldLines: string): MessageHead {
    const head = new MessageHead(`${this.#text}${fieldLines}\r\n`, this.#fields, this.#text.length);
    head.seen = this.#seen;
    if (fieldLines !== "") readBuiltFields(head);
    return head;
  }
}
