/** Takes what is final of a recording, in order. */
export interface TimelineOutput {
  /** The first `length` samples, interleaved where there are two channels; to be used only during the call. */
  append(samples: Int16Array, length: number): void;
  /** A gap in all tracks. */
  appendSilence(frames: number): void;
}

/** Tracks may be this far apart; what comes later than that is lost. */
const windowMs = 500;
/** Finished audio is passed on in pieces of about this length. */
const pieceMs = 250;

/**
 * Lays two tracks beside each other by position: gaps become silence, what overlaps the same track's earlier audio is dropped.
 * Either each track keeps its channel or both are added to one, saturating. Holds three quarters of a second.
 */
export class RecordingTimeline {
  readonly #output: TimelineOutput;
  readonly #channels: number;
  readonly #windowFrames: number;
  readonly #buffer: Int16Array;
  /** Position of the buffer's first frame. */
  #start = 0;
  /** Position after the last frame of either track. */
  #end = 0;
  readonly #trackEnds = [0, 0];

  constructor(sampleRate: number, channels: 1 | 2, output: TimelineOutput) {
    this.#output = output;
    this.#channels = channels;
    this.#windowFrames = Math.ceil((sampleRate * windowMs) / 1000);
    this.#buffer = new Int16Array((this.#windowFrames + Math.ceil((sampleRate * pieceMs) / 1000)) * channels);
  }

  /** Length of the recording so far, in samples. */
  get frames(): number {
    return this.#end;
  }

  /** Takes the first `length` of `samples`, which begin at `position` in samples since the recording began. */
  write(track: 0 | 1, samples: Int16Array, length: number, position: number): void {
    const end = position + length;
    let at = Math.max(position, this.#trackEnds[track]!, this.#start);
    while (at < end) {
      const pieceEnd = Math.min(end, at + this.#windowFrames);
      this.#makeRoom(pieceEnd);
      this.#place(track, samples, at - position, at - this.#start, pieceEnd - at);
      at = this.#trackEnds[track] = pieceEnd;
      this.#end = Math.max(this.#end, pieceEnd);
    }
  }

  /** Passes on all that is left. */
  finish(): void {
    this.#passOn(this.#end);
  }

  #place(track: 0 | 1, samples: Int16Array, from: number, to: number, count: number): void {
    const buffer = this.#buffer;
    if (this.#channels === 2) {
      for (let i = 0; i < count; i++) buffer[2 * (to + i) + track] = samples[from + i]!;
      return;
    }
    for (let i = 0; i < count; i++) {
      const sum = buffer[to + i]! + samples[from + i]!;
      buffer[to + i] = sum > 32_767 ? 32_767 : sum < -32_768 ? -32_768 : sum;
    }
  }

  /** Passes on what is older than the window, so that the buffer reaches to `end`. */
  #makeRoom(end: number): void {
    if (end <= this.#start + this.#buffer.length / this.#channels) return;
    const position = end - this.#windowFrames;
    if (position <= this.#end) {
      this.#passOn(position);
      return;
    }
    this.#passOn(this.#end);
    this.#output.appendSilence(position - this.#end);
    this.#start = this.#end = position;
  }

  /** Passes on the frames before `position`, which lies in the buffer. */
  #passOn(position: number): void {
    const length = (position - this.#start) * this.#channels;
    if (length === 0) return;
    this.#output.append(this.#buffer, length);
    this.#buffer.copyWithin(0, length);
    this.#buffer.fill(0, this.#buffer.length - length);
    this.#start = position;
  }
}
