import type { Flow } from "@sidetone/sip-transport";

/** The flows that registrars know this user agent by (RFC 5626 §4.2): Contact then asks for requests to come over them. */
export class OutboundFlows {
  /** How many registrations hold on to each. */
  readonly #holders = new Map<string, number>();

  has(flow: Flow): boolean {
    return this.#holders.size > 0 && this.#holders.has(keyOf(flow));
  }

  add(flow: Flow): void {
    const key = keyOf(flow);
    this.#holders.set(key, (this.#holders.get(key) ?? 0) + 1);
  }

  delete(flow: Flow): void {
    const key = keyOf(flow);
    const left = (this.#holders.get(key) ?? 1) - 1;
    if (left > 0) this.#holders.set(key, left);
    else this.#holders.delete(key);
  }
}

function keyOf({ transport, localAddress, localPort, remoteAddress, remotePort }: Flow): string {
  return `${transport} ${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
