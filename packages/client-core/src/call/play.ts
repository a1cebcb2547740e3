import { onAbort } from "@sidetone/infra-common";
import { openWavFile, type AudioSource, type MediaSession, type Playback, type PlaybackEnd } from "@sidetone/media-core";
import { ClientError } from "../errors/client-error.ts";

export interface PlayOptions {
  /** Starts again at the end, until stopped. For files; a source decides for itself. Default false. */
  loop?: boolean;
  /** Stops the playing; `play` then rejects with `signal.reason`. */
  signal?: AbortSignal;
}

/** Who hears that something plays. */
export interface PlayUser {
  onPlaying(playback: Playback): void;
  onPlayed(playback: Playback, end: PlaybackEnd): void;
}

/** Plays a source, or the WAV file of that path, and resolves at its end. It closes the source in every case. */
export async function play(
  media: () => MediaSession,
  source: string | AudioSource,
  { loop = false, signal }: PlayOptions,
  user: PlayUser,
): Promise<PlaybackEnd> {
  const playback = await start(media, source, loop, signal);
  const forgetSignal = onAbort(signal, () => playback.stop());
  user.onPlaying(playback);
  let end: PlaybackEnd = { playedMs: 0, completed: false };
  try {
    end = await playback.finished;
    signal?.throwIfAborted();
    return end;
  } finally {
    forgetSignal();
    user.onPlayed(playback, end);
  }
}

async function start(
  media: () => MediaSession,
  source: string | AudioSource,
  loop: boolean,
  signal: AbortSignal | undefined,
): Promise<Playback> {
  if (typeof source !== "string" && loop) throw new ClientError("CONFIG_INVALID", "`loop` is for files; give the source its own");
  const opened = typeof source === "string" ? await openFile(media, source, loop, signal) : source;
  try {
    signal?.throwIfAborted();
    return media().play(opened);
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Not for a call without audio: its error says more than that of a file. */
async function openFile(media: () => MediaSession, path: string, loop: boolean, signal: AbortSignal | undefined): Promise<AudioSource> {
  media();
  return openWavFile(path, signal ? { loop, signal } : { loop });
}
