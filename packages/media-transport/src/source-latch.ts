import { isLoopback, isPrivate } from "@sidetone/infra-common";

/**
 * - `accepted`: from the source that counts.
 * - `latched`: the same, and it counts from this packet on.
 * - `unproven`: plausible, and more packets in sequence are wanted first.
 * - `foreign`: from anywhere else.
 * - `early`: the SDP is not here yet.
 */
export type LatchVerdict = "accepted" | "latched" | "unproven" | "foreign" | "early";

interface Candidate {
  address: string;
  port: number;
  ssrc: number;
  sequenceNumber: number;
  inSequence: number;
  /** When the first of these came. */
  sinceMs: number;
}

/** Sources watched at the same time while nobody counts. Of more, those that have shown least give way. */
const maxCandidates = 16;

/** Packets in sequence from one SSRC that a source must show before it counts. */
const packetsWanted = {
  /** The signalled address while another source counts: a single forged packet must not take the media away. */
  signalledInstead: 2,
  /** The signalled IP address, another port: a NAT that keeps addresses, or asymmetric ports. */
  sameAddress: 3,
  /** The signalled address is private, so a NAT is in the way and its address cannot be known. */
  behindNat: 5,
  /** The signalled address is public and somebody else sends, or loopback and another port does: half a second of 20 ms packets. */
  elsewhere: 25,
  /** Where media came from before the SDP changed: packets on their way must not win against the new source. */
  former: 25,
} as const;

/** Who needs 25 packets needs this time for them too: what comes in one burst is no call. */
const steadyMs = 400;

/** A source that counts and has not been heard for so long may have been given another port by its NAT. */
const silentMs = 1_000;

/**
 * Decides whose RTP is heard on a port, and where RTP is sent ("latching", symmetric RTP of RFC 4961).
 *
 * 1. Before the SDP nobody is heard.
 * 2. The signalled address and port count from their first packet.
 * 3. Within the window after the SDP, and while the signalled address is silent, another source counts once it has shown enough valid
 *    packets in sequence, of a negotiated payload type: the fewer, the likelier a NAT explains it. In place of a loopback address only another
 *    port of it may count: a sender that uses two sockets, or a container's port mapping.
 * 4. Whoever counts is locked in: everybody else is neither heard nor answered, until the SDP names another address.
 * 5. One exception: when the signalled address itself begins to send, it takes over, once and for good.
 * 6. Another: when the SDP names the same address again and the source that counts has been silent for a second, another port of its
 *    address may count, as with 3. A NAT that was restarted gives the peer's stream another port, and the peer knows no better.
 *
 * What this cannot do is tell the peer from an attacker who knows the port and sends first, while the peer is silent or behind a NAT: that takes SRTP.
 */
export class SourceLatch {
  /** The source that counts; port −1 for none. */
  address = "";
  port = -1;
  /** What the SDP said; port −1 for nothing. */
  signalledAddress = "";
  signalledPort = -1;
  /** The SDP wants nothing sent: port 0, or an unspecified address. */
  isSilent = false;
  /** When the source that counts was heard last. */
  #heardMs = 0;
  readonly #symmetric: boolean;
  readonly #windowMs: number;
  #windowEndMs = 0;
  #formerAddress = "";
  #formerPort = -1;
  #candidates: Candidate[] = [];
  /** The same address was signalled again since a source was locked in. */
  #isRenewed = false;

  /** @param symmetric false: only ports of the signalled address may count, and media are sent to the signalled port whatever is heard. */
  constructor(symmetric: boolean, windowMs: number) {
    this.#symmetric = symmetric;
    this.#windowMs = windowMs;
  }

  get isLocked(): boolean {
    return this.port >= 0;
  }

  get isSignalled(): boolean {
    return this.port === this.signalledPort && this.address === this.signalledAddress;
  }

  /** The SDP names an address (again). The same one leaves a locked source alone; so does port −1, by which it wants nothing sent. */
  signal(address: string, port: number, nowMs: number): void {
    this.isSilent = port < 0;
    if (this.isSilent) return;
    this.#windowEndMs = nowMs + this.#windowMs;
    if (address === this.signalledAddress && port === this.signalledPort) {
      this.#isRenewed = this.isLocked;
      return;
    }
    this.#formerAddress = this.address;
    this.#formerPort = this.port;
    this.signalledAddress = address;
    this.signalledPort = port;
    this.port = -1;
    this.address = "";
    this.#candidates = [];
  }

  /** Whether this is the source that counts. */
  isSource(address: string, port: number): boolean {
    return port === this.port && address === this.address;
  }

  /** A valid packet of the source that counts came. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  /** Whether packets from there can be anything but foreign: what is not need not be looked at. */
  mayAccept(address: string, port: number, nowMs: number): boolean {
    if (this.isSource(address, port)) return true;
    return !this.isLocked || (port === this.signalledPort && address === this.signalledAddress) || this.#mayHaveMoved(address, nowMs);
  }

  /** Whether RTCP on the RTP port is heard: from the source that counts, or the signalled one while none does. */
  mayHearRtcp(address: string, port: number): "accepted" | "foreign" | "early" {
    if (this.isSource(address, port)) return "accepted";
    if (this.signalledPort < 0) return "early";
    return !this.isLocked && port === this.signalledPort && address === this.signalledAddress ? "accepted" : "foreign";
  }

  /**
   * A valid RTP packet came.
   *
   * @param isNegotiated whether its payload type is one of the SDP's.
   */
  receive(address: string, port: number, ssrc: number, sequenceNumber: number, isNegotiated: boolean, nowMs: number): LatchVerdict {
    if (this.isSource(address, port)) {
      this.heard(nowMs);
      return "accepted";
    }
    if (this.signalledPort < 0) return "early";
    const isSignalled = port === this.signalledPort && address === this.signalledAddress;
    if (isSignalled && !this.isLocked) return this.#lock(address, port, nowMs);
    const mayCount = this.isLocked ? this.#mayHaveMoved(address, nowMs) : nowMs <= this.#windowEndMs;
    if (!isSignalled && !mayCount) return "foreign";
    const wanted = isSignalled ? packetsWanted.signalledInstead : this.#wantedFrom(address, port);
    if (!isNegotiated || wanted === Infinity) return "foreign";
    const { inSequence, sinceMs } = this.#watch(address, port, ssrc, sequenceNumber, nowMs);
    const isProven = inSequence >= wanted && (wanted < packetsWanted.elsewhere || nowMs - sinceMs >= steadyMs);
    return isProven ? this.#lock(address, port, nowMs) : "unproven";
  }

  #mayHaveMoved(address: string, nowMs: number): boolean {
    return this.#isRenewed && address === this.address && nowMs <= this.#windowEndMs && nowMs - this.#heardMs >= silentMs;
  }

  #wantedFrom(address: string, port: number): number {
    if (isLoopback(this.signalledAddress)) return address === this.signalledAddress ? packetsWanted.elsewhere : Infinity;
    if (address === this.#formerAddress && port === this.#formerPort) return packetsWanted.former;
    if (address === this.signalledAddress || address === this.address) return packetsWanted.sameAddress;
    if (!this.#symmetric) return Infinity;
    return isPrivate(this.signalledAddress) ? packetsWanted.behindNat : packetsWanted.elsewhere;
  }

  #watch(address: string, port: number, ssrc: number, sequenceNumber: number, nowMs: number): Candidate {
    let candidate = this.#candidates.find((known) => known.port === port && known.address === address);
    if (!candidate) {
      if (this.#candidates.length >= maxCandidates) this.#dropWeakest();
      candidate = { address, port, ssrc, sequenceNumber, inSequence: 0, sinceMs: nowMs };
      this.#candidates.push(candidate);
    }
    const follows = candidate.ssrc === ssrc && sequenceNumber === ((candidate.sequenceNumber + 1) & 0xffff);
    candidate.inSequence = follows ? candidate.inSequence + 1 : 1;
    if (!follows) candidate.sinceMs = nowMs;
    candidate.ssrc = ssrc;
    candidate.sequenceNumber = sequenceNumber;
    return candidate;
  }

  #dropWeakest(): void {
    let weakest = 0;
    for (const [index, { inSequence }] of this.#candidates.entries()) {
      if (inSequence < this.#candidates[weakest]!.inSequence) weakest = index;
    }
    this.#candidates.splice(weakest, 1);
  }

  #lock(address: string, port: number, nowMs: number): "latched" {
    this.address = address;
    this.port = port;
    this.#isRenewed = false;
    this.#heardMs = nowMs;
    this.#candidates = [];
    return "latched";
  }
}
