export { MediaError, type MediaErrorCode, type MediaErrorOptions } from "./media-error.ts";
export type { AudioCodec, AudioDecoder, AudioEncoder, CodecQuality } from "./codecs/audio-codec.ts";
export type { AudioSource } from "./players/audio-source.ts";
export type { AudioSink } from "./recorders/audio-sink.ts";
