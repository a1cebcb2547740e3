import type { MediaNegotiator } from "@sidetone/dialog-core";
import type { MediaEngine, MediaSession } from "@sidetone/media-core";
import { codecsNamed } from "./codecs-named.ts";
import { ExternalAudio, type ExternalMedia } from "./negotiation/external-audio.ts";
import { LocalAudio, type MediaAddressing } from "./negotiation/local-audio.ts";
import { SdpNegotiator } from "./negotiation/sdp-negotiator.ts";
import type { Session } from "./session.ts";

/** How the audio of sessions is made and described. */
export interface SessionAudioOptions {
  readonly engine: MediaEngine;
  /** Numeric local address to bind RTP to; a wildcard is allowed. Read again for each session, and when an address of the machine has gone. */
  readonly bindAddress: string;
  /** Address to write into session descriptions. Default: the bound one, or for a wildcard the one that reaches the peer. */
  readonly advertisedAddress?: string;
  /** Whether key presses travel as telephone-event (RFC 4733). Default true. */
  readonly dtmf?: boolean;
  /** Packet time asked for: a multiple of 10. Default: none is asked for. */
  readonly ptimeMs?: number;
  /** Further attributes of the audio stream, without `a=`. */
  readonly attributes?: readonly string[];
  /** Ends a call after this long without anything heard; 0, the default: never. */
  readonly mediaTimeoutMs?: number;
}

/** How one call's audio gets through NATs. */
export interface NatOptions {
  /** Finds the address to write into this call's descriptions. Default: that of {@link SessionAudioOptions}. */
  readonly addressing?: MediaAddressing | undefined;
  /** Whether bindings of NATs are kept open while no RTP is sent (RFC 6263). Default true. */
  readonly keepsBindings?: boolean | undefined;
}

/** A session's audio, and what negotiates it for its first dialog. */
export interface NegotiatedAudio {
  readonly audio: LocalAudio | ExternalAudio;
  readonly negotiator: MediaNegotiator;
}

/** Audio made here. @throws {SessionError} `SESSION_CODEC`. */
export function localAudio(
  session: Session,
  options: SessionAudioOptions,
  codecs: readonly string[] | undefined,
  peerHost: string | undefined,
  { addressing, keepsBindings = true }: NatOptions,
): NegotiatedAudio {
  const registry = options.engine.codecs;
  const audio = new LocalAudio({
    environment: session.environment,
    createMedia: () => createMedia(session, options, keepsBindings),
    bindAddress: () => options.bindAddress,
    registry,
    codecs: codecsNamed(registry, codecs),
    advertisedAddress: options.advertisedAddress,
    ...(addressing ? { addressing } : {}),
    peerHost,
    dtmf: options.dtmf ?? true,
    ptimeMs: options.ptimeMs,
    attributes: options.attributes ?? [],
  });
  return { audio, negotiator: new SdpNegotiator(audio, session) };
}

/** Audio of the application; `sdp` is the description for the first offer or answer. */
export function externalAudio(session: Session, media: ExternalMedia, sdp: string | undefined): NegotiatedAudio {
  const audio = new ExternalAudio(media, session);
  if (sdp !== undefined) audio.prepare(sdp);
  return { audio, negotiator: audio };
}

function createMedia(
  session: Session,
  { engine, bindAddress, ptimeMs, dtmf, mediaTimeoutMs }: SessionAudioOptions,
  keepsBindings: boolean,
): MediaSession {
  return engine.createSession(
    {
      localAddress: bindAddress,
      ...(ptimeMs === undefined ? {} : { ptimeMs }),
      ...(dtmf === undefined ? {} : { dtmf }),
      ...(mediaTimeoutMs === undefined ? {} : { mediaTimeoutMs }),
      ...(keepsBindings ? {} : { keepAliveMs: 0 }),
    },
    session,
  );
}
