import type { MediaError } from "../media-error.ts";

/**
 * Where sent audio comes from. The graph pulls a frame at its deadline, so a source never blocks and never waits:
 * one that has nothing ready yet gives silence.
 */
export interface AudioSource {
  /**
   * Writes mono PCM at `sampleRate` Hz from the start of `target`, and allocates nothing in steady state.
   *
   * @returns The number of samples written. Fewer than `target.length` is the last frame (the caller pads it with silence);
   *   0 means that the source has ended.
   */
  read(target: Int16Array, sampleRate: number): number;
  /** Why the source ended early, when it did: a file that vanished under the player. */
  readonly error?: MediaError | undefined;
  /** Frees what the source holds. Idempotent; later reads give 0. */
  close(): void;
}
