const sequenceModulus = 0x10000;
const maxDropout = 3000;
const maxMisorder = 100;

/** Packets in sequence that make a source valid (MIN_SEQUENTIAL of RFC 3550 A.1). */
export const minSequential = 2;

/**
 * - `valid`: counted.
 * - `probation`: the source is not valid yet; not counted.
 * - `jump`: far from what was expected; not counted, unless the next packet follows on it.
 * - `restarted`: the second packet after a jump; the counts begin anew with it.
 */
export type SequenceVerdict = "valid" | "probation" | "jump" | "restarted";

/** Sequence number state of one source: `init_seq` and `update_seq` of RFC 3550 A.1, expected and lost packets of A.3. */
export class SourceSequence {
  /** Sequence number that the counts begin with. */
  base = 0;
  /** Highest sequence number received, 16 bits. */
  max = 0;
  /** 65536 for each wrap. */
  cycles = 0;
  /** Packets counted, duplicates and late ones included. */
  received = 0;
  /** Packets in sequence still wanted until the source is valid. */
  probation = 0;
  /** The sequence number that would confirm a restart (`bad_seq`); −1 for none. */
  #bad = -1;
  #receivedPrior = 0;
  #expectedPrior = 0;

  /**
   * A source heard for the first time with `sequenceNumber`.
   *
   * @param probation packets in sequence, this one included, before it is valid; 0 when something else vouches for it.
   */
  start(sequenceNumber: number, probation: number = minSequential): void {
    this.#initialize(sequenceNumber);
    if (probation > 0) this.max = (sequenceNumber - 1) & 0xffff;
    this.probation = probation;
  }

  /** `update_seq` of A.1. */
  update(sequenceNumber: number): SequenceVerdict {
    if (this.probation > 0) return this.#probe(sequenceNumber);
    const delta = (sequenceNumber - this.max) & 0xffff;
    let verdict: SequenceVerdict = "valid";
    if (delta < maxDropout) {
      // in order, with permissible gap
      if (sequenceNumber < this.max) this.cycles += sequenceModulus;
      this.max = sequenceNumber;
    } else if (delta <= sequenceModulus - maxMisorder) {
      // "Two sequential packets -- assume that the other side restarted without telling us"
      if (sequenceNumber !== this.#bad) {
        this.#bad = (sequenceNumber + 1) & 0xffff;
        return "jump";
      }
      this.#initialize(sequenceNumber);
      verdict = "restarted";
    }
    // else duplicate or reordered
    this.received++;
    return verdict;
  }

  /** Highest sequence number with the count of wraps, as reception reports carry it. 32 bits. */
  get extendedMax(): number {
    return (this.cycles + this.max) >>> 0;
  }

  /** Packets expected since the counts began (A.3). */
  get expected(): number {
    return this.probation > 0 ? 0 : this.cycles + this.max - this.base + 1;
  }

  /** Packets lost since the counts began; negative when duplicates outnumber losses (A.3). */
  get lost(): number {
    return this.expected - this.received;
  }

  /** {@link lost}, clamped to 24 bits with sign as A.3 asks. */
  get cumulativeLost(): number {
    return Math.min(Math.max(this.lost, -0x800000), 0x7fffff);
  }

  /** Fraction lost since the previous call in 1/256 (A.3), 0 … 255. Begins the next interval. */
  takeFractionLost(): number {
    const expectedInterval = this.expected - this.#expectedPrior;
    const lostInterval = expectedInterval - (this.received - this.#receivedPrior);
    this.#expectedPrior = this.expected;
    this.#receivedPrior = this.received;
    if (expectedInterval <= 0 || lostInterval <= 0) return 0;
    // More were expected because one was received, so the quotient stays below 256.
    return Math.floor((lostInterval * 256) / expectedInterval);
  }

  #probe(sequenceNumber: number): SequenceVerdict {
    if (sequenceNumber === ((this.max + 1) & 0xffff)) {
      this.probation--;
      this.max = sequenceNumber;
      if (this.probation > 0) return "probation";
      this.#initialize(sequenceNumber);
      this.received = 1;
      return "valid";
    }
    this.probation = minSequential - 1;
    this.max = sequenceNumber;
    return "probation";
  }

  #initialize(sequenceNumber: number): void {
    this.base = sequenceNumber;
    this.max = sequenceNumber;
    this.#bad = -1;
    this.cycles = 0;
    this.received = 0;
    this.#receivedPrior = 0;
    this.#expectedPrior = 0;
  }
}
