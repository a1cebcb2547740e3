import { VoipError } from "./voip-error.ts";

export type StreamErrorCode = "STREAM_ALREADY_READ" | "STREAM_OVERRUN";

/** An async iterable was misused, or its reader fell too far behind. */
export class StreamError extends VoipError<StreamErrorCode> {
  static {
    Object.defineProperty(this.prototype, "name", { value: "StreamError" });
  }
}
