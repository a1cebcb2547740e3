/** What the person at the terminal can correct; its message is all that is shown. */
export class UsageError extends Error {
  static {
    Object.defineProperty(this.prototype, "name", { value: "UsageError" });
  }
}
