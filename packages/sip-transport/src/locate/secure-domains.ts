const capacity = 256;

/**
 * Domains whose NAPTR records once named SIPS: "if such records were present, but in later queries cease to appear, it is a sign of a
 * potential attack" (RFC 3263 §7).
 */
export class SecureDomains {
  readonly #domains = new Set<string>();

  /** Takes note of an answer; true when the domain was secure before, and is not said to be any more. */
  isDowngraded(domain: string, isSecure: boolean): boolean {
    const key = domain.toLowerCase();
    const wasSecure = this.#domains.delete(key);
    if (!isSecure && !wasSecure) return false;
    if (this.#domains.size >= capacity) this.#domains.delete(this.#domains.values().next().value as string);
    this.#domains.add(key);
    return !isSecure;
  }
}
