import { DialogError } from "@sidetone/dialog-core";
import { isWildcard, normaliseAddress, type Environment } from "@sidetone/infra-common";
import type { AudioCodec, CodecRegistry, LocalMediaAddress, MediaSession, PublicMediaAddress } from "@sidetone/media-core";
import type { CodecCapability, LocalOrigin, MediaCapability, MediaDirection } from "@sidetone/sdp-core";
import { codecCapabilities } from "./codec-capabilities.ts";

/** How a session's audio is described: what we can do and where we receive. */
export interface LocalAudioOptions {
  readonly environment: Environment;
  /** Makes the media session on first use. Its ports are bound when a description is first needed: a call that is refused opens none. */
  readonly createMedia: () => MediaSession;
  /** Numeric local address to bind ports to, as it is now. */
  readonly bindAddress: () => string;
  /** The codecs that there are here. */
  readonly registry: CodecRegistry;
  /** Those of this session, in order of preference. */
  readonly codecs: readonly AudioCodec[];
  /** Address to write into descriptions; undefined: the one bound, or for a wildcard the one from which the system reaches the peer. */
  readonly advertisedAddress: string | undefined;
  /** Finds the address to write in place of that; undefined: nobody does. */
  readonly addressing?: MediaAddressing | undefined;
  /** Host of the peer or its proxy, to find that address with while the peer has not said where it receives. */
  readonly peerHost: string | undefined;
  readonly dtmf: boolean;
  /** Packet time asked for, in milliseconds; undefined: none is written. */
  readonly ptimeMs: number | undefined;
  /** Further attributes of the audio stream, without `a=`. */
  readonly attributes: readonly string[];
}

/**
 * Under which address, and ports where those differ, a NAT shows the stream to the world; undefined: there is none, or nothing is known of
 * it. Asked once before the first description, and again by {@link LocalAudio.relocate}. Must not reject.
 */
export type MediaAddressing = (media: MediaSession) => Promise<FoundAddress | undefined>;

/** With its ports, or of the ports bound. */
type FoundAddress = PublicMediaAddress | { readonly address: string };

/** Where the stream is reached, as a description says it. */
interface DescribedPlace {
  readonly address: string;
  readonly port: number;
  readonly rtcpPort: number;
  /** Where it is not `address`. */
  readonly rtcpAddress: string | undefined;
}

/** What this side wants of the stream, beyond what offer and answer make of it. */
export interface AudioTerms {
  /** Whether this side holds the peer. */
  readonly held: boolean;
  /** In order of preference. */
  readonly codecs: readonly AudioCodec[];
}

/** What this description in particular says of the stream. */
export interface StreamTerms {
  readonly direction: MediaDirection;
  /** Whether RTCP may use the RTP port (RFC 5761). */
  readonly rtcpMux: boolean;
  /** Where the peer receives, if it has said so. */
  readonly remoteHost?: string | undefined;
}

/** What would be sent now, as SDP. Asking changes nothing, but that ports are bound if none were. */
export interface NegotiationPreview {
  /** The offer of a modification. */
  previewOffer(): Promise<string>;
  /** The answer to this offer of the peer's; rejects where it would be refused. */
  previewAnswer(offer: Uint8Array): Promise<string>;
}

/** A stream as `createOffer`, `createReoffer` and `createAnswer` of sdp-core take it. */
export interface AudioDescription {
  readonly origin: LocalOrigin;
  /** For c=. */
  readonly address: string;
  readonly media: readonly [MediaCapability];
}

/** The local side of a session's audio, shared by the negotiators of its forked dialogs. */
export class LocalAudio {
  readonly kind = "local";
  readonly environment: Environment;
  /** What a modification under way wants to change: our next offer asks for it, answers to the peer's offers do not. */
  proposal: Partial<AudioTerms> | undefined = undefined;
  /** That of the dialog that stands, or of the first while there is none. */
  preview: NegotiationPreview | undefined = undefined;
  readonly #options: LocalAudioOptions;
  #media: MediaSession | undefined;
  #origin: LocalOrigin | undefined;
  #found: FoundAddress | undefined;

  constructor(options: LocalAudioOptions) {
    this.#options = options;
    this.environment = options.environment;
  }

  get registry(): CodecRegistry {
    return this.#options.registry;
  }

  get initialTerms(): AudioTerms {
    return { held: false, codecs: this.#options.codecs };
  }

  /** The media session, made on first use. */
  get media(): MediaSession {
    return (this.#media ??= this.#options.createMedia());
  }

  /** The media session if there is one. */
  get openedMedia(): MediaSession | undefined {
    return this.#media;
  }

  /** Whether the peer is told another address than the one bound: a NAT is in the way. */
  isTranslated = false;

  /**
   * Finds the local address anew, after the machine's have changed; ports whose address has gone are bound anew where `bindAddress` says now.
   * Tells whether the next description will name another place than the last. Rejects when there is no way to the peer, or no port.
   */
  async relocate(remoteHost: string | undefined): Promise<boolean> {
    if (this.#found === undefined) return false;
    const before = await this.media.open();
    const described = placeOf(this.#found, before);
    const local = this.#isLost(before.address) ? await this.media.rebind(this.#options.bindAddress()) : before;
    this.#found = await this.#find(local.address, remoteHost);
    const { address, port } = placeOf(this.#found, local);
    return address !== described.address || port !== described.port;
  }

  /** The stream with these terms. The first call binds the ports and finds the address. */
  async describe(terms: AudioTerms, { direction, rtcpMux, remoteHost }: StreamTerms): Promise<AudioDescription> {
    const { dtmf, ptimeMs, attributes } = this.#options;
    const local = await this.media.open().catch(refuseForLackOfPorts);
    this.#found ??= await this.#find(local.address, remoteHost);
    const { address, port, rtcpPort, rtcpAddress } = placeOf(this.#found, local);
    this.#origin ??= { sessionId: newSessionId(this.environment), sessionVersion: "1", address };
    const stream: MediaCapability = {
      kind: "audio",
      port,
      rtcpPort,
      ...(rtcpAddress === undefined ? {} : { rtcpAddress }),
      codecs: codecCapabilities(terms.codecs, dtmf),
      rtcpMux,
      direction,
      attributes,
      ...(ptimeMs === undefined ? {} : { ptimeMs }),
    };
    return { origin: this.#origin, address, media: [stream] };
  }

  async #find(bound: string, remoteHost: string | undefined): Promise<FoundAddress> {
    const { addressing, advertisedAddress } = this.#options;
    const found = await addressing?.(this.media);
    this.isTranslated = found !== undefined || advertisedAddress !== undefined;
    return found ?? { address: advertisedAddress ?? (await this.#reachableAddress(bound, remoteHost)) };
  }

  #isLost(bound: string): boolean {
    return !isWildcard(bound) && !this.environment.network.localAddresses().includes(normaliseAddress(bound));
  }

  /** A description never carries 0.0.0.0 or ::, which would mean hold (RFC 3264 §8.4). */
  async #reachableAddress(bound: string, remoteHost: string | undefined): Promise<string> {
    if (!isWildcard(bound)) return bound;
    const { network } = this.environment;
    const host = remoteHost ?? this.#options.peerHost ?? "127.0.0.1";
    const [numeric] = await network.lookup(host);
    return network.sourceAddressFor(numeric?.address ?? host);
  }
}

function placeOf(found: FoundAddress, { rtpPort, rtcpPort }: LocalMediaAddress): DescribedPlace {
  if ("address" in found) return { address: found.address, port: rtpPort, rtcpPort, rtcpAddress: undefined };
  const { rtp } = found;
  // With rtcp-mux, which may have come in between, one port serves both.
  const rtcp = rtpPort === rtcpPort ? rtp : found.rtcp;
  return {
    address: rtp.address,
    port: rtp.port,
    rtcpPort: rtcp.port,
    rtcpAddress: rtcp.address === rtp.address ? undefined : rtcp.address,
  };
}

/** The fault is ours, and may be over soon: another server is worth a try (RFC 3261 §21.5.4). */
function refuseForLackOfPorts(cause: Error): never {
  throw new DialogError("DIALOG_MEDIA", `The audio has no port: ${cause.message}`, { cause, statusCode: 503 });
}

/** Seconds since 1900, as RFC 8866 §5.2 suggests, and random digits: unique, and below 2⁶² (RFC 3264 §5). */
function newSessionId({ clock, random }: Environment): string {
  const secondsSince1900 = Math.floor(clock.wallNow() / 1000) + 2_208_988_800;
  return `${secondsSince1900}${String(random.uint32() % 100_000).padStart(5, "0")}`;
}
