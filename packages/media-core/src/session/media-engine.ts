import type { CodecRegistry } from "../codecs/codec-registry.ts";
import type { MediaSession, MediaSessionOptions, MediaSessionUser } from "./media-session.ts";

export interface MediaEngineOptions {
  /** RTP port range, both ends included; `first: 0` takes any free ports. Default 10000 to 20000. */
  rtpPorts?: { first: number; last: number };
  /** Default: the codecs of this package. */
  codecs?: CodecRegistry;
}

/** All media of one thread: its scheduler, its port range, its codecs. */
export interface MediaEngine {
  /** What can really be encoded and decoded here. */
  readonly codecs: CodecRegistry;
  readonly sessionCount: number;
  createSession(options: MediaSessionOptions, user: MediaSessionUser): MediaSession;
  /** The network has changed: STUN servers are asked again, whatever earlier sessions found out. */
  forgetPublicAddresses(): void;
  /** Closes every session. Idempotent. */
  close(): Promise<void>;
}
