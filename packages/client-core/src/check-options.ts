import { ClientError } from "./client-error.ts";
import type { ClientOptions } from "./client-options.ts";

const known: ReadonlySet<string> = new Set<keyof ClientOptions>([
  "account",
  "listen",
  "transports",
  "userAgent",
  "media",
  "external",
  "maxCalls",
  "incomingRingSeconds",
  "ringing",
  "interceptors",
  "timers",
  "environment",
]);
const knownOfMedia = new Set(["codecs", "address", "advertisedAddress", "rtpPorts", "dtmf", "ptimeMs", "sdpAttributes", "timeoutSeconds"]);
const knownOfAccount = new Set(["uri", "displayName", "username", "password", "realm", "outboundProxy"]);

/** Options that exist in the contract and cannot be honoured yet, with what to do instead. */
const unsupported: Readonly<Record<string, string>> = {
  "account.registrar": "registration is not available yet; call through the server with `outboundProxy`",
  nat: "NAT traversal is not available yet; set `media.advertisedAddress` for a static one",
  tls: "TLS is not available yet; use UDP or TCP",
  srtp: "SRTP is not available yet",
};

/**
 * Refuses what is not understood or cannot be honoured, naming the field.
 *
 * @throws {ClientError} `CONFIG_INVALID`, `CONFIG_UNSUPPORTED`.
 */
export function checkOptions(options: ClientOptions): void {
  checkNames(options, known, "");
  if (options.account) checkNames(options.account, knownOfAccount, "account.");
  if (typeof options.media === "object") checkNames(options.media, knownOfMedia, "media.");
  else if (options.media !== undefined && options.media !== "external") throw invalid("media", '"external" or an object');
  if (options.external && options.media !== "external") throw invalid("external", 'used together with media: "external"');
  if (options.maxCalls !== undefined && !isWhole(options.maxCalls, 0)) throw invalid("maxCalls", "a whole number");
  if (options.incomingRingSeconds !== undefined && !(options.incomingRingSeconds >= 0))
    throw invalid("incomingRingSeconds", "0 or more seconds");
  for (const transport of options.transports ?? []) {
    const name = String(transport).toUpperCase();
    if (name === "TLS" || name === "WS" || name === "WSS")
      throw new ClientError("CONFIG_UNSUPPORTED", `transports: ${name} is not available yet; use UDP or TCP`);
    if (transport !== "UDP" && transport !== "TCP") throw invalid("transports", "a list of UDP and TCP");
  }
  if (options.transports?.length === 0) throw invalid("transports", "at least one of UDP and TCP");
  if (typeof options.media === "object") checkMedia(options.media);
}

function checkMedia({ ptimeMs, rtpPorts, timeoutSeconds }: Exclude<ClientOptions["media"], "external" | undefined>): void {
  if (ptimeMs !== undefined && !(ptimeMs % 10 === 0 && ptimeMs >= 10 && ptimeMs <= 60))
    throw invalid("media.ptimeMs", "a multiple of 10 from 10 to 60");
  if (rtpPorts && !(isWhole(rtpPorts.first, 0) && isWhole(rtpPorts.last, rtpPorts.first) && rtpPorts.last <= 65_535)) {
    throw invalid("media.rtpPorts", "{ first, last } with 0 ≤ first ≤ last ≤ 65535");
  }
  if (timeoutSeconds !== undefined && !(timeoutSeconds >= 0)) throw invalid("media.timeoutSeconds", "0 or more seconds");
}

function checkNames(options: object, names: ReadonlySet<string>, path: string): void {
  for (const name of Object.keys(options)) {
    if (names.has(name)) continue;
    const advice = Object.hasOwn(unsupported, path + name) ? unsupported[path + name] : undefined;
    if (advice !== undefined) throw new ClientError("CONFIG_UNSUPPORTED", `${path}${name}: ${advice}`);
    throw new ClientError("CONFIG_INVALID", `${path}${name} is no option; there are ${[...names].join(", ")}`);
  }
}

function isWhole(value: number, min: number): boolean {
  return Number.isInteger(value) && value >= min;
}

function invalid(field: string, wanted: string): ClientError {
  return new ClientError("CONFIG_INVALID", `${field} must be ${wanted}`);
}
