import { SampleSource, ToneSource, type AudioInput, type AudioInputOptions, type AudioSource } from "@sidetone/media-core";
import type { Call } from "../call/call.ts";
import { ClientError } from "../errors/client-error.ts";
import { guard } from "../errors/guard.ts";
import { ManagedControl } from "./managed-control.ts";
import type { CallRef } from "./managed-lifecycle.ts";

/** What a call sends. */
export type AudioTransmission =
  /** What the application gives to `sendAudioFrame`. */
  | { readonly mode: "passThrough" }
  /** A sine. */
  | { readonly mode: "tone"; readonly frequencyHz: number; readonly levelDbm0?: number }
  /** Mono 16-bit PCM, once or again and again. */
  | { readonly mode: "samples"; readonly samples: Int16Array; readonly sampleRate: number; readonly repeat?: boolean };

/** Mute, volume, and audio as data. */
export abstract class ManagedAudio extends ManagedControl {
  /** Sends silence in place of everything; packets go on. @throws {ClientError} `CALL_NOT_FOUND`, `MEDIA_NOT_AVAILABLE`, `CALL_ENDED`. */
  setMicrophoneMute(ref: CallRef, muted: boolean): void {
    const call = this.resolve(ref);
    if (muted) call.mute();
    else call.unmute();
  }

  getMicrophoneMute(ref: CallRef): boolean {
    return this.resolve(ref).muted.microphone;
  }

  /** Makes what is received silent for every reader; it is still counted and recorded. Throws as {@link setMicrophoneMute}. */
  setSpeakerMute(ref: CallRef, muted: boolean): void {
    this.resolve(ref).setSpeakerMuted(muted);
  }

  getSpeakerMute(ref: CallRef): boolean {
    return this.resolve(ref).muted.speaker;
  }

  /** Linear gains, 0 to 4; 1 leaves the audio as it is. Throws as {@link setMicrophoneMute}, and `CONFIG_INVALID`. */
  setVolume(ref: CallRef, volume: { microphone?: number; speaker?: number }): void {
    this.resolve(ref).setVolume(volume);
  }

  /**
   * Chooses what a call sends, in place of what it sent before. Default `passThrough`, which is also how a call begins.
   *
   * @throws {ClientError} `CALL_NOT_FOUND`, `MEDIA_NOT_AVAILABLE`, `CALL_ENDED`, `CONFIG_INVALID`.
   */
  startAudioTransmission(ref: CallRef, transmission: AudioTransmission = { mode: "passThrough" }): void {
    const call = this.resolve(ref);
    call.requireAudio();
    const source = guard("startAudioTransmission", () => sourceOf(transmission));
    if (source) void playOn(call, source);
    else call.stopPlaying();
  }

  /** Sends silence from the next packet on: ends what plays, and drops what `sendAudioFrame` was given. Throws as {@link startAudioTransmission}. */
  stopAudioTransmission(ref: CallRef): void {
    const call = this.resolve(ref);
    call.requireAudio();
    call.stopPlaying();
    call.audio.out.clear();
  }

  /** What the peer says, as an async iterable; see `CallAudio.in`. @throws {ClientError} `CALL_NOT_FOUND`, and what that throws. */
  subscribeToAudioFrames(ref: CallRef, options: AudioInputOptions = {}): AudioInput {
    return this.resolve(ref).audio.in(options);
  }

  /**
   * Sends PCM while nothing else plays; see `CallAudioOutput.write`. False: the call was over first.
   *
   * @throws {ClientError} `CALL_NOT_FOUND`, and what that rejects with.
   */
  sendAudioFrame(ref: CallRef, frame: { readonly samples: Int16Array; readonly sampleRate: number }): Promise<boolean> {
    return this.command("sendAudioFrame", () => this.resolve(ref).audio.out.write(frame.samples, { sampleRate: frame.sampleRate }));
  }
}

function sourceOf(transmission: AudioTransmission): AudioSource | undefined {
  switch (transmission.mode) {
    case "passThrough":
      return undefined;
    case "tone": {
      const { frequencyHz, levelDbm0 } = transmission;
      return new ToneSource({ frequenciesHz: [frequencyHz], ...(levelDbm0 === undefined ? {} : { levelDbm0 }) });
    }
    case "samples":
      if (!(transmission.samples instanceof Int16Array)) throw new ClientError("CONFIG_INVALID", "samples is an Int16Array");
      return new SampleSource(transmission.samples, { sampleRate: transmission.sampleRate, loop: transmission.repeat ?? false });
    default:
      throw new ClientError("CONFIG_INVALID", "mode is passThrough, tone or samples");
  }
}

/** A call that ends meanwhile ends the playing too; its own events tell that. */
async function playOn(call: Call, source: AudioSource): Promise<void> {
  try {
    await call.play(source);
  } catch (error) {
    call.report("errorOccurred", { error });
  }
}
