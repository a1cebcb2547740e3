import type { Environment } from "@sidetone/infra-common";
import { isWildcard } from "@sidetone/infra-common";
import type { AudioCodec, MediaSession } from "@sidetone/media-core";
import type { CodecCapability, LocalOrigin, MediaCapability } from "@sidetone/sdp-core";

/** How a session's audio is described: what we can do, where we receive, what we want. Shared by the negotiators of forked dialogs. */
export interface LocalAudioOptions {
  readonly environment: Environment;
  /** Makes the media session when a description is first needed: a call that is refused opens no port. */
  readonly openMedia: () => MediaSession;
  /** In order of preference. */
  readonly codecs: readonly AudioCodec[];
  /** Address to write into descriptions; undefined: the address from which the system reaches the peer. */
  readonly advertisedAddress: string | undefined;
  /** A numeric address or host name of the peer or its proxy, to find the local address with; used when nothing better is known. */
  readonly peerAddress: string | undefined;
  readonly dtmf: boolean;
  /** Packet time asked for, in milliseconds; undefined: none is written. */
  readonly ptimeMs: number | undefined;
  /** Further attributes of the audio stream, without `a=`. */
  readonly attributes: readonly string[];
}

const firstDynamicPayloadType = 96;
/** The number that nearly every phone uses for telephone-event. */
const telephoneEventPayloadType = 101;

/** The local side of a session's audio stream. */
export class LocalAudio {
  /** Whether this side wants the peer on hold. */
  held = false;
  readonly #options: LocalAudioOptions;
  #codecs: readonly CodecCapability[] | undefined;
  #sessionId: string | undefined;
  #address: string | undefined;

  constructor(options: LocalAudioOptions) {
    this.#options = options;
  }

  get environment(): Environment {
    return this.#options.environment;
  }

  /** Binds the ports and finds the address on first use, then gives the stream as it is wanted now. */
  async describe(remoteAddress?: string): Promise<{ origin: LocalOrigin; media: MediaCapability[] }> {
    const local = await this.#options.openMedia().open();
    this.#codecs ??= codecCapabilities(this.#options.codecs, this.#options.dtmf);
    this.#sessionId ??= newSessionId(this.#options.environment);
    this.#address ??= this.#options.advertisedAddress ?? (await this.#reachableAddress(local.address, remoteAddress));
    const { ptimeMs, attributes } = this.#options;
    return {
      origin: { sessionId: this.#sessionId, sessionVersion: "1", address: this.#address },
      media: [
        {
          kind: "audio",
          port: local.rtpPort,
          rtcpPort: local.rtcpPort,
          codecs: this.#codecs,
          direction: this.held ? "sendonly" : "sendrecv",
          attributes,
          ...(ptimeMs === undefined ? {} : { ptimeMs }),
        },
      ],
    };
  }

  /** A description never carries 0.0.0.0 or ::, which would mean hold (RFC 3264 §8.4). */
  async #reachableAddress(bound: string, remoteAddress: string | undefined): Promise<string> {
    if (!isWildcard(bound)) return bound;
    const { network } = this.#options.environment;
    const peer = remoteAddress ?? this.#options.peerAddress ?? "127.0.0.1";
    const [numeric] = await network.lookup(peer);
    return network.sourceAddressFor(numeric?.address ?? peer);
  }
}

/** Seconds since 1900, as RFC 8866 §5.2 suggests, and random digits: unique, and below 2⁶² (RFC 3264 §5). */
function newSessionId({ clock, random }: Environment): string {
  return `${Math.floor(clock.wallNow() / 1000) + 2_208_988_800}${random.uint32() % 100_000}`;
}

function codecCapabilities(codecs: readonly AudioCodec[], dtmf: boolean): CodecCapability[] {
  let dynamic = firstDynamicPayloadType;
  const nextDynamic = (): number => (dynamic === telephoneEventPayloadType ? ++dynamic : dynamic) && dynamic++;
  const capabilities: CodecCapability[] = codecs.map(({ encodingName, clockRate, channels, staticPayloadType }) => ({
    encodingName,
    clockRate,
    channels,
    payloadType: staticPayloadType ?? nextDynamic(),
  }));
  if (!dtmf) return capabilities;
  // "RTP timestamps of events and audio share one clock" (RFC 4733 §2.1): one telephone-event for each clock rate.
  const clockRates = [...new Set(codecs.map(({ clockRate }) => clockRate))];
  const events = clockRates.map((clockRate, index) => ({
    encodingName: "telephone-event",
    clockRate,
    payloadType: index === 0 ? telephoneEventPayloadType : nextDynamic(),
    fmtp: "0-15",
  }));
  return [...capabilities, ...events];
}
