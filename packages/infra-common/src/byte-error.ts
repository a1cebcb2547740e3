import { VoipError } from "./voip-error.ts";

export type ByteErrorCode = "BYTES_TRUNCATED" | "BYTES_OUT_OF_RANGE";

/** What was to be read is longer than the bytes there are, or what was to be written does not fit its field. */
export class ByteError extends VoipError<ByteErrorCode> {
  static {
    Object.defineProperty(this.prototype, "name", { value: "ByteError" });
  }
}
