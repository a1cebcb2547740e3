import type { HeaderCodec } from "../header-codec.ts";
import { noContent, type Body } from "./body.ts";
import { formatField } from "./header-input.ts";
import { CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, headerIdOf, OTHER_HEADER } from "./header-name.ts";
import { fieldId, type MessageHead } from "./message-head.ts";

/** Makes the message of its start line (with CRLF), its field lines and its body. */
export type Rebuild<Message> = (startLine: string, fieldLines: string, body: Uint8Array) => Message;

/** A field of the copy: a line taken over, or a new one. */
interface Line {
  readonly id: number;
  /** In lower case, for names without a number. */
  readonly name: string;
  readonly text: string;
}

/** Changes a copy of a message, field by field. Fields that are not touched keep their place and their text. */
export class MessageEditor<Message> {
  protected startLine: string;
  #lines: Line[] = [];
  #content: Uint8Array;
  readonly #rebuild: Rebuild<Message>;

  /** Internal: use `message.edit()`. */
  constructor(head: MessageHead, content: Uint8Array, rebuild: Rebuild<Message>) {
    this.startLine = head.text.slice(0, head.fieldsStart);
    this.#content = content;
    this.#rebuild = rebuild;
    for (let i = 0; i < head.fields.length; i++) {
      const id = fieldId(head.fields[i]!);
      // Written anew with the message.
      if (id === CONTENT_LENGTH) continue;
      this.#lines.push({ id, name: id === OTHER_HEADER ? head.name(i).toLowerCase() : "", text: head.line(i) });
    }
  }

  /** Replaces every field of that name by one, in the place of the first, or at the end. Throws `SipError` `SIP_HEADER_INVALID`. */
  set<Value>(codec: HeaderCodec<Value>, value: Value): this {
    return this.setText(codec.name, codec.serialize(value));
  }

  /** As {@link set}, with the value as text. */
  setText(name: string, value: string): this {
    const line = toLine(name, value);
    const index = this.#lines.findIndex((other) => isSameName(other, line));
    if (index < 0) this.#lines.push(line);
    else this.#lines = this.#lines.flatMap((other, i) => (i === index ? [line] : isSameName(other, line) ? [] : [other]));
    return this;
  }

  /** Adds a field behind the last of its name, or at the end. Throws `SipError` `SIP_HEADER_INVALID`. */
  append<Value>(codec: HeaderCodec<Value>, value: Value): this {
    return this.appendText(codec.name, codec.serialize(value));
  }

  /** As {@link append}, with the value as text. */
  appendText(name: string, value: string): this {
    const line = toLine(name, value);
    const last = this.#lines.findLastIndex((other) => isSameName(other, line));
    this.#lines.splice(last < 0 ? this.#lines.length : last + 1, 0, line);
    return this;
  }

  /** Adds a field before the first of its name, or before all others. Throws `SipError` `SIP_HEADER_INVALID`. */
  prepend<Value>(codec: HeaderCodec<Value>, value: Value): this {
    return this.prependText(codec.name, codec.serialize(value));
  }

  /** As {@link prepend}, with the value as text. */
  prependText(name: string, value: string): this {
    const line = toLine(name, value);
    const first = this.#lines.findIndex((other) => isSameName(other, line));
    this.#lines.splice(Math.max(first, 0), 0, line);
    return this;
  }

  /** Removes every field of that name. */
  remove(codecOrName: HeaderCodec<unknown> | string): this {
    const name = typeof codecOrName === "string" ? codecOrName : codecOrName.name;
    const key = { id: headerIdOf(name), name: name.toLowerCase() };
    this.#lines = this.#lines.filter((line) => !isSameName(line, key));
    return this;
  }

  /** Replaces the body and the fields that describe it; undefined removes both. */
  body(body: Body | undefined): this {
    const describing = [CONTENT_TYPE, CONTENT_DISPOSITION, CONTENT_ENCODING];
    this.#lines = this.#lines.filter((line) => !describing.includes(line.id));
    this.#content = body?.content ?? noContent;
    if (body) this.setText("Content-Type", body.contentType);
    if (body?.contentDisposition !== undefined) this.setText("Content-Disposition", body.contentDisposition);
    return this;
  }

  /** The changed copy. Throws `SipError` `SIP_HEADER_INVALID` or `SIP_HEADER_MISSING` when it is no SIP message. */
  build(): Message {
    let fieldLines = "";
    for (const line of this.#lines) fieldLines += line.text;
    return this.#rebuild(this.startLine, fieldLines, this.#content);
  }
}

function toLine(name: string, value: string): Line {
  return { id: headerIdOf(name), name: name.toLowerCase(), text: formatField(name, value) };
}

function isSameName(line: { id: number; name: string }, other: { id: number; name: string }): boolean {
  return line.id === other.id && (line.id !== OTHER_HEADER || line.name === other.name);
}
