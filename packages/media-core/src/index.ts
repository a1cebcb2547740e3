export { MediaError, type MediaErrorCode, type MediaErrorOptions } from "./media-error.ts";
export type { AudioCodec, AudioDecoder, AudioEncoder, CodecQuality } from "./codecs/audio-codec.ts";
export { CodecRegistry } from "./codecs/codec-registry.ts";
export { PCMA, PCMU } from "./codecs/g711.ts";
export { PitchConcealment } from "./dsp/pitch-concealment.ts";
export type { AudioSource } from "./players/audio-source.ts";
export type { AudioSink } from "./recorders/audio-sink.ts";
