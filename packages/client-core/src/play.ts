import { openWavFile, type AudioSource } from "@sidetone/media-core";

export interface PlayOptions {
  /** Starts again at the end, until stopped; for files. */
  loop?: boolean;
  signal?: AbortSignal;
}

/** A source as it is; a path as a WAV file. */
export function openAudioSource(source: string | AudioSource, { loop, signal }: PlayOptions): AudioSource | Promise<AudioSource> {
  if (typeof source !== "string") return source;
  return openWavFile(source, { ...(loop === undefined ? {} : { loop }), ...(signal ? { signal } : {}) });
}
