import { accountsOf } from "../registration/account-list.ts";
import { parseListen } from "../client/listen.ts";
import { checkAccounts } from "./check-accounts.ts";
import { checkFailover } from "./check-failover.ts";
import { checkMedia } from "./check-media.ts";
import { checkNames } from "./check-names.ts";
import { checkNat } from "./check-nat.ts";
import { checkSecurity } from "./check-security.ts";
import { checkTransports } from "./check-transports.ts";
import type { ClientOptions } from "./client-options.ts";
import type { ConfigProblems } from "./config-problems.ts";
import type { KnownNames } from "./known-names.ts";

const known: KnownNames<ClientOptions> = {
  account: true,
  accounts: true,
  instanceId: true,
  domain: true,
  nat: true,
  listen: true,
  transports: true,
  tls: true,
  webSocket: true,
  userAgent: true,
  media: true,
  external: true,
  strangers: true,
  peers: true,
  limits: true,
  maxCalls: true,
  incomingRingSeconds: true,
  maxCallSeconds: true,
  ringing: true,
  interceptors: true,
  timers: true,
  failover: true,
  networkWatch: true,
  environment: true,
};
const knownOfTimers: KnownNames<NonNullable<ClientOptions["timers"]>> = { T1: true, T2: true, T4: true };

/** Collects what is not understood or cannot be honoured, naming every field at fault. */
export function checkOptions(options: ClientOptions, problems: ConfigProblems): void {
  checkNames(options, known, "", problems);
  checkNat(options.nat, "nat", options, problems);
  if (!checkAccounts(options, problems)) return;
  problems.collect(() => accountsOf(options));
  problems.collect(() => parseListen(options.listen));
  checkTransports(options, problems);
  checkSecurity(options, problems);
  checkLimits(options, problems);
  checkUserAgent(options, problems);
  checkInterceptors(options, problems);
  checkMedia(options, problems);
  checkFailover(options, problems);
  checkNetworkWatch(options, problems);
}

function checkLimits({ maxCalls, incomingRingSeconds, maxCallSeconds, timers }: ClientOptions, problems: ConfigProblems): void {
  if (maxCalls !== undefined && !(Number.isInteger(maxCalls) && maxCalls >= 0)) problems.invalid("maxCalls", "a whole number");
  for (const [name, value] of Object.entries({ incomingRingSeconds, maxCallSeconds })) {
    if (value !== undefined && !(typeof value === "number" && value >= 0)) problems.invalid(name, "0 or more seconds");
  }
  if (!timers) return;
  checkNames(timers, knownOfTimers, "timers.", problems);
  for (const [name, value] of Object.entries(timers)) {
    if (!(typeof value === "number" && value > 0 && value < Infinity)) problems.invalid(`timers.${name}`, "more than 0 milliseconds");
  }
}

/** User-Agent is one line of text on the wire (RFC 3261 §20.41). */
function checkUserAgent({ userAgent, ringing }: ClientOptions, problems: ConfigProblems): void {
  if (userAgent !== undefined && (typeof userAgent !== "string" || userAgent.trim() === "" || /[\x00-\x08\x0a-\x1f\x7f]/.test(userAgent)))
    problems.invalid("userAgent", "one line of text");
  if (ringing !== undefined && ringing !== "automatic" && ringing !== "manual") problems.invalid("ringing", '"automatic" or "manual"');
}

function checkNetworkWatch({ networkWatch }: ClientOptions, problems: ConfigProblems): void {
  if (networkWatch !== undefined && typeof networkWatch !== "boolean") problems.invalid("networkWatch", "true or false");
}

function checkInterceptors({ interceptors }: ClientOptions, problems: ConfigProblems): void {
  if (interceptors === undefined) return;
  if (!Array.isArray(interceptors) || interceptors.some((interceptor) => typeof interceptor !== "function"))
    problems.invalid("interceptors", "a list of functions");
}
