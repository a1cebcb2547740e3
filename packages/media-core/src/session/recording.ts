export interface RecordingOptions {
  /** Rate of the file, in Hz. Default: the rate of the codec in use when it begins. */
  sampleRate?: number;
  /** `mix`: one channel. `separate`: two, we on the left, the peer on the right. Default `mix`. */
  channels?: "mix" | "separate";
}

/** A recording under way. The file is a valid WAV at every moment. */
export interface Recording extends AsyncDisposable {
  readonly path: string;
  /** Settles when the file is complete; rejects with `MEDIA_RECORDING_FAILED` (handled by default: the call goes on). */
  readonly finished: Promise<{ path: string; durationMs: number; bytes: number }>;
  /** Leaves out what is said until `resume`. */
  pause(): void;
  resume(): void;
  /** Completes the file. Idempotent; the end of the call does it too. */
  stop(): Promise<void>;
}
