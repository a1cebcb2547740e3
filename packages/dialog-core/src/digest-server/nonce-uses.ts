import { flat } from "@sidetone/sip-core";
import { GenerationMap } from "./generation-map.ts";

/** Counts below the highest one that are told apart: requests over UDP overtake each other. */
const windowBits = 32;

/** What was seen of one nonce. */
interface NonceUse {
  readonly madeAtMs: number;
  highest: number;
  /** Bit n: the count `highest − n` was used. */
  window: number;
}

/**
 * Which counts (`nc`) of which nonces were used (RFC 7616 §3.4, §5.5). Only uses that proved a password are kept, so that strangers cannot
 * fill it, and a bounded number of nonces. What makes room is not forgotten: unknown nonces that are as old count as used.
 */
export class NonceUses {
  readonly #uses: GenerationMap<NonceUse>;
  /** Nonces of before, or of this very time, that are not in the map may have been used. */
  #forgottenUntilMs = -Infinity;

  /** @param capacity Nonces that are remembered at most. */
  constructor(capacity: number) {
    this.#uses = new GenerationMap(capacity);
  }

  /**
   * Takes note of a use; false when it is not the first of its count, or may not be.
   *
   * @param count 0 for credentials without `nc`, which may use a nonce once.
   */
  take(nonce: string, madeAtMs: number, count: number): boolean {
    const use = this.#uses.get(nonce);
    if (use) return takeAgain(use, count);
    if (madeAtMs <= this.#forgottenUntilMs) return false;
    const forgotten = this.#uses.set(flat(nonce), { madeAtMs, highest: count, window: 1 });
    if (forgotten) for (const each of forgotten.values()) this.#forgottenUntilMs = Math.max(this.#forgottenUntilMs, each.madeAtMs);
    return true;
  }
}

function takeAgain(use: NonceUse, count: number): boolean {
  if (count === 0 || use.highest === 0) return false;
  const ahead = count - use.highest;
  if (ahead > 0) {
    use.window = ahead < windowBits ? (use.window << ahead) | 1 : 1;
    use.highest = count;
    return true;
  }
  const bit = -ahead < windowBits ? 1 << -ahead : 0;
  if (bit === 0 || (use.window & bit) !== 0) return false;
  use.window |= bit;
  return true;
}
