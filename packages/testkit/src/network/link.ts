import type { DropReason } from "../wire/wire-tap.ts";
import { Lane, type Transit } from "./lane.ts";
import type { LinkConditions } from "./link-conditions.ts";
import type { NetworkContext } from "./network-context.ts";
import { headerBytes, type Packet, type Station } from "./packet.ts";

/** First retransmission time-out of a stream's lost segment; it doubles with each further loss. */
const retransmissionMs = 200;

/** One direction between two addresses. */
export class Link {
  readonly #network: NetworkContext;
  conditions: LinkConditions;
  #partitioned = false;
  #busyUntilMs = 0;
  readonly #datagrams: Lane;
  /** A lane per stream, as a lost segment holds up its own stream only. */
  readonly #streams = new Map<string, Lane>();

  constructor(network: NetworkContext, conditions: LinkConditions) {
    this.#network = network;
    this.conditions = conditions;
    this.#datagrams = this.#newLane();
  }

  set partitioned(partitioned: boolean) {
    if (this.#partitioned && !partitioned) for (const lane of this.#streams.values()) lane.release(this.conditions.delayMs);
    this.#partitioned = partitioned;
  }

  /** Takes a packet towards `station`, or drops it. */
  carry(packet: Packet, station: Station): void {
    if (packet.protocol === "UDP") this.#carryDatagram({ packet, station });
    else this.#carrySegment({ packet, station });
  }

  #carryDatagram(transit: Transit): void {
    const { conditions } = this;
    const bytes = transit.packet.data.length + headerBytes(transit.packet);
    if (this.#partitioned) return this.#drop(transit, "partitioned");
    if (bytes > conditions.mtuBytes) return this.#drop(transit, "tooLong");
    if (this.#busyUntilMs - this.#network.clock.now() > conditions.queueLimitMs) return this.#drop(transit, "queueFull");
    const delayMs = this.#delayMs(bytes);
    if (this.#happens(conditions.lossRate)) return this.#drop(transit, "lost");
    if (this.#happens(conditions.reorderRate)) this.#newLane().carry(transit, delayMs + conditions.reorderDelayMs);
    else this.#datagrams.carry(transit, delayMs);
    if (this.#happens(conditions.duplicateRate)) this.#datagrams.carry(copyOf(transit), delayMs);
  }

  #carrySegment(transit: Transit): void {
    const { packet } = transit;
    // A SYN is retransmitted by its sender, which gives up at last.
    if (this.#partitioned && packet.segment === "SYN") return this.#drop(transit, "partitioned");
    let delayMs = this.#delayMs(packet.data.length + headerBytes(packet));
    for (let waitMs = retransmissionMs; waitMs < 60_000 && this.#happens(this.conditions.lossRate); waitMs *= 2) delayMs += waitMs;
    const key = laneOf(packet);
    let lane = this.#streams.get(key);
    if (!lane) this.#streams.set(key, (lane = this.#newLane()));
    lane.carry(transit, delayMs);
  }

  /** Time in the queue, on the wire and by chance. */
  #delayMs(bytes: number): number {
    const { delayMs, jitterMs, bandwidthBitsPerSecond } = this.conditions;
    const now = this.#network.clock.now();
    this.#busyUntilMs = Math.max(now, this.#busyUntilMs) + (bytes * 8000) / bandwidthBitsPerSecond;
    return this.#busyUntilMs - now + delayMs + (jitterMs > 0 ? this.#network.random.float() * jitterMs : 0);
  }

  #happens(rate: number): boolean {
    return rate > 0 && this.#network.random.float() < rate;
  }

  #newLane(): Lane {
    return new Lane(this.#network.clock, (transit, lane) => this.#onArrival(transit, lane));
  }

  #onArrival(transit: Transit, lane: Lane): void {
    const isDatagram = transit.packet.protocol === "UDP";
    if (this.#partitioned && isDatagram) this.#drop(transit, "partitioned");
    else if (this.#partitioned) lane.hold(transit);
    else transit.station.receive(transit.packet);
    if (!isDatagram && lane.isEmpty) this.#streams.delete(laneOf(transit.packet));
  }

  #drop({ packet }: Transit, reason: DropReason): void {
    this.#network.tap.report("dropped", packet, reason);
  }
}

function laneOf({ source, destination }: Packet): string {
  return `${source.port}>${destination.port}`;
}

/** The receiver of each copy owns its bytes. */
function copyOf({ packet, station }: Transit): Transit {
  return { packet: { ...packet, data: Buffer.from(packet.data) }, station };
}
