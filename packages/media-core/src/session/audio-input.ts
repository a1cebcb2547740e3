/** One packet's worth of received audio, or of silence in its place. */
export interface AudioFrame {
  /** Mono 16-bit PCM; belongs to the reader. */
  readonly samples: Int16Array;
  /** In Hz. */
  readonly sampleRate: number;
  /** Position of the first sample, in samples since the reader was opened. */
  readonly position: number;
}

export interface AudioInputOptions {
  /** Rate of the frames, in Hz. Default: the codec's. */
  sampleRate?: number;
  /** Frames that may wait; then the oldest goes. Default 50. */
  capacityFrames?: number;
  signal?: AbortSignal;
}

/** What the peer says, oldest frame first. Ends with the call; leaving the loop closes it. */
export interface AudioInput extends AsyncIterable<AudioFrame>, AsyncDisposable {
  /** Frames lost because the reader was late. */
  readonly droppedFrames: number;
  close(): void;
}
