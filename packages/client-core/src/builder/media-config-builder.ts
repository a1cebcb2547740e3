import type { MediaConfig } from "./media-config.ts";

/** Collects media settings, for `ClientBuilder.withMedia`. Each method says one; see {@link MediaConfig}. */
export class MediaConfigBuilder {
  /** @internal */
  readonly config: MediaConfig;

  /** @internal */
  constructor(config: MediaConfig) {
    this.config = { ...config };
  }

  codecs(names: readonly string[]): this {
    this.config.preferredCodecs = names;
    return this;
  }

  echoCancellation(enabled: boolean): this {
    this.config.echoCancellation = enabled;
    return this;
  }

  noiseSuppression(enabled: boolean): this {
    this.config.noiseSuppression = enabled;
    return this;
  }

  autoGainControl(enabled: boolean): this {
    this.config.autoGainControl = enabled;
    return this;
  }

  dtmfEnabled(enabled: boolean): this {
    this.config.dtmfEnabled = enabled;
    return this;
  }

  maxBandwidthKbps(kilobitsPerSecond: number): this {
    this.config.maxBandwidthKbps = kilobitsPerSecond;
    return this;
  }

  /** In milliseconds. */
  preferredPtime(ptimeMs: number): this {
    this.config.preferredPtimeMs = ptimeMs;
    return this;
  }

  customAttributes(attributes: Readonly<Record<string, string>>): this {
    this.config.customSdpAttributes = attributes;
    return this;
  }

  srtp(mode: "require" | "prefer" | "off"): this {
    this.config.srtp = mode;
    return this;
  }

  /** `srtp("require")` or `srtp("off")`. */
  requireSrtp(required: boolean): this {
    return this.srtp(required ? "require" : "off");
  }

  srtpProfiles(profiles: readonly string[]): this {
    this.config.srtpProfiles = profiles;
    return this;
  }

  rtpPorts(first: number, last: number): this {
    this.config.rtpPortStart = first;
    this.config.rtpPortEnd = last;
    return this;
  }

  /** @param path of a WAV file. */
  musicOnHold(path: string): this {
    this.config.musicOnHoldPath = path;
    return this;
  }
}
