import { addressFamily, anySignal, type DatagramSocket, type Environment, type SocketAddress } from "@sidetone/infra-common";
import { StunClient, type BindingOptions } from "@sidetone/stun-core";
import { MediaTransportError } from "./media-transport-error.ts";

/** Where the world sees the ports of a stream. */
export interface PublicMediaAddress {
  readonly rtp: SocketAddress;
  /** The same as `rtp` with rtcp-mux. Where it is not the next port, the SDP needs `a=rtcp` (RFC 3605). */
  readonly rtcp: SocketAddress;
}

/** STUN on the sockets of one stream, beside its media. */
export class StunPorts {
  readonly #rtpSocket: DatagramSocket;
  readonly #rtp: StunClient;
  /** Undefined with rtcp-mux. */
  #rtcp: StunClient | undefined;

  constructor(environment: Environment, rtpSocket: DatagramSocket, rtcpSocket: DatagramSocket | undefined) {
    this.#rtpSocket = rtpSocket;
    this.#rtp = new StunClient(environment, rtpSocket);
    this.#rtcp = rtcpSocket && new StunClient(environment, rtcpSocket);
  }

  /** Asks from both ports at once; the failure of one ends both. */
  async learn(server: SocketAddress, options: BindingOptions): Promise<PublicMediaAddress> {
    const { family } = this.#rtpSocket;
    if ((addressFamily(server.address) ?? family) !== family) {
      throw new MediaTransportError("MEDIA_ADDRESS_FAMILY_MISMATCH", `${server.address} cannot be reached from an IPv${family} socket`);
    }
    const ending = new AbortController();
    const signal = anySignal(options.signal, ending.signal);
    const ask = (client: StunClient): Promise<SocketAddress> =>
      client.requestBinding(server, { ...options, signal: signal.signal }).then(({ mappedAddress }) => mappedAddress);
    try {
      const rtp = ask(this.#rtp);
      const [rtpAddress, rtcpAddress] = await Promise.all([rtp, this.#rtcp ? this.#askRtcp(ask(this.#rtcp), rtp) : rtp]);
      return { rtp: rtpAddress, rtcp: rtcpAddress };
    } finally {
      ending.abort();
      signal[Symbol.dispose]();
    }
  }

  /** Both sides agreed on one port meanwhile. */
  closeRtcp(): void {
    const rtcp = this.#rtcp;
    this.#rtcp = undefined;
    rtcp?.close();
  }

  /** Whether the datagram answers one of our questions. */
  receive(data: Uint8Array, address: string, port: number, socket: DatagramSocket): boolean {
    const client = socket === this.#rtpSocket ? this.#rtp : this.#rtcp;
    return client?.receiveDatagram(data, address, port) ?? false;
  }

  onUnreachable(error: Error, destination: SocketAddress): void {
    this.#rtp.onUnreachable(error, destination);
    this.#rtcp?.onUnreachable(error, destination);
  }

  close(): void {
    this.#rtp.close();
    this.#rtcp?.close();
  }

  /** Where rtcp-mux comes in between, the address of RTP is that of RTCP. */
  async #askRtcp(rtcp: Promise<SocketAddress>, rtp: Promise<SocketAddress>): Promise<SocketAddress> {
    try {
      return await rtcp;
    } catch (error) {
      if (this.#rtcp) throw error;
      return rtp;
    }
  }
}
