import { onAbort } from "@sidetone/infra-common";
import { openWavFile, type AudioSource, type MediaSession, type Playback, type PlaybackEnd } from "@sidetone/media-core";
import { refuseUnknownNames, type KnownNames } from "../config/known-names.ts";
import { ClientError } from "../errors/client-error.ts";

export interface PlayOptions {
  /** Starts again at the end, until stopped. For files; a source decides for itself. Default false. */
  loop?: boolean;
  /** Stops the playing; `play` then rejects with `signal.reason`. */
  signal?: AbortSignal;
}

const known: KnownNames<PlayOptions> = { loop: true, signal: true };
const unplayed: PlaybackEnd = { playedMs: 0, completed: false };

/** Who hears that something plays. */
export interface PlayUser {
  /** Asked when the source is open: false when a later one plays already, or all was stopped meanwhile. */
  mayBegin(): boolean;
  onPlaying(playback: Playback): void;
  onPlayed(playback: Playback, end: PlaybackEnd): void;
}

/** Plays a source, or the WAV file of that path, and resolves at its end. It closes the source in every case. */
export async function play(
  media: () => MediaSession,
  source: string | AudioSource,
  options: PlayOptions,
  user: PlayUser,
): Promise<PlaybackEnd> {
  refuseUnknownNames(options, known, "play");
  const { loop = false, signal } = options;
  const opened = await open(media, source, loop, signal);
  const playback = begin(media, opened, signal, user);
  if (!playback) return unplayed;
  const forgetSignal = onAbort(signal, () => playback.stop());
  user.onPlaying(playback);
  let end = unplayed;
  try {
    end = await playback.finished;
    signal?.throwIfAborted();
    return end;
  } finally {
    forgetSignal();
    user.onPlayed(playback, end);
  }
}

function begin(media: () => MediaSession, opened: AudioSource, signal: AbortSignal | undefined, user: PlayUser): Playback | undefined {
  try {
    signal?.throwIfAborted();
    const session = media();
    if (user.mayBegin()) return session.play(opened);
  } catch (error) {
    opened.close();
    throw error;
  }
  opened.close();
  return undefined;
}

/** Not for a call without audio: its error says more than that of a file. */
async function open(
  media: () => MediaSession,
  source: string | AudioSource,
  loop: boolean,
  signal: AbortSignal | undefined,
): Promise<AudioSource> {
  if (typeof source === "string") {
    media();
    return openWavFile(source, signal ? { loop, signal } : { loop });
  }
  if (typeof source?.read !== "function" || typeof source.close !== "function")
    throw new ClientError("CONFIG_INVALID", "play() takes the path of a WAV file, or an AudioSource with read() and close()");
  if (loop) throw new ClientError("CONFIG_INVALID", "`loop` is for files; give the source its own");
  return source;
}
