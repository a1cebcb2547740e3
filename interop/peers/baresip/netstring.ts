/** A netstring (`5:hello,`), in which baresip's control port wraps each JSON message. */
export function encodeNetstring(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(",")]);
}

/** Cuts a stream into netstrings. */
export class NetstringReader {
  #pending = Buffer.alloc(0);

  /** The messages that `chunk` completes. */
  push(chunk: Buffer): string[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const messages: string[] = [];
    for (;;) {
      const colon = this.#pending.indexOf(":");
      if (colon < 0) return messages;
      const length = Number(this.#pending.toString("latin1", 0, colon));
      const end = colon + 1 + length;
      if (!Number.isInteger(length)) throw new Error(`Not a netstring: ${this.#pending.toString("latin1", 0, 20)}`);
      if (this.#pending.length <= end) return messages;
      messages.push(this.#pending.toString("utf8", colon + 1, end));
      this.#pending = this.#pending.subarray(end + 1);
    }
  }
}
