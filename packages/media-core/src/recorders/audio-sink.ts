/** Where received or mixed audio goes. The graph writes at its deadline, so a sink never blocks. */
export interface AudioSink {
  /**
   * Takes one frame of mono PCM, which it may use only during the call.
   *
   * @param sampleRate In Hz; it may change from frame to frame.
   * @param position Place of the first sample, in samples at `sampleRate` since the common start of all tracks of one
   *   recording. A jump forward is a gap (silence); what overlaps earlier frames is dropped.
   */
  write(samples: Int16Array, sampleRate: number, position: number): void;
  /** Writes out what waits and frees what the sink holds. Idempotent; resolves even after a failure. */
  close(): Promise<void>;
}
