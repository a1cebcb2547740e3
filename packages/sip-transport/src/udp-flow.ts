import type { DatagramSocket, Clock } from "@sidetone/infra-common";
import type { StunClient } from "@sidetone/stun-core";
import type { Flow } from "./flow.ts";
import { traceMessage } from "./wire-trace.ts";

/** What the flows of one UDP socket share. */
export interface UdpFlowSocket {
  readonly socket: DatagramSocket;
  readonly clock: Clock;
  /** Asks under which address a peer sees the socket. */
  readonly stun: StunClient;
  readonly isClosed: boolean;
}

/** A UDP socket and one remote address. */
export class UdpFlow implements Flow {
  readonly owner: UdpFlowSocket;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly sentBy: string;
  /** Used again since the cache last looked for one to drop. */
  wasUsed = false;

  constructor(owner: UdpFlowSocket, localAddress: string, sentBy: string, remoteAddress: string, remotePort: number) {
    this.owner = owner;
    this.localAddress = localAddress;
    this.sentBy = sentBy;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }

  get transport(): "UDP" {
    return "UDP";
  }

  get reliable(): boolean {
    return false;
  }

  get secure(): boolean {
    return false;
  }

  get localPort(): number {
    return this.owner.socket.localPort;
  }

  get isClosed(): boolean {
    return this.owner.isClosed;
  }

  send(bytes: Uint8Array): void {
    const { socket, clock, isClosed } = this.owner;
    if (isClosed) return;
    traceMessage("sent", this, bytes, clock);
    socket.send(bytes, this.remotePort, this.remoteAddress);
  }

  /** Sends what is no message. */
  sendKeepAlive(bytes: Uint8Array): void {
    if (!this.isClosed) this.owner.socket.send(bytes, this.remotePort, this.remoteAddress);
  }
}
