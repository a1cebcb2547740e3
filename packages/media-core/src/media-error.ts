import { VoipError, type VoipErrorOptions } from "@sidetone/infra-common";

export type MediaErrorCode =
  | "MEDIA_FILE_UNREADABLE"
  | "MEDIA_FILE_UNSUPPORTED"
  | "MEDIA_RECORDING_FAILED"
  | "MEDIA_OPTION_INVALID"
  | "MEDIA_OUTPUT_ENDED"
  | "MEDIA_OUTPUT_OVERFLOW"
  | "MEDIA_DTMF_NOT_NEGOTIATED"
  | "MEDIA_CODEC_UNSUPPORTED"
  | "MEDIA_SESSION_CLOSED";

export interface MediaErrorOptions extends VoipErrorOptions {
  /** The file concerned. */
  path?: string;
}

/** Audio cannot be read, written or played as asked. The message says what to do about it. */
export class MediaError extends VoipError<MediaErrorCode> {
  /** The file concerned, when there is one. */
  readonly path: string | undefined;

  constructor(code: MediaErrorCode, message: string, options: MediaErrorOptions = {}) {
    super(code, message, options);
    this.path = options.path;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "MediaError" });
  }
}
