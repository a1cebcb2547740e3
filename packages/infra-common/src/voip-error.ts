const brand = Symbol.for("sidetone.VoipError");

export interface VoipErrorOptions {
  /** The lower-level failure this one explains. */
  cause?: unknown;
}

/**
 * Base class of every error this project throws or rejects with.
 *
 * Match on {@link VoipError.code}; the message is for people and may change in any release.
 * Cancellation is not a `VoipError`: an aborted operation rejects with `signal.reason`.
 */
export class VoipError<Code extends string = string> extends Error {
  /** Stable, documented in docs/reference/errors.md, never reused for another meaning. */
  readonly code: Code;

  constructor(code: Code, message: string, options: VoipErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "VoipError", configurable: true });
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /** Like `instanceof`, and true also for an error made by another copy of this package. */
  static is<C extends string>(value: unknown, code?: C): value is VoipError<C> {
    return value instanceof Error && brand in value && (code === undefined || ("code" in value && value.code === code));
  }
}
