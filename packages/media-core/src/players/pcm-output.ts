import { checkSampleRate } from "../dsp/resampler.ts";
import { MediaError } from "../media-error.ts";
import type { AudioSource } from "./audio-source.ts";
import { ChunkQueue } from "./chunk-queue.ts";
import { RateConverter } from "./rate-converter.ts";

export interface PcmOutputOptions {
  /** `write` resolves while less than this waits. Default 200 ms. */
  highWaterMs?: number;
  /** A writer that does not wait is refused from here on. Default 60,000 ms. */
  mostQueuedMs?: number;
}

/** What {@link PcmOutput.clear} cut off. */
export interface ClearedOutput {
  /** Audio that went out since the last `clear` or the beginning, to within a packet; silence between chunks does not count. */
  readonly playedMs: number;
  /** Audio that was written and will not be heard. */
  readonly discardedMs: number;
}

/**
 * Audio that the application writes into a call, in chunks of any size and rate; the stack takes it packet by packet and sends
 * silence while nothing waits.
 */
export class PcmOutput implements AudioSource {
  readonly #queue = new ChunkQueue();
  readonly #converter: RateConverter = new RateConverter(this.#queue);
  readonly #highWaterMs: number;
  readonly #mostQueuedMs: number;
  #waiting: ((accepted: boolean) => void)[] = [];
  #state: "open" | "ending" | "closed" = "open";
  #resolvePlayedOut!: () => void;
  readonly #playedOut: Promise<void> = new Promise((resolve) => (this.#resolvePlayedOut = resolve));
  #clearedAtMs = 0;

  constructor(options: PcmOutputOptions = {}) {
    this.#highWaterMs = options.highWaterMs ?? 200;
    this.#mostQueuedMs = options.mostQueuedMs ?? 60_000;
  }

  /** Audio that waits to be sent. */
  get queuedMs(): number {
    return this.#queue.queuedMs;
  }

  /** Audio sent since the beginning, silence between chunks not counted. */
  get playedMs(): number {
    return this.#queue.takenMs;
  }

  /** Whether audio waits; if not, the call hears silence. */
  get isPlaying(): boolean {
    return !this.#queue.isEmpty;
  }

  /**
   * Queues mono 16-bit PCM; the samples are copied.
   *
   * @returns Resolves as soon as less than `highWaterMs` waits, so that awaiting it paces the writer. True: the samples play in
   *   their turn (unless cleared). False: the call was over first.
   * @throws {MediaError} Rejects with `MEDIA_OPTION_INVALID` for an impossible sample rate, `MEDIA_OUTPUT_ENDED` after `end()`,
   *   `MEDIA_OUTPUT_OVERFLOW` when `mostQueuedMs` waits already: await each `write`.
   */
  async write(samples: Int16Array, options: { sampleRate: number }): Promise<boolean> {
    checkSampleRate(options.sampleRate);
    if (this.#state === "closed") return false;
    if (this.#state === "ending") throw new MediaError("MEDIA_OUTPUT_ENDED", "write() after end(): this output takes no more audio");
    if (this.queuedMs >= this.#mostQueuedMs) {
      throw new MediaError(
        "MEDIA_OUTPUT_OVERFLOW",
        `${Math.round(this.queuedMs)} ms of audio wait already; await each write() before the next`,
      );
    }
    this.#queue.push(samples, options.sampleRate);
    if (this.queuedMs < this.#highWaterMs) return true;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Drops what waits, for example because the caller began to speak; silence starts with the next packet. */
  clear(): ClearedOutput {
    const playedMs = this.#queue.takenMs - this.#clearedAtMs;
    this.#clearedAtMs = this.#queue.takenMs;
    const discardedMs = this.#queue.clear();
    this.#converter.reset();
    this.#release();
    return { playedMs, discardedMs };
  }

  /** Takes no more audio. Resolves when all that was written has gone out, or the call is over. */
  end(): Promise<void> {
    if (this.#state === "open") this.#state = "ending";
    this.#release();
    return this.#playedOut;
  }

  read(target: Int16Array, sampleRate: number): number {
    if (this.#state === "closed") return 0;
    const filled = this.#queue.isEmpty && !this.#converter.holdsAudio ? 0 : this.#converter.read(target, sampleRate);
    if (this.#waiting.length > 0 || this.#state === "ending") this.#release();
    if (this.#state === "ending") return filled;
    target.fill(0, filled);
    return target.length;
  }

  close(): void {
    this.#state = "closed";
    this.#queue.clear();
    this.#converter.reset();
    this.#settle(false);
    this.#resolvePlayedOut();
  }

  /** Lets writers go on when there is room, and `end()` resolve when all is out. */
  #release(): void {
    if (this.queuedMs < this.#highWaterMs) this.#settle(true);
    if (this.#state === "ending" && this.#queue.isEmpty && !this.#converter.holdsAudio) this.#resolvePlayedOut();
  }

  #settle(accepted: boolean): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(accepted);
  }
}
