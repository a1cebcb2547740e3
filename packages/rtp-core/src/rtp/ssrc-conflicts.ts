interface ConflictingAddress {
  readonly address: string;
  readonly port: number;
  lastMs: number;
}

/** An attacker can show no more than this many addresses; further ones count as looped. */
const maxAddresses = 16;

/**
 * Decides what a packet with our own SSRC from somewhere else means (RFC 3550 §8.2).
 *
 * "When the collision was induced by a loop of the participant's own packets, the algorithm will choose a new identifier only once and
 * thereafter ignore packets from the looping source transport address." Keep one for RTP and one for RTCP.
 */
export class SsrcConflicts {
  readonly #addresses: ConflictingAddress[] = [];

  /**
   * @param keepMs how long an address is remembered after its last conflicting packet: "on the order of 10 RTCP report intervals".
   * @returns `collision`: send BYE and change the SSRC. `looped`: ignore the packet.
   */
  check(address: string, port: number, nowMs: number, keepMs: number): "collision" | "looped" {
    const known = this.#addresses.find((entry) => entry.address === address && entry.port === port);
    if (known && nowMs - known.lastMs <= keepMs) {
      known.lastMs = nowMs;
      return "looped";
    }
    if (known) {
      known.lastMs = nowMs;
      return "collision";
    }
    if (this.#addresses.length >= maxAddresses) {
      const stale = this.#addresses.findIndex((entry) => nowMs - entry.lastMs > keepMs);
      if (stale < 0) return "looped";
      this.#addresses.splice(stale, 1);
    }
    this.#addresses.push({ address, port, lastMs: nowMs });
    return "collision";
  }
}
