import type { Phone } from "./phone.ts";

/** What a verb has done. */
export interface VerbResult {
  /** For people; nothing where what happens is told by itself. */
  readonly text?: string;
  /** For programs. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** What a verb runs with. */
export interface VerbContext {
  readonly phone: Phone;
  /** Aborts when the phone is left. */
  readonly leaving: AbortSignal;
  /** Leaves the phone. */
  leave(): void;
}

/** A word that the phone understands, with what may stand behind it. */
export interface Verb {
  readonly aliases?: readonly string[];
  /** What stands behind it: `TARGET [from ACCOUNT]`. */
  readonly takes?: string;
  readonly does: string;
  readonly examples?: readonly string[];
  /** What the word after these may be. */
  complete?(phone: Phone, before: readonly string[], typed: string): readonly string[];
  run(context: VerbContext, args: readonly string[]): VerbResult | void | Promise<VerbResult | void>;
}
