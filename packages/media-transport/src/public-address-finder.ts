import { addressFamily, delay, isWildcard, normaliseAddress, type Environment, type SocketAddress } from "@sidetone/infra-common";
import { locateStunServer, parseStunUri } from "@sidetone/stun-core";
import { MediaTransportError } from "./media-transport-error.ts";
import type { RtpTransport } from "./rtp-transport.ts";
import type { PublicMediaAddress } from "./stun-ports.ts";

/**
 * - `mapped`: there is a NAT, and the world sees the stream under `address`.
 * - `direct`: there is none: the world sees the stream under its own address.
 * - `unknown`: no server has answered; `isRepeated` where that is known from an earlier stream, and none was asked again.
 */
export type PublicAddressOutcome =
  | { readonly kind: "mapped"; readonly address: PublicMediaAddress; readonly server: SocketAddress }
  | { readonly kind: "direct" }
  | { readonly kind: "unknown"; readonly error: Error; readonly isRepeated: boolean };

/** How long the answers of all servers together are waited for: a call is waiting. Two requests to each fit in. */
const timeoutMs = 1_500;
/** The next server is asked when the one before has not answered for so long. */
const staggerMs = 250;
/** How long it is believed that there is no NAT in front of an address. */
const directForMs = 600_000;
/** How long calls are not kept waiting for servers that did not answer. */
const restMs = 60_000;

/**
 * Finds out under which address the world sees the ports of a stream, with one of several STUN servers, in bounded time.
 *
 * Where a server saw our own address there is no NAT, and for ten minutes nobody is asked for streams of that address. When no server
 * answered within 1.5 s, none is asked for a minute.
 */
export class PublicAddressFinder {
  readonly #environment: Environment;
  readonly #servers: readonly string[];
  /** Source addresses without a NAT in front, and until when that is believed. */
  readonly #direct = new Map<string, number>();
  /** Who answered last: towards it a wildcard socket's source address is asked for. */
  #answered: SocketAddress | undefined;
  #failure: { readonly error: Error; readonly untilMs: number } | undefined;

  /**
   * @param servers in order of preference: `stun.example.org`, `stun:192.0.2.1:3479`; UDP alone.
   * @throws {StunError} `STUN_OPTION_INVALID` for a server that is none.
   */
  constructor(environment: Environment, servers: readonly string[]) {
    for (const server of servers) parseStunUri(server);
    this.#environment = environment;
    this.#servers = [...servers];
  }

  /** Never rejects. */
  async find(transport: RtpTransport): Promise<PublicAddressOutcome> {
    const nowMs = this.#environment.clock.now();
    if (this.#failure && nowMs < this.#failure.untilMs) return { kind: "unknown", error: this.#failure.error, isRepeated: true };
    this.#failure = undefined;
    if (await this.#isKnownAsDirect(transport, nowMs)) return { kind: "direct" };
    try {
      return await this.#ask(transport);
    } catch (cause) {
      const error = new MediaTransportError("MEDIA_PUBLIC_ADDRESS_UNKNOWN", describe(cause), { cause });
      // A stream that was closed meanwhile says nothing of the servers.
      if (transport.isClosed) return { kind: "unknown", error, isRepeated: true };
      this.#failure = { error, untilMs: this.#environment.clock.now() + restMs };
      return { kind: "unknown", error, isRepeated: false };
    }
  }

  /** The network has changed: whatever was found out holds no more. */
  forget(): void {
    this.#direct.clear();
    this.#answered = undefined;
    this.#failure = undefined;
  }

  /** The first server that answers decides; the others are asked no more. */
  async #ask(transport: RtpTransport): Promise<PublicAddressOutcome> {
    const { clock } = this.#environment;
    const ending = new AbortController();
    const timer = clock.setTimer(timeoutMs, () => ending.abort(new Error(`nothing came within ${timeoutMs} ms`)));
    try {
      return await Promise.any(this.#servers.map((server, i) => this.#askOne(transport, server, i * staggerMs, ending.signal)));
    } finally {
      timer.cancel();
      ending.abort();
    }
  }

  async #askOne(transport: RtpTransport, text: string, waitMs: number, signal: AbortSignal): Promise<PublicAddressOutcome> {
    const { clock, network } = this.#environment;
    try {
      if (waitMs > 0) await delay(clock, waitMs, signal);
      const server = await locateStunServer(network, text, { family: addressFamily(transport.localAddress)!, signal });
      const address = await transport.learnPublicAddress(server, { signal });
      return await this.#judge(transport, server, address);
    } catch (cause) {
      throw new Error(`${text}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  async #judge(transport: RtpTransport, server: SocketAddress, address: PublicMediaAddress): Promise<PublicAddressOutcome> {
    this.#answered = server;
    const source = await this.#sourceOf(transport, server);
    const { rtp, rtcp } = address;
    const isDirect = rtp.address === source && rtp.port === transport.rtpPort && rtcp.port === transport.rtcpPort;
    if (!isDirect) return { kind: "mapped", address, server };
    this.#direct.set(source, this.#environment.clock.now() + directForMs);
    return { kind: "direct" };
  }

  async #isKnownAsDirect(transport: RtpTransport, nowMs: number): Promise<boolean> {
    if (this.#direct.size === 0 || !this.#answered) return false;
    const source = await this.#sourceOf(transport, this.#answered).catch(() => "");
    return nowMs < (this.#direct.get(source) ?? 0);
  }

  /** A wildcard socket sends from the address that the system chooses for the destination. */
  async #sourceOf({ localAddress }: RtpTransport, server: SocketAddress): Promise<string> {
    return normaliseAddress(isWildcard(localAddress) ? await this.#environment.network.sourceAddressFor(server.address) : localAddress);
  }
}

function describe(cause: unknown): string {
  const reasons = cause instanceof AggregateError ? cause.errors.map((error: Error) => error.message) : [String(cause)];
  return `no STUN server has told our public address: ${reasons.join("; ")}`;
}

/** Whether `text` names a STUN server over UDP, as {@link PublicAddressFinder} takes it. */
export function isStunServer(text: unknown): text is string {
  try {
    return typeof text === "string" && parseStunUri(text).host !== "";
  } catch {
    return false;
  }
}
