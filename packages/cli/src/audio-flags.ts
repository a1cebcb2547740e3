import { openWavFile, ToneSource, type AudioSource } from "@sidetone/media-core";

export interface AudioFlags {
  play?: string;
  tone?: number;
}

/** Opens what `--play` or `--tone` names; undefined for silence. Rejects for a file that cannot be played, before anybody is called. */
export async function openAudio({ play, tone }: AudioFlags, options: { loop?: boolean } = {}): Promise<AudioSource | undefined> {
  if (play !== undefined) return openWavFile(play, options);
  return tone === undefined ? undefined : new ToneSource({ frequenciesHz: [tone] });
}
