import { VoipError } from "@sidetone/infra-common";

export type MediaTransportErrorCode =
  | "MEDIA_PORTS_EXHAUSTED"
  | "MEDIA_ADDRESS_INVALID"
  | "MEDIA_ADDRESS_FAMILY_MISMATCH"
  | "MEDIA_OPTION_INVALID"
  | "MEDIA_PUBLIC_ADDRESS_UNKNOWN";

/** Media cannot be sent or received as asked. */
export class MediaTransportError extends VoipError<MediaTransportErrorCode> {
  static {
    Object.defineProperty(this.prototype, "name", { value: "MediaTransportError" });
  }
}
