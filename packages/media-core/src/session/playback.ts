/** Something that is being played to the peer. */
export interface Playback {
  /** Settles when the source has ended, was stopped or replaced, or the session closed. Rejects only when the source failed. */
  readonly finished: Promise<PlaybackEnd>;
  /** Ends it with the next packet. Idempotent. */
  stop(): void;
}

export interface PlaybackEnd {
  /** Audio handed to the encoder, in milliseconds. */
  readonly playedMs: number;
  /** Whether the source was played to its end. */
  readonly completed: boolean;
}
