import type { FailoverOptions } from "@sidetone/dialog-core";
import type { Environment } from "@sidetone/infra-common";
import type { TlsOptions, TransportName, WebSocketOptions } from "@sidetone/sip-transport";
import type { AccountOptions } from "../config/account-options.ts";
import { newClient } from "../client/new-client.ts";
import type { NatMode } from "../nat/nat-mode.ts";
import { ClientManager } from "../manager/client-manager.ts";
import type { ClientLimits } from "../security/security-options.ts";
import type { ClientConfig } from "./client-config.ts";
import { MediaConfigBuilder } from "./media-config-builder.ts";
import type { MediaConfig, MediaPreset } from "./media-config.ts";
import { mediaPresets } from "./media-config.ts";
import { optionsFromConfig } from "./options-from-config.ts";

/**
 * Collects the settings of a client, call by call; a later one replaces an earlier one. `build()` checks them all together.
 *
 * Settings of the contract that this version cannot honour are here too: `build()` refuses them by name, so that nothing is ignored.
 */
export class ClientBuilder {
  #config: ClientConfig;
  /** The presets asked for, to be named when they cannot be honoured. */
  readonly #presets: string[] = [];

  /** @param config settings to begin with. */
  constructor(config: ClientConfig = {}) {
    this.#config = { ...config };
  }

  /** Where to take SIP: `127.0.0.1:5060`, port 0 for any. */
  localAddress(address: string | readonly string[]): this {
    return this.#set({ localSipAddress: address });
  }

  /** Numeric address to bind RTP to. */
  mediaAddress(address: string): this {
    return this.#set({ localMediaAddress: address });
  }

  /** User-Agent and Server header field. */
  userAgent(text: string): this {
    return this.#set({ userAgent: text });
  }

  /** Completes bare users and numbers. */
  domain(domain: string): this {
    return this.#set({ domain });
  }

  /** Adds an identity; the first is meant where none is named. */
  account(options: AccountOptions): this {
    return this.#set({ accounts: [...(this.#config.accounts ?? []), options] });
  }

  /** URN that registrars know this client by (RFC 5626 §4.1). Default: a new one. */
  instanceId(urn: string): this {
    return this.#set({ instanceId: urn });
  }

  /** URI of the proxy that every request goes to first, of accounts that name none. */
  outboundProxy(uri: string): this {
    return this.#set({ outboundProxy: uri });
  }

  /** As in `ClientOptions`: which are listened on. A URI may ask for any. */
  transports(transports: readonly TransportName[]): this {
    return this.#set({ transports });
  }

  /** Certificates and trust. */
  tls(options: TlsOptions): this {
    return this.#set({ tls: options });
  }

  /** Path, origin and liveness of WebSocket connections. */
  webSocket(options: WebSocketOptions): this {
    return this.#set({ webSocket: options });
  }

  /** How the client is reached through a NAT, for accounts that say nothing of it themselves: `auto` by default. */
  nat(mode: NatMode): this {
    return this.#set({ nat: mode });
  }

  /** What becomes of requests of those whom nobody knows; see `ClientOptions`. */
  strangers(policy: "answer" | "ignore"): this {
    return this.#set({ strangers: policy });
  }

  /** Who is no stranger: addresses, networks and host names. */
  peers(peers: readonly string[]): this {
    return this.#set({ peers });
  }

  /** How much others may make the client do and keep. */
  limits(limits: ClientLimits): this {
    return this.#set({ limits });
  }

  /** Whether to follow the machine's addresses and to notice its sleeps, as it does unless told otherwise. */
  networkWatch(enabled: boolean): this {
    return this.#set({ networkWatch: enabled });
  }

  /** How requests move between the servers of a name: how long one may be silent, and when an account goes back to the better one. */
  failover(options: FailoverOptions): this {
    return this.#set({ failover: options });
  }

  /** Calls at the same time; further ones are refused with 486. */
  maxConcurrentCalls(count: number): this {
    return this.#set({ maxConcurrentCalls: count });
  }

  /** Hangs up after so many seconds from the answer; 0: never. */
  maxCallDuration(seconds: number): this {
    return this.#set({ maxCallDurationSeconds: seconds });
  }

  /** Session expiry (RFC 4028), in seconds. Not available yet; 0 is fine. */
  sessionTimer(seconds: number): this {
    return this.#set({ sessionTimeoutSeconds: seconds });
  }

  /** Changes media settings one by one: `withMedia((m) => m.codecs(["PCMA"]).preferredPtime(20))`. */
  withMedia(change: (media: MediaConfigBuilder) => unknown): this {
    const media = new MediaConfigBuilder(this.#config.media ?? {});
    change(media);
    return this.#set({ media: media.config });
  }

  /** Sets several media settings at once. */
  mediaConfig(config: MediaConfig): this {
    return this.#set({ media: { ...this.#config.media, ...config } });
  }

  /** Sets what a purpose needs; see `mediaPresets`. Of the five only `Legacy` is available yet. */
  mediaPreset(preset: MediaPreset): this {
    this.#presets.push(preset);
    return this.mediaConfig(Object.hasOwn(mediaPresets, preset) ? mediaPresets[preset] : {});
  }

  codecs(names: readonly string[]): this {
    return this.withMedia((media) => media.codecs(names));
  }

  /** Not available yet; `false` is fine. */
  echoCancellation(enabled: boolean): this {
    return this.withMedia((media) => media.echoCancellation(enabled));
  }

  /** Only `off` is available yet. */
  srtp(mode: "require" | "prefer" | "off"): this {
    return this.withMedia((media) => media.srtp(mode));
  }

  /** `srtp("require")` or `srtp("off")`. */
  requireSrtp(required: boolean): this {
    return this.withMedia((media) => media.requireSrtp(required));
  }

  /** Not available yet. */
  srtpProfiles(profiles: readonly string[]): this {
    return this.withMedia((media) => media.srtpProfiles(profiles));
  }

  /** Both ends included; 0 for the first takes any free ports. */
  rtpPorts(first: number, last: number): this {
    return this.withMedia((media) => media.rtpPorts(first, last));
  }

  /** Not available yet. */
  musicOnHold(path: string): this {
    return this.withMedia((media) => media.musicOnHold(path));
  }

  /** Clock, randomness, network, log. */
  environment(environment: Environment): this {
    return this.#set({ environment });
  }

  /**
   * Checks everything and makes the client, which opens its ports with `start()`.
   *
   * @throws {ClientError} Rejects with `CONFIG_INVALID` when a setting makes no sense, else with `CONFIG_UNSUPPORTED` when one cannot be
   *   honoured; the message names them all.
   */
  async build(): Promise<ClientManager> {
    return new ClientManager(newClient(optionsFromConfig(this.#config, this.#presets)));
  }

  #set(change: ClientConfig): this {
    this.#config = { ...this.#config, ...change };
    return this;
  }
}
