const maxAddresses = 64;
const maxDatagrams = 256;

/** A datagram that waits. */
export interface HeldDatagram {
  readonly bytes: Buffer;
  readonly address: string;
  readonly port: number;
}

/** Datagrams in order of arrival, by remote address, until something is known about that address. Bounded, since strangers fill it. */
export class HeldDatagrams {
  readonly #byAddress = new Map<string, HeldDatagram[]>();
  #size = 0;

  /** Returns "first" for the first datagram of an address, "full" when there is no room for it. */
  hold(datagram: HeldDatagram): "first" | "held" | "full" {
    if (this.#size >= maxDatagrams) return "full";
    const held = this.#byAddress.get(datagram.address);
    if (!held && this.#byAddress.size >= maxAddresses) return "full";
    this.#size++;
    if (!held) this.#byAddress.set(datagram.address, [datagram]);
    else held.push(datagram);
    return held ? "held" : "first";
  }

  /** Takes out what waits for `address`. */
  take(address: string): readonly HeldDatagram[] {
    const held = this.#byAddress.get(address) ?? [];
    this.#byAddress.delete(address);
    this.#size -= held.length;
    return held;
  }
}
