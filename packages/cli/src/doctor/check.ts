import type { Examination } from "./examination.ts";
import type { Finding } from "./finding.ts";

/** One subject that is looked at. All checks run at the same time; what several need is in the {@link Examination}. */
export interface Check {
  /** Stable name, for programs. */
  readonly name: string;
  /** Heading above its findings. */
  readonly title: string;
  /** What it needs beside this computer; without that it does not run. */
  readonly needs?: "address" | "address or STUN server";
  /**
   * Looks, and says what it found. The faults that it looks for are findings; what it throws is a fault of its own.
   *
   * @throws the reason of the examination's signal when that aborts.
   */
  run(examination: Examination): Promise<readonly Finding[]>;
}
