import type { Environment } from "@sidetone/infra-common";
import { PublicAddressFinder, RtpPortAllocator } from "@sidetone/media-transport";
import { CodecRegistry } from "../codecs/codec-registry.ts";
import { FrameScratch } from "../graph/frame-scratch.ts";
import { MediaScheduler } from "../graph/media-scheduler.ts";
import type { MediaEngine, MediaEngineOptions } from "./media-engine.ts";
import type { MediaSession, MediaSessionOptions, MediaSessionUser } from "./media-session.ts";
import { RtpMediaSession } from "./rtp-media-session.ts";

/** The media of this thread. */
export function createMediaEngine(environment: Environment, options: MediaEngineOptions = {}): MediaEngine {
  return new ThreadMediaEngine(environment, options);
}

class ThreadMediaEngine implements MediaEngine {
  readonly codecs: CodecRegistry;
  readonly #environment: Environment;
  readonly #scheduler: MediaScheduler;
  readonly #scratch = new FrameScratch();
  readonly #ports: RtpPortAllocator;
  readonly #sessions = new Set<RtpMediaSession>();
  /** By the servers that they ask. */
  readonly #finders = new Map<string, PublicAddressFinder>();

  constructor(environment: Environment, { codecs, rtpPorts }: MediaEngineOptions) {
    this.#environment = environment;
    this.codecs = codecs ?? new CodecRegistry();
    this.#scheduler = new MediaScheduler(environment.clock);
    this.#ports = new RtpPortAllocator(environment, rtpPorts ? { firstPort: rtpPorts.first, lastPort: rtpPorts.last } : {});
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  createSession(options: MediaSessionOptions, user: MediaSessionUser): MediaSession {
    const session = new RtpMediaSession({
      environment: this.#environment,
      scheduler: this.#scheduler,
      scratch: this.#scratch,
      ports: this.#ports,
      codecs: this.codecs,
      finderOf: (servers) => this.#finderOf(servers),
      options,
      user,
      onClosed: (closed) => this.#sessions.delete(closed),
    });
    this.#sessions.add(session);
    return session;
  }

  forgetPublicAddresses(): void {
    for (const finder of this.#finders.values()) finder.forget();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
    this.#scheduler.close();
  }

  #finderOf(servers: readonly string[]): PublicAddressFinder {
    const key = servers.join(" ");
    const finder = this.#finders.get(key) ?? new PublicAddressFinder(this.#environment, servers);
    this.#finders.set(key, finder);
    return finder;
  }
}
