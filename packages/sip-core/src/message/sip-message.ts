import { SipParseError } from "../errors.ts";
import { splitList } from "../grammar/split-list.ts";
import type { HeaderCodec } from "../header-codec.ts";
import { Contact } from "../headers/contact.ts";
import type { ViaParm } from "../headers/via.ts";
import { noContent } from "./body.ts";
import { readContact } from "./contact-parts.ts";
import type { HeaderInput } from "./header-input.ts";
import { traceMalformedField } from "./malformed-field-channel.ts";
import type { MessageEditor } from "./message-editor.ts";
import type { MessageHead } from "./message-head.ts";

/**
 * A SIP request or response (RFC 3261 §7). Immutable; {@link edit} gives a changed copy.
 *
 * Via, From, To, Call-ID, CSeq, Max-Forwards, Contact, Require and Content-* were validated when the message arrived. Other fields are
 * judged when they are read: {@link get} leaves a malformed one out, {@link require} throws.
 * Strings taken out of a message keep the whole of it in memory: use {@link flat} on what outlives it.
 */
export abstract class SipMessage {
  /** Internal: the text and where its fields are. */
  readonly head: MessageHead;
  #body: Uint8Array;
  /** Where the body is in {@link #body} until it is asked for; −1 when that is the body. */
  #bodyStart = -1;
  #bodyEnd = -1;
  /** Codec, values, codec, values … of what was read already. */
  #read: unknown[] | undefined;

  constructor(head: MessageHead, body: Uint8Array = noContent) {
    this.head = head;
    this.#body = body;
  }

  /** The body as received or given; empty when there is none. Do not write to it. */
  get body(): Uint8Array {
    if (this.#bodyStart >= 0) {
      this.#body = this.#body.subarray(this.#bodyStart, this.#bodyEnd);
      this.#bodyStart = -1;
    }
    return this.#body;
  }

  /** Internal: the body of a head that was read before. */
  receiveBody(bytes: Uint8Array, start: number, end: number): void {
    this.#body = bytes;
    this.#bodyStart = start;
    this.#bodyEnd = end;
  }

  get callId(): string {
    return this.head.callId;
  }

  /** The number of CSeq. */
  get sequenceNumber(): number {
    return this.head.sequenceNumber;
  }

  /** The method of CSeq: for a response, the method of the request it answers. */
  get cseqMethod(): string {
    return this.head.cseqMethod;
  }

  /** The tag of From; undefined when an RFC 2543 element sent none. */
  get fromTag(): string | undefined {
    return this.head.fromTag;
  }

  /** The tag of To; undefined outside a dialog. */
  get toTag(): string | undefined {
    return this.head.toTag;
  }

  /**
   * The first Via value.
   *
   * @throws {SipParseError} `SIP_PARSE_HEADER` when there is none: in a request of our own that was not sent yet.
   */
  get topVia(): ViaParm {
    const via = this.head.topVia;
    if (via === undefined) throw missing("Via");
    return via;
  }

  /** Content-Type as written; undefined without one. */
  get contentType(): string | undefined {
    return this.getText("Content-Type");
  }

  /** The value of the field (the first of a list), or undefined when it is absent or malformed. A malformed one is traced. */
  get<Value>(codec: HeaderCodec<Value>): Value | undefined {
    return this.getAll(codec)[0];
  }

  /**
   * The value of the field (the first of a list).
   *
   * @throws {SipParseError} `SIP_PARSE_HEADER` or what the codec throws, when it is absent or malformed.
   */
  require<Value>(codec: HeaderCodec<Value>): Value {
    const value = this.get(codec);
    if (value !== undefined) return value;
    const [text] = textsOf(this.head, codec);
    if (text === undefined) throw missing(codec.name);
    return codec.parse(text);
  }

  /** Every value of a list field in order, comma lists taken apart. A malformed one is left out and traced; after 32 of them so is the rest. */
  getAll<Value>(codec: HeaderCodec<Value>): readonly Value[] {
    const read = this.#read;
    if (read) for (let i = 0; i < read.length; i += 2) if (read[i] === codec) return read[i + 1] as Value[];
    const values = parseAll(this.head, codec);
    if (read) read.push(codec, values);
    else this.#read = [codec, values];
    return values;
  }

  /** As {@link getAll}, but throws {@link SipParseError} when one is malformed: for fields where none may be missed, as in a route set. */
  requireAll<Value>(codec: HeaderCodec<Value>): readonly Value[] {
    const values = this.getAll(codec);
    const texts = textsOf(this.head, codec);
    return values.length === texts.length ? values : texts.map((text) => codec.parse(text));
  }

  /** Whether there is such a field, well formed or not. Names are compared without regard to case; compact forms are the same name. */
  has(codecOrName: HeaderCodec<unknown> | string): boolean {
    return this.head.findName(typeof codecOrName === "string" ? codecOrName : codecOrName.name) >= 0;
  }

  /** The text of the first field of that name, trimmed and unfolded. */
  getText(name: string): string | undefined {
    const index = this.head.findName(name);
    return index < 0 ? undefined : this.head.value(index);
  }

  /** The texts of every field of that name, in order; comma lists stay together. */
  getAllText(name: string): readonly string[] {
    const texts: string[] = [];
    for (let i = this.head.findName(name); i >= 0; i = this.head.findNext(i)) texts.push(this.head.value(i));
    return texts;
  }

  /** Every field in order: the name as written, the value trimmed and unfolded. */
  *headerFields(): Generator<HeaderInput, void, undefined> {
    for (let i = 0; i < this.head.fields.length; i++) yield [this.head.name(i), this.head.value(i)];
  }

  /** A builder of a changed copy. What it does not touch is written as it was received. */
  abstract edit(): MessageEditor<SipMessage>;
}

const none: readonly never[] = [];

function parseAll<Value>(head: MessageHead, codec: HeaderCodec<Value>): readonly Value[] {
  // The remote target of a dialog is wanted of most messages, and where its parts are was seen on arrival.
  if ((codec as unknown) === Contact && head.contact) return [readContact(head.text, head.contact) as Value];
  const first = head.findName(codec.name);
  if (first < 0) return none;
  const text = head.value(first);
  const isOne = !codec.list || ((codec.commaSeparated === false || !text.includes(",")) && head.findNext(first) < 0);
  if (!isOne) return parseMembers(codec, textsOf(head, codec));
  return codec.list && text === "" ? none : parseOne(codec, text);
}

/** An error costs many times what a value does: a list of nothing but errors must not cost more than another. */
const maxMalformed = 32;

function parseMembers<Value>(codec: HeaderCodec<Value>, members: readonly string[]): readonly Value[] {
  const values: Value[] = [];
  for (let i = 0; i < members.length && i - values.length < maxMalformed; i++) values.push(...parseOne(codec, members[i]!));
  return values;
}

function parseOne<Value>(codec: HeaderCodec<Value>, text: string): readonly Value[] {
  try {
    return [codec.parse(text)];
  } catch (error) {
    traceMalformedField(codec.name, text, error);
    return none;
  }
}

/** What the codec is to parse: the members of the list, or the first field. */
function textsOf(head: MessageHead, { name, list, commaSeparated = true }: HeaderCodec<unknown>): readonly string[] {
  const texts: string[] = [];
  for (let i = head.findName(name); i >= 0; i = head.findNext(i)) {
    const text = head.value(i);
    if (!list) return [text];
    if (commaSeparated) texts.push(...splitList(text));
    else texts.push(text);
  }
  return texts;
}

function missing(header: string): SipParseError {
  return new SipParseError("SIP_PARSE_HEADER", `${header} is missing`, { header });
}
