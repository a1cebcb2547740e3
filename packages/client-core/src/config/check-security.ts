import type { AccountOptions } from "./account-options.ts";
import { parsePeerPattern } from "../security/peer-pattern.ts";
import type { ClientLimits, RequireAuthOptions } from "../security/security-options.ts";
import { checkNames } from "./check-names.ts";
import type { ClientOptions } from "./client-options.ts";
import type { ConfigProblems } from "./config-problems.ts";
import type { KnownNames } from "./known-names.ts";

const knownOfLimits: KnownNames<ClientLimits> = {
  requestsPerSecond: true,
  requestBurst: true,
  serverTransactions: true,
  overloadDelayMs: true,
  connections: true,
  connectionsPerAddress: true,
  halfOpenConnections: true,
  firstMessageTimeoutMs: true,
  messageTimeoutMs: true,
  headBytes: true,
  bodyBytes: true,
};
const knownOfAuth: KnownNames<RequireAuthOptions> = { users: true, realm: true, algorithms: true, inDialog: true };
const algorithms: readonly unknown[] = ["MD5", "SHA-256", "SHA-512-256"];
const mostHeadBytes = 65_536;

/** What is wrong with `strangers`, `peers` and `limits`. */
export function checkSecurity({ strangers, peers, limits }: ClientOptions, problems: ConfigProblems): void {
  if (strangers !== undefined && strangers !== "answer" && strangers !== "ignore") problems.invalid("strangers", '"answer" or "ignore"');
  if (peers !== undefined) checkPeers(peers, "peers", problems);
  if (limits === undefined) return;
  if (typeof limits !== "object" || limits === null) return problems.invalid("limits", "an object");
  checkNames(limits, knownOfLimits, "limits.", problems);
  const { requestsPerSecond, overloadDelayMs, requestBurst, ...counts } = limits;
  for (const [name, value] of Object.entries({ requestsPerSecond, overloadDelayMs })) {
    if (value !== undefined && !(typeof value === "number" && value > 0)) problems.invalid(`limits.${name}`, "more than 0, or Infinity");
  }
  if (requestBurst !== undefined && !(typeof requestBurst === "number" && requestBurst >= 1))
    problems.invalid("limits.requestBurst", "1 or more");
  for (const [name, value] of Object.entries(counts)) {
    if (value !== undefined && Object.hasOwn(knownOfLimits, name) && !(Number.isInteger(value) && value > 0))
      problems.invalid(`limits.${name}`, "a whole number above 0");
  }
  if ((limits.headBytes ?? 0) > mostHeadBytes) problems.invalid("limits.headBytes", `at most ${mostHeadBytes}`);
}

/** What is wrong with `allowedPeers` and `requireAuth` of an account. */
export function checkPolicy(
  { allowedPeers, requireAuth, registrar, outboundProxy }: AccountOptions,
  field: string,
  problems: ConfigProblems,
): void {
  if (allowedPeers !== undefined) {
    const isList = Array.isArray(allowedPeers);
    checkPeers(isList ? allowedPeers.filter((peer) => peer !== "servers") : allowedPeers, `${field}.allowedPeers`, problems);
    if (isList && allowedPeers.includes("servers") && registrar === undefined && outboundProxy === undefined)
      problems.invalid(`${field}.allowedPeers`, 'without "servers" where there is neither registrar nor outboundProxy');
  }
  if (requireAuth !== undefined) checkAuth(requireAuth, `${field}.requireAuth`, problems);
}

function checkAuth(auth: RequireAuthOptions, field: string, problems: ConfigProblems): void {
  if (typeof auth !== "object" || auth === null) return problems.invalid(field, "an object with users");
  checkNames(auth, knownOfAuth, `${field}.`, problems);
  const { users, realm, inDialog } = auth;
  if (!isUsers(users)) problems.invalid(`${field}.users`, "passwords by username, or a function that finds one");
  if (realm !== undefined && (typeof realm !== "string" || realm === "" || /[\p{Cc}]/u.test(realm)))
    problems.invalid(`${field}.realm`, "one line of text");
  if (inDialog !== undefined && typeof inDialog !== "boolean") problems.invalid(`${field}.inDialog`, "true or false");
  const offered: unknown = auth.algorithms ?? ["MD5"];
  if (!Array.isArray(offered) || offered.length === 0 || !offered.every((name) => algorithms.includes(name)))
    problems.invalid(`${field}.algorithms`, `a list of ${algorithms.join(", ")}`);
}

/** What a password is, no message tells. */
function isUsers(users: unknown): boolean {
  if (typeof users === "function") return true;
  return (
    typeof users === "object" && users !== null && Object.values(users).every((password) => typeof password === "string" && password !== "")
  );
}

function checkPeers(peers: unknown, field: string, problems: ConfigProblems): void {
  if (!Array.isArray(peers)) return problems.invalid(field, "a list of addresses, networks and host names");
  for (const peer of peers) {
    if (typeof peer !== "string" || !parsePeerPattern(peer))
      problems.invalid(field, `addresses, networks like 192.0.2.0/24 and host names, unlike ${JSON.stringify(String(peer).slice(0, 80))}`);
  }
}
