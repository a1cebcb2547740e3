import type { Clock, SocketAddress } from "@sidetone/infra-common";
import type { Packet, SegmentKind } from "../network/packet.ts";

/** Why a packet did not arrive. */
export type DropReason =
  | "lost" // by the link's loss rate
  | "partitioned"
  | "unreachable" // nobody has the address
  | "filtered" // the NAT has no mapping for it, or does not let this sender in
  | "tooLong" // longer than the link's MTU
  | "queueFull" // the link's bandwidth is used up
  | "asleep" // the machine is suspended
  | "portClosed";

/** What happened to a packet: sent by a host, received by a host, or dropped on the way. */
export interface WireEvent {
  readonly kind: "sent" | "received" | "dropped";
  /** The same for all events of one packet; a duplicate is received twice. */
  readonly packetId: number;
  /** Time of the clock in milliseconds. */
  readonly atMs: number;
  readonly protocol: "UDP" | "TCP";
  /** Addresses as they are at that place: behind a NAT, "sent" has the private and "received" the public source. */
  readonly source: SocketAddress;
  readonly destination: SocketAddress;
  readonly data: Buffer;
  /** TCP only. */
  readonly segment: SegmentKind | undefined;
  /** Present when dropped. */
  readonly reason: DropReason | undefined;
}

export type WireListener = (event: WireEvent) => void;

/** Tells listeners about every packet. */
export class WireTap {
  readonly #clock: Clock;
  readonly #listeners = new Set<WireListener>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the function that removes the listener. */
  add(listener: WireListener): () => void {
    const own: WireListener = (event) => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  report(kind: WireEvent["kind"], packet: Packet, reason?: DropReason): void {
    if (this.#listeners.size === 0) return;
    const { id: packetId, protocol, source, destination, segment } = packet;
    // A copy: the receiver owns the bytes it gets, and may write over them.
    const data = Buffer.from(packet.data);
    const event: WireEvent = { kind, packetId, atMs: this.#clock.now(), protocol, source, destination, data, segment, reason };
    for (const listener of this.#listeners) listener(event);
  }
}
