/** What the person at the terminal can correct; its message, which says how, is all that is shown. */
export class UsageError extends Error {
  readonly code = "USAGE";

  static {
    Object.defineProperty(this.prototype, "name", { value: "UsageError" });
  }
}
