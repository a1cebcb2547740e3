import type { ViaParm } from "../headers/via.ts";
import type { ContactParts } from "./contact-parts.ts";
import { headerIdOf, OTHER_HEADER } from "./header-name.ts";

const POSITION_BITS = 20;
const POSITION_MASK = (1 << POSITION_BITS) - 1;
const ID_MASK = 0xff;
export const FOLDED: number = 1 << 28;
export const NON_ASCII: number = 1 << 29;

/** The same field in a text where it begins `by` bytes later. */
export function moveField(field: number, by: number): number {
  return field + by;
}

export function fieldId(field: number): number {
  return (field >> POSITION_BITS) & ID_MASK;
}

function fieldStart(field: number): number {
  return field & POSITION_MASK;
}

/**
 * Start line and header fields of a message: the text as it is on the wire, and where each field begins.
 *
 * A character of the text is a byte (latin1), so what was not touched is written back exactly. Values are taken out when asked for.
 */
export class MessageHead {
  /** Begins with the start line; a datagram's body may follow the head. */
  readonly text: string;
  /** In order of appearance: position, number of the name, and {@link FOLDED} or {@link NON_ASCII}, in one small integer each. */
  readonly fields: number[];
  /** Where the empty line stands, or the end of the text without one. */
  end: number;

  /** A bit per number below 32. */
  seen = 0;
  // Read when the message arrives.
  callId = "";
  sequenceNumber = 0;
  cseqMethod = "";
  fromTag: string | undefined = undefined;
  toTag: string | undefined = undefined;
  topVia: ViaParm | undefined = undefined;
  /** Of the only Contact value, when it has its ordinary shape. */
  contact: ContactParts | undefined = undefined;
  /** Value of Content-Length, −1 without one. */
  contentLength = -1;

  constructor(text: string, fields: number[], end: number) {
    this.text = text;
    this.fields = fields;
    this.end = end;
  }

  /** Takes in the field at `start` … `end`, which is the last one so far. */
  addField(start: number, id: number, flags: number, end: number): void {
    this.fields.push(start | (id << POSITION_BITS) | flags);
    this.end = end;
    if (id < 32) this.seen |= 1 << id;
  }

  /** Whether there is a field with that number, which is below 32. */
  hasSeen(id: number): boolean {
    return (this.seen & (1 << id)) !== 0;
  }

  /** Where the fields begin: after the start line. */
  get fieldsStart(): number {
    return this.fields.length === 0 ? this.end : fieldStart(this.fields[0]!);
  }

  /** Index in {@link fields} of the first field of that name at or after `from`, or −1. */
  find(id: number, from: number = 0): number {
    if (id < 32 && !this.hasSeen(id)) return -1;
    const { fields } = this;
    for (let i = from; i < fields.length; i++) if (((fields[i]! >> POSITION_BITS) & ID_MASK) === id) return i;
    return -1;
  }

  /** As {@link find}, for any name in any case. */
  findName(name: string): number {
    const id = headerIdOf(name);
    return id === OTHER_HEADER ? this.findOther(name.toLowerCase(), 0) : this.find(id);
  }

  /** The index of the next field with the name of field `index`, or −1. */
  findNext(index: number): number {
    const id = fieldId(this.fields[index]!);
    return id === OTHER_HEADER ? this.findOther(this.name(index).toLowerCase(), index + 1) : this.find(id, index + 1);
  }

  findOther(lowerName: string, from: number): number {
    for (let i = from; i < this.fields.length; i++) {
      if (fieldId(this.fields[i]!) === OTHER_HEADER && this.name(i).toLowerCase() === lowerName) return i;
    }
    return -1;
  }

  /** Where field `index` begins. */
  lineStart(index: number): number {
    return fieldStart(this.fields[index]!);
  }

  /** Where the field after `index` begins: behind the CRLF. */
  lineEnd(index: number): number {
    return index + 1 < this.fields.length ? fieldStart(this.fields[index + 1]!) : this.end;
  }

  /** The whole field as it is on the wire, with its CRLF. */
  line(index: number): string {
    return this.text.slice(this.lineStart(index), this.lineEnd(index));
  }

  /** The name as written. */
  name(index: number): string {
    const start = this.lineStart(index);
    return this.text.slice(start, this.text.indexOf(":", start)).trimEnd();
  }

  /** The value: trimmed, unfolded, and read as UTF-8. */
  value(index: number): string {
    const field = this.fields[index]!;
    const value = trimmed(this.text, this.text.indexOf(":", fieldStart(field)) + 1, this.lineEnd(index) - 2);
    if ((field & (FOLDED | NON_ASCII)) === 0) return value;
    const unfolded = (field & FOLDED) === 0 ? value : unfold(value);
    return (field & NON_ASCII) === 0 ? unfolded : Buffer.from(unfolded, "latin1").toString("utf8");
  }
}

/** A line break and the white space around it are one SP (RFC 3261 §7.3.1). */
function unfold(value: string): string {
  return value
    .split("\r\n")
    .map((line) => trimmed(line, 0, line.length))
    .join(" ");
}

/** Without the SP, HTAB and line breaks around it. (`trim()` also takes U+00A0, here the last byte of many a UTF-8 character.) */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}
