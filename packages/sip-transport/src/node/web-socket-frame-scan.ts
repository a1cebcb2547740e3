const firstControl = 8;

/**
 * Follows the frames of one peer (RFC 6455 §5.2) as far as to know whether a message has begun that has not ended: a peer may send Pings
 * between its fragments for ever. Each byte of a head is looked at once, payloads are skipped.
 */
export class WebSocketFrameScan {
  readonly #head: number[] = [];
  #payloadLeft = 0;
  #isFragmented = false;
  #endsMessage = false;

  /** Whether a frame, or a message in fragments, has begun and not ended. */
  get isWithinMessage(): boolean {
    return this.#isFragmented || this.#head.length > 0 || this.#payloadLeft > 0;
  }

  /** Takes the next bytes; whether a message ended among them. */
  push(data: Uint8Array): boolean {
    let hasEnded = false;
    for (let i = 0; i < data.length;) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, data.length - i);
        this.#payloadLeft -= skipped;
        i += skipped;
      } else {
        this.#head.push(data[i++]!);
        if (this.#head.length < headBytes(this.#head)) continue;
        this.#beginFrame();
      }
      if (this.#payloadLeft === 0 && this.#endsMessage) {
        hasEnded = true;
        this.#endsMessage = false;
      }
    }
    return hasEnded;
  }

  #beginFrame(): void {
    const [first = 0, second = 0, ...rest] = this.#head;
    const opcode = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    const length = second & 0x7f;
    const extended = length === 126 ? rest.slice(0, 2) : length === 127 ? rest.slice(0, 8) : undefined;
    this.#payloadLeft = extended ? extended.reduce((sum, byte) => 256 * sum + byte, 0) : length;
    this.#head.length = 0;
    if (opcode >= firstControl) return;
    this.#isFragmented = !isFinal;
    this.#endsMessage = isFinal;
  }
}

/** How long the head is, as far as its first two bytes say. */
function headBytes([, second]: readonly number[]): number {
  if (second === undefined) return 2;
  const length = second & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + ((second & 0x80) !== 0 ? 4 : 0);
}
