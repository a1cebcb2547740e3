import type { SourceLatch } from "./source-latch.ts";

/**
 * Decides whose RTCP is heard on a port of its own, and where RTCP is sent. It follows the RTP source: its address may use any port, the
 * first one that does counts. The signalled address and port always may.
 */
export class RtcpLatch {
  /** The source that counts; port −1 for none. */
  address = "";
  port = -1;
  #signalledAddress = "";
  #signalledPort = -1;

  /** Port −1: the SDP names none. */
  signal(address: string, port: number): void {
    if (port < 0 || (address === this.#signalledAddress && port === this.#signalledPort)) return;
    this.#signalledAddress = address;
    this.#signalledPort = port;
    this.release();
  }

  /** Forgets the source: RTP comes from elsewhere now. */
  release(): void {
    this.address = "";
    this.port = -1;
  }

  receive(address: string, port: number, rtp: SourceLatch): "accepted" | "latched" | "foreign" | "early" {
    if (port === this.port && address === this.address) return "accepted";
    if (this.#signalledPort < 0) return "early";
    const isSignalled = port === this.#signalledPort && address === this.#signalledAddress;
    const followsRtp = this.port < 0 && rtp.isLocked && address === rtp.address;
    if (!isSignalled && !followsRtp) return "foreign";
    this.address = address;
    this.port = port;
    return "latched";
  }

  /** Where to send: to the source that counts; else beside RTP where a NAT has moved that; else as signalled. */
  destinationAddress(rtp: SourceLatch): string {
    if (this.port >= 0) return this.address;
    return rtp.isLocked && !rtp.isSignalled ? rtp.address : this.#signalledAddress;
  }

  destinationPort(rtp: SourceLatch): number {
    if (this.port >= 0) return this.port;
    // RTCP on the next higher port is the rule of RFC 3550 §11; most NATs keep it.
    return rtp.isLocked && !rtp.isSignalled ? rtp.port + 1 : this.#signalledPort;
  }

  /** @see SourceLatch.isSignalled */
  get isSignalled(): boolean {
    return this.port === this.#signalledPort && this.address === this.#signalledAddress;
  }

  get signalledAddress(): string {
    return this.#signalledAddress;
  }

  get signalledPort(): number {
    return this.#signalledPort;
  }
}
