import { trimEnd } from "../grammar/character-class.ts";
import { addFields } from "./build-head.ts";
import type { Body } from "./body.ts";
import type { HeaderInput } from "./header-input.ts";
import { fieldId, moveField, type MessageHead } from "./message-head.ts";

/** Puts a head together from fields of another one, taken over as they stand, and new ones. Neighbours are taken over as one piece. */
export class HeadBuilder {
  readonly #source: MessageHead;
  readonly #fields: number[] = [];
  #seen = 0;
  #text: string;
  /** What of the source follows {@link #text}. */
  #runStart = 0;
  #runEnd = 0;

  /** `startLine` with its CRLF. */
  constructor(startLine: string, source: MessageHead) {
    this.#text = startLine;
    this.#source = source;
  }

  get fieldCount(): number {
    return this.#fields.length;
  }

  /** Takes over every field of that name. */
  copyAll(id: number): void {
    for (let i = this.#source.find(id); i >= 0; i = this.#source.find(id, i + 1)) this.#copy(i);
  }

  /** Takes over the first field of that name. */
  copyFirst(id: number): void {
    const index = this.#source.find(id);
    if (index >= 0) this.#copy(index);
  }

  /** Takes over the first field of that name, with `suffix` at the end of its value. */
  copyFirstWith(id: number, suffix: string): void {
    const index = this.#source.find(id);
    if (index < 0) return;
    this.#copy(index);
    const lineEnd = this.#runEnd;
    this.#runEnd = trimEnd(this.#source.text, this.#runStart, lineEnd - 2);
    this.#endRun();
    this.#text += suffix;
    this.#runStart = this.#runEnd;
    this.#runEnd = lineEnd;
  }

  /** The head with `headers` and what describes `body` behind what was taken over. Throws `SipError` `SIP_HEADER_INVALID`. */
  build(headers: Iterable<HeaderInput>, body: Body | undefined): MessageHead {
    this.#endRun();
    return addFields(this.#text, this.#fields, this.#seen, headers, body);
  }

  #copy(index: number): void {
    const field = this.#source.fields[index]!;
    const start = this.#source.lineStart(index);
    if (start !== this.#runEnd) {
      this.#endRun();
      this.#runStart = start;
    }
    this.#runEnd = this.#source.lineEnd(index);
    this.#fields.push(moveField(field, this.#text.length - this.#runStart));
    if (fieldId(field) < 32) this.#seen |= 1 << fieldId(field);
  }

  #endRun(): void {
    if (this.#runEnd > this.#runStart) this.#text += this.#source.text.slice(this.#runStart, this.#runEnd);
  }
}
