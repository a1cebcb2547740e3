import { formatHostPort } from "@sidetone/infra-common";
import type { VirtualNetwork } from "../network/virtual-network.ts";
import { describePacket, type PacketKind } from "./describe-packet.ts";
import type { DropReason, WireEvent } from "./wire-tap.ts";

export interface WireLogOptions {
  /** Names to print instead of addresses: `{ "10.0.0.1": "alice" }`. */
  names?: Readonly<Record<string, string>>;
  /** Print every RTP and RTCP packet, instead of one line for a run of them. Default false. */
  everyMediaPacket?: boolean;
  /** Keep the handshakes and ends of streams too. Default false. */
  streamControl?: boolean;
  /** Packets kept; the oldest go first. Default 10,000. */
  capacity?: number;
}

/** One packet, as its sender sent it, and what became of it. */
export interface WireLogEntry {
  readonly atMs: number;
  readonly protocol: "UDP" | "TCP";
  readonly from: string;
  readonly to: string;
  readonly kind: PacketKind;
  readonly summary: string;
  readonly data: Buffer;
  /** Why it did not arrive. */
  dropped: DropReason | undefined;
}

/** A test's hook that runs a function when the test fails: vitest's `onTestFailed`. */
export type OnTestFailed = (listener: () => void) => void;

/** Keeps what goes over a {@link VirtualNetwork}, and prints it as a ladder. */
export class WireLog {
  readonly #options: WireLogOptions;
  readonly #entries: WireLogEntry[] = [];
  readonly #underWay = new Map<number, WireLogEntry>();
  readonly #stop: () => void;

  constructor(network: VirtualNetwork, options: WireLogOptions = {}) {
    this.#options = options;
    this.#stop = network.onPacket((event) => this.#onEvent(event));
  }

  get entries(): readonly WireLogEntry[] {
    return this.#entries;
  }

  /** The start lines of the SIP messages sent so far: what most tests compare. */
  get sipStartLines(): readonly string[] {
    return this.#entries.filter(({ kind }) => kind === "SIP").map(({ data }) => data.toString("latin1").split(/\r?\n/, 1)[0] as string);
  }

  clear(): void {
    this.#entries.length = 0;
    this.#underWay.clear();
  }

  /** Stops watching. */
  close(): void {
    this.#stop();
  }

  /** Prints the ladder when the test fails: `log.printOnFailure(onTestFailed)` with vitest's hook. */
  printOnFailure(onTestFailed: OnTestFailed, print: (text: string) => void = console.error): void {
    onTestFailed(() => print(`\nOn the wire:\n${this.toString()}\n`));
  }

  /** A line per packet: time in milliseconds, from → to, the start line or a summary, and what became of it. */
  toString(): string {
    const lines = this.#runs();
    const width = Math.max(0, ...lines.map(({ route }) => route.length));
    return lines.map(({ atMs, route, text }) => `${atMs.toFixed(1).padStart(10)}  ${route.padEnd(width)}  ${text}`).join("\n");
  }

  #onEvent(event: WireEvent): void {
    if (event.kind === "sent") this.#onSent(event);
    else if (event.kind === "dropped") {
      const entry = this.#underWay.get(event.packetId);
      if (entry) entry.dropped = event.reason;
    }
    if (event.kind !== "sent") this.#underWay.delete(event.packetId);
  }

  #onSent(event: WireEvent): void {
    const { kind, summary } = describePacket(event);
    if (kind === "TCP" && !this.#options.streamControl) return;
    const { atMs, protocol, data, source, destination } = event;
    const [from, to] = [this.#nameOf(source.address, source.port), this.#nameOf(destination.address, destination.port)];
    const entry: WireLogEntry = { atMs, protocol, from, to, kind, summary, data, dropped: undefined };
    this.#underWay.set(event.packetId, entry);
    if (this.#entries.push(entry) > (this.#options.capacity ?? 10_000)) this.#entries.shift();
  }

  #nameOf(address: string, port: number): string {
    return formatHostPort(this.#options.names?.[address] ?? address, port);
  }

  /** The lines of the ladder; media packets of one direction in a row make one line. */
  #runs(): { atMs: number; route: string; text: string }[] {
    const lines: { atMs: number; route: string; text: string; key: string; count: number; lost: number; summary: string }[] = [];
    for (const { atMs, protocol, from, to, kind, summary, dropped } of this.#entries) {
      const isMedia = kind === "RTP" || kind === "RTCP";
      const route = `${from} → ${to}`;
      const key = isMedia && !this.#options.everyMediaPacket ? `${route} ${kind}` : "";
      const run = key === "" ? undefined : lines.findLast((line) => line.key === key || line.key === "");
      if (run && run.key === key) {
        run.count++;
        if (dropped) run.lost++;
        run.text = `${run.summary}  ×${run.count}${run.lost > 0 ? `, ${run.lost} dropped` : ""}`;
        continue;
      }
      const text = `${kind === "SIP" || protocol === "TCP" ? `${protocol} ` : ""}${summary}${dropped ? `  ✗ ${dropped}` : ""}`;
      lines.push({ atMs, route, text, key, count: 1, lost: dropped ? 1 : 0, summary });
    }
    return lines;
  }
}
