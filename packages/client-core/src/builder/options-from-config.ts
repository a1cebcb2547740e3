import { parseHostPort } from "@sidetone/infra-common";
import { checkNames } from "../config/check-names.ts";
import { checkOptions } from "../config/check-options.ts";
import type { ClientConfig } from "./client-config.ts";
import type { ClientMediaOptions, ClientOptions } from "../config/client-options.ts";
import { ConfigProblems } from "../config/config-problems.ts";
import type { KnownNames } from "../config/known-names.ts";
import { mediaPresets, type MediaConfig } from "./media-config.ts";

const knownOfConfig: KnownNames<ClientConfig> = {
  localSipAddress: true,
  localMediaAddress: true,
  media: true,
  userAgent: true,
  sessionTimeoutSeconds: true,
  strangers: true,
  peers: true,
  limits: true,
  failover: true,
  maxConcurrentCalls: true,
  maxCallDurationSeconds: true,
  domain: true,
  accounts: true,
  instanceId: true,
  outboundProxy: true,
  transports: true,
  tls: true,
  networkWatch: true,
  webSocket: true,
  nat: true,
  enableAudio: true,
  enableVideo: true,
  environment: true,
};
const knownOfMedia: KnownNames<MediaConfig> = {
  preferredCodecs: true,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  dtmfEnabled: true,
  maxBandwidthKbps: true,
  preferredPtimeMs: true,
  customSdpAttributes: true,
  srtp: true,
  srtpProfiles: true,
  rtpPortStart: true,
  rtpPortEnd: true,
  musicOnHoldPath: true,
};

/** What the options beneath are called in a configuration. */
const names: Readonly<Record<string, string>> = {
  listen: "localAddress",
  maxCalls: "maxConcurrentCalls",
  maxCallSeconds: "maxCallDuration",
  "account.outboundProxy": "outboundProxy",
  "media.address": "mediaAddress",
  "media.codecs": "codecs",
  "media.ptimeMs": "preferredPtime",
  "media.rtpPorts": "rtpPorts",
  "media.sdpAttributes": "customAttributes",
};

/**
 * G.711 at 10 ms a packet, the shortest that a peer may ask for: 64 kbit/s of audio and 40 bytes of IP, UDP and RTP headers in every packet.
 * That it never exceeds.
 */
const mostBandwidthKbps = 96;

/**
 * The options of a configuration.
 *
 * @throws {ClientError} `CONFIG_INVALID` or `CONFIG_UNSUPPORTED` with every field at fault.
 */
export function optionsFromConfig(config: ClientConfig, presets: readonly string[]): ClientOptions {
  const problems = new ConfigProblems(names);
  checkNames(config, knownOfConfig, "", problems);
  checkNames(config.media ?? {}, knownOfMedia, "media.", problems);
  refuseUnavailable(config, problems);
  refuseUnavailableMedia(config.media ?? {}, presets, problems);
  const options = translate(config, problems);
  checkOptions(options, problems);
  problems.throwIfAny();
  return options;
}

function refuseUnavailable(config: ClientConfig, problems: ConfigProblems): void {
  const { sessionTimeoutSeconds = 0, enableAudio = true, enableVideo = false } = config;
  if (!(sessionTimeoutSeconds >= 0)) problems.invalid("sessionTimer", "0 or more seconds");
  else if (sessionTimeoutSeconds > 0) problems.unsupported("sessionTimer", "session timers (RFC 4028) are not available yet");
  if (!enableAudio) problems.unsupported("enableAudio", "every call has audio; use true");
  if (enableVideo) problems.unsupported("enableVideo", "video is not available yet");
}

function refuseUnavailableMedia(media: MediaConfig, presets: readonly string[], problems: ConfigProblems): void {
  for (const preset of presets) {
    if (!Object.hasOwn(mediaPresets, preset)) problems.invalid("mediaPreset", `one of ${Object.keys(mediaPresets).join(", ")}`);
    else if (preset !== "Legacy") problems.unsupported("mediaPreset", `${preset} is not available yet; use Legacy`);
  }
  for (const filter of ["echoCancellation", "noiseSuppression", "autoGainControl"] as const) {
    if (media[filter]) problems.unsupported(filter, "not available yet; use false");
  }
  const { srtp = "off", srtpProfiles = [], musicOnHoldPath, maxBandwidthKbps = mostBandwidthKbps } = media;
  if (srtp !== "off") problems.unsupported("srtp", `"${srtp}" is not available yet; use "off"`);
  if (srtpProfiles.length > 0) problems.unsupported("srtpProfiles", "SRTP is not available yet");
  if (musicOnHoldPath !== undefined) problems.unsupported("musicOnHold", "not available yet; a held peer hears silence");
  if (!(maxBandwidthKbps > 0)) problems.invalid("maxBandwidthKbps", "more than 0");
  else if (maxBandwidthKbps < mostBandwidthKbps)
    problems.unsupported("maxBandwidthKbps", `every codec here may take up to ${mostBandwidthKbps} kbit/s`);
}

function translate(config: ClientConfig, problems: ConfigProblems): ClientOptions {
  const { localSipAddress, userAgent, maxConcurrentCalls, maxCallDurationSeconds, domain, transports, tls, webSocket, environment } =
    config;
  const { accounts, account } = accountsOf(config);
  return {
    ...(accounts ? { accounts } : {}),
    ...(account ? { account } : {}),
    ...(config.instanceId === undefined ? {} : { instanceId: config.instanceId }),
    ...(localSipAddress === undefined ? {} : { listen: localSipAddress }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(maxConcurrentCalls === undefined ? {} : { maxCalls: maxConcurrentCalls }),
    ...(maxCallDurationSeconds === undefined ? {} : { maxCallSeconds: maxCallDurationSeconds }),
    ...(domain === undefined ? {} : { domain }),
    ...(config.nat === undefined ? {} : { nat: config.nat }),
    ...(config.strangers === undefined ? {} : { strangers: config.strangers }),
    ...(config.peers ? { peers: config.peers } : {}),
    ...(config.limits ? { limits: config.limits } : {}),
    ...(config.failover ? { failover: config.failover } : {}),
    ...(transports ? { transports } : {}),
    ...(tls ? { tls } : {}),
    ...(config.networkWatch === undefined ? {} : { networkWatch: config.networkWatch }),
    ...(webSocket ? { webSocket } : {}),
    ...(environment ? { environment } : {}),
    media: mediaOptions(config, problems),
  };
}

/** The proxy belongs to the accounts beneath that name none; without any, to nobody in particular. */
function accountsOf({ accounts = [], outboundProxy, domain }: ClientConfig): Pick<ClientOptions, "account" | "accounts"> {
  const proxied = outboundProxy === undefined ? accounts : accounts.map((account) => ({ outboundProxy, ...account }));
  if (proxied.length > 1) return { accounts: proxied };
  if (proxied[0]) return { account: proxied[0] };
  return outboundProxy === undefined ? {} : { account: { uri: `sip:anonymous@${domain ?? "anonymous.invalid"}`, outboundProxy } };
}

function mediaOptions({ localMediaAddress, media = {} }: ClientConfig, problems: ConfigProblems): ClientMediaOptions {
  const { preferredCodecs, dtmfEnabled, preferredPtimeMs, customSdpAttributes, rtpPortStart, rtpPortEnd } = media;
  const attributes = Object.entries(customSdpAttributes ?? {}).map(([name, value]) => (value === "" ? name : `${name}:${value}`));
  if ((rtpPortStart === undefined) !== (rtpPortEnd === undefined)) problems.invalid("rtpPorts", "both ends of the range");
  return {
    ...(localMediaAddress === undefined ? {} : { address: addressOf(localMediaAddress, problems) }),
    ...(preferredCodecs ? { codecs: preferredCodecs } : {}),
    ...(dtmfEnabled === undefined ? {} : { dtmf: dtmfEnabled }),
    ...(preferredPtimeMs === undefined ? {} : { ptimeMs: preferredPtimeMs }),
    ...(attributes.length > 0 ? { sdpAttributes: attributes } : {}),
    ...(rtpPortStart !== undefined && rtpPortEnd !== undefined ? { rtpPorts: { first: rtpPortStart, last: rtpPortEnd } } : {}),
  };
}

/** An address with port 0 means the same as without. */
function addressOf(text: string, problems: ConfigProblems): string {
  const parsed = parseHostPort(text);
  if (parsed?.port) problems.invalid("mediaAddress", "an address without port; rtpPorts sets those");
  return parsed?.host ?? text;
}
