/** Sets of settings for a purpose; see `mediaPresets`. */
export type MediaPreset = "VoiceOptimized" | "MusicOptimized" | "LowBandwidth" | "Secure" | "Legacy";

/** How media is to be. It holds all of the contract; `ClientBuilder.build()` refuses what this version cannot honour. */
export interface MediaConfig {
  /** Encoding names in order of preference: `PCMU`, `PCMA`. */
  preferredCodecs?: readonly string[];
  /** Takes the loudspeaker out of the microphone. Not available yet. */
  echoCancellation?: boolean;
  /** Not available yet. */
  noiseSuppression?: boolean;
  /** Not available yet. */
  autoGainControl?: boolean;
  /** Key presses as telephone-event (RFC 4733). Default true. */
  dtmfEnabled?: boolean;
  /** Most that one direction of a call may take on the wire, headers counted, in kbit/s. What no codec here keeps to is refused. */
  maxBandwidthKbps?: number;
  /** Packet time asked for, in milliseconds: a multiple of 10 from 10 to 60. */
  preferredPtimeMs?: number;
  /** Further attributes of the audio stream: `{ "x-team": "7" }` is written `a=x-team:7`, an empty value `a=x-team`. */
  customSdpAttributes?: Readonly<Record<string, string>>;
  /** Encryption of media. Only `off` is available yet. */
  srtp?: "require" | "prefer" | "off";
  /** Not available yet. */
  srtpProfiles?: readonly string[];
  /** RTP port range, both ends included; 0 for the first takes any free ports. */
  rtpPortStart?: number;
  rtpPortEnd?: number;
  /** What a held peer hears. Not available yet. */
  musicOnHoldPath?: string;
}

/** What each preset sets. */
export const mediaPresets: Readonly<Record<MediaPreset, MediaConfig>> = {
  VoiceOptimized: {
    preferredCodecs: ["opus", "G722", "PCMU", "PCMA"],
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    preferredPtimeMs: 20,
  },
  MusicOptimized: {
    preferredCodecs: ["opus"],
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
    preferredPtimeMs: 20,
  },
  LowBandwidth: { preferredCodecs: ["opus"], maxBandwidthKbps: 32, preferredPtimeMs: 60 },
  Secure: { srtp: "require" },
  Legacy: {
    preferredCodecs: ["PCMU", "PCMA"],
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
    dtmfEnabled: true,
    preferredPtimeMs: 20,
    srtp: "off",
  },
};
