import {
  addressFamily,
  formatHostPort,
  NetworkError,
  normaliseAddress,
  type BindDatagramOptions,
  type DatagramReceiver,
  type DatagramSocket,
  type Environment,
} from "@sidetone/infra-common";
import { MediaTransportError } from "./media-transport-error.ts";
import { PortRange } from "./port-range.ts";

/** Where ports for RTP and RTCP are taken from by default. */
export const defaultRtpPorts = { firstPort: 10_000, lastPort: 20_000 } as const;

export interface RtpPortAllocatorOptions {
  /** Lowest and highest port for RTP and RTCP. Defaults {@link defaultRtpPorts}; `firstPort: 0` leaves the choice to the system. */
  firstPort?: number;
  lastPort?: number;
  /**
   * How long a port rests after its call, so that late packets of that call do not reach the next one. Default 5000.
   * Resting ports are never given out: a range has to hold the calls of this time on top of those that are up.
   */
  drainMs?: number;
}

export interface OpenRtpPortsOptions {
  /** Numeric local address. */
  localAddress: string;
  receiver: DatagramReceiver;
  /** One port for RTP and RTCP (RFC 5761). Default false. */
  rtcpMux?: boolean | undefined;
  /** Kernel buffer sizes to ask for, in bytes. */
  receiveBufferBytes?: number | undefined;
  sendBufferBytes?: number | undefined;
}

/** Bound sockets of one stream. */
export interface RtpPorts {
  /** On an even port. */
  readonly rtp: DatagramSocket;
  /** On the odd port above; undefined with rtcp-mux. */
  readonly rtcp: DatagramSocket | undefined;
  /** Closes both. Idempotent; the ports are free when the promise resolves, and rest for `drainMs` before this allocator gives them out again. */
  close(): Promise<void>;
}

/** Tries to find an even and an odd port that the system gives in a row. */
const anyPortAttempts = 64;

/**
 * Gives out RTP ports: an even one for RTP and the odd one above it for RTCP (RFC 3550 §11), unpredictable, and rested after each call.
 * One allocator serves all calls of a process; each local address has the whole range.
 */
export class RtpPortAllocator {
  readonly #environment: Environment;
  readonly #firstPort: number;
  readonly #lastPort: number;
  readonly #drainMs: number;
  readonly #ranges = new Map<string, PortRange>();
  /** With any free ports: when ports given back may be used again. */
  readonly #resting = new Map<number, number>();

  /** @throws {MediaTransportError} `MEDIA_OPTION_INVALID` for a range without a pair of ports. */
  constructor(environment: Environment, options: RtpPortAllocatorOptions = {}) {
    const { firstPort = defaultRtpPorts.firstPort, lastPort = defaultRtpPorts.lastPort, drainMs = 5000 } = options;
    const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65_535;
    if (!isPort(firstPort) || (firstPort > 0 && (!isPort(lastPort) || firstPort + (firstPort % 2) + 1 > lastPort)) || !(drainMs >= 0)) {
      throw new MediaTransportError(
        "MEDIA_OPTION_INVALID",
        `RTP ports ${firstPort}-${lastPort}, resting ${drainMs} ms: there is no pair of ports in it`,
      );
    }
    this.#environment = environment;
    this.#firstPort = firstPort;
    this.#lastPort = lastPort;
    this.#drainMs = drainMs;
  }

  /**
   * Binds the ports of one stream.
   *
   * @throws {MediaTransportError} `MEDIA_PORTS_EXHAUSTED` when all pairs are in use or resting; `MEDIA_ADDRESS_INVALID` when `localAddress` is no numeric address.
   * @throws {NetworkError} when the address cannot be bound for another reason than that.
   */
  open(options: OpenRtpPortsOptions): Promise<RtpPorts> {
    if (addressFamily(options.localAddress) === undefined) {
      return Promise.reject(
        new MediaTransportError("MEDIA_ADDRESS_INVALID", `${JSON.stringify(options.localAddress)} is no numeric address`),
      );
    }
    return this.#firstPort === 0 ? this.#openAny(options) : this.#openInRange(options, this.#rangeOf(options.localAddress));
  }

  #rangeOf(localAddress: string): PortRange {
    const key = normaliseAddress(localAddress);
    let range = this.#ranges.get(key);
    if (!range) {
      const { clock, random } = this.#environment;
      this.#ranges.set(key, (range = new PortRange(clock, random, this.#firstPort, this.#lastPort, this.#drainMs)));
    }
    return range;
  }

  async #openInRange(options: OpenRtpPortsOptions, range: PortRange): Promise<RtpPorts> {
    let cause: unknown;
    for (let port = range.take(); port !== undefined; port = range.take()) {
      const taken = port;
      try {
        return await this.#bind(options, taken, () => range.drain(taken));
      } catch (error) {
        if (!NetworkError.is(error, "NETWORK_ADDRESS_IN_USE")) {
          range.release(taken);
          throw error;
        }
        // Another program holds it, or another socket of ours on the wildcard address: leave it alone for a while.
        range.drain(taken);
        cause = error;
      }
    }
    throw this.#exhausted(options, `${this.#firstPort}-${this.#lastPort}`, cause);
  }

  async #openAny(options: OpenRtpPortsOptions): Promise<RtpPorts> {
    const nowMs = this.#environment.clock.now();
    for (const [port, untilMs] of this.#resting) if (untilMs <= nowMs) this.#resting.delete(port);
    let cause: unknown;
    for (let attempt = 0; attempt < anyPortAttempts; attempt++) {
      // The system proposes a port; the pair that it belongs to is what we want.
      const probe = await this.#environment.network.bindDatagram({ address: options.localAddress, port: 0 }, deaf);
      const port = probe.localPort & ~1;
      await probe.close();
      if (this.#resting.has(port)) continue;
      try {
        return await this.#bind(options, port, () => this.#resting.set(port, this.#environment.clock.now() + this.#drainMs));
      } catch (error) {
        if (!NetworkError.is(error, "NETWORK_ADDRESS_IN_USE") && !NetworkError.is(error, "NETWORK_PERMISSION_DENIED")) throw error;
        cause = error;
      }
    }
    throw this.#exhausted(options, "that the system gives", cause);
  }

  async #bind(options: OpenRtpPortsOptions, port: number, drain: () => void): Promise<RtpPorts> {
    const { network } = this.#environment;
    const { receiver, rtcpMux = false } = options;
    const rtp = await network.bindDatagram(bindOptions(options, port), receiver);
    let rtcp: DatagramSocket | undefined;
    try {
      if (!rtcpMux) rtcp = await network.bindDatagram(bindOptions(options, port + 1), receiver);
    } catch (error) {
      await rtp.close();
      throw error;
    }
    let closed: Promise<void> | undefined;
    const close = (): Promise<void> => (closed ??= Promise.all([rtp.close(), rtcp?.close()]).then(drain));
    return { rtp, rtcp, close };
  }

  #exhausted({ localAddress }: OpenRtpPortsOptions, range: string, cause: unknown): MediaTransportError {
    const message = `no free RTP ports on ${formatHostPort(localAddress)} among ${range}: all are in use or rest after a call`;
    return new MediaTransportError("MEDIA_PORTS_EXHAUSTED", message, { cause });
  }
}

const deaf: DatagramReceiver = { onDatagram: () => {}, onSocketError: () => {} };

function bindOptions({ localAddress, receiveBufferBytes, sendBufferBytes }: OpenRtpPortsOptions, port: number): BindDatagramOptions {
  return {
    address: localAddress,
    port,
    ...(receiveBufferBytes === undefined ? {} : { receiveBufferBytes }),
    ...(sendBufferBytes === undefined ? {} : { sendBufferBytes }),
  };
}
