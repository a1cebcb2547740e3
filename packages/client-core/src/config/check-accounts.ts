import { CodecRegistry } from "@sidetone/media-core";
import type { AccountOptions } from "./account-options.ts";
import { checkKeepAlive } from "./check-keep-alive.ts";
import { transportNames } from "./check-transports.ts";
import { checkNames } from "./check-names.ts";
import { checkNat } from "./check-nat.ts";
import { checkPolicy } from "./check-security.ts";
import type { ClientOptions } from "./client-options.ts";
import type { ConfigProblems } from "./config-problems.ts";
import type { KnownNames } from "./known-names.ts";

const known: KnownNames<AccountOptions> = {
  id: true,
  uri: true,
  displayName: true,
  username: true,
  password: true,
  realm: true,
  outboundProxy: true,
  registrar: true,
  keepAlive: true,
  autoRegister: true,
  expiresSeconds: true,
  transport: true,
  codecs: true,
  nat: true,
  requireAuth: true,
  allowedPeers: true,
};

/** Checks `account`, `accounts` and `instanceId`; false when there is no use in looking at what they say. */
export function checkAccounts(options: ClientOptions, problems: ConfigProblems): boolean {
  const { account, accounts, instanceId } = options;
  if (instanceId !== undefined && !/^urn:[a-z0-9][a-z0-9-]{0,31}:[^\s"<>\\]+$/i.test(String(instanceId)))
    problems.invalid("instanceId", 'a URN like "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"');
  if (account !== undefined && accounts !== undefined) problems.invalid("accounts", "left out where there is an account");
  if (accounts !== undefined && (!Array.isArray(accounts) || accounts.length === 0)) {
    problems.invalid("accounts", "a list of one account or more");
    return false;
  }
  const all =
    accounts?.map((each, i) => [each, `accounts[${i}]`] as const) ?? (account === undefined ? [] : [[account, "account"] as const]);
  return all.map(([each, field]) => checkAccount(each, field, options, problems)).every(Boolean);
}

function checkAccount(account: AccountOptions, field: string, options: ClientOptions, problems: ConfigProblems): boolean {
  if (typeof account !== "object" || account === null) {
    problems.invalid(field, "an object with a uri");
    return false;
  }
  checkNames(account, known, `${field}.`, problems);
  const { id, autoRegister, expiresSeconds, codecs, nat, registrar, keepAlive } = account;
  if (id !== undefined && (typeof id !== "string" || id === "")) problems.invalid(`${field}.id`, "a name");
  if (autoRegister !== undefined && typeof autoRegister !== "boolean") problems.invalid(`${field}.autoRegister`, "true or false");
  if (registrar === undefined && (autoRegister !== undefined || expiresSeconds !== undefined || keepAlive !== undefined))
    problems.invalid(`${field}.registrar`, "given where autoRegister, expiresSeconds or keepAlive is");
  if (expiresSeconds !== undefined && !(Number.isInteger(expiresSeconds) && expiresSeconds >= 1 && expiresSeconds < 2 ** 31))
    problems.invalid(`${field}.expiresSeconds`, "a whole number of seconds, 1 or more");
  checkTransport(account, field, problems);
  checkKeepAlive(account.keepAlive, `${field}.keepAlive`, problems);
  checkNat(nat, `${field}.nat`, options, problems);
  if (codecs !== undefined) checkCodecs(codecs, `${field}.codecs`, options.media, problems);
  checkPolicy(account, field, problems);
  return true;
}

function checkTransport({ transport, uri, registrar }: AccountOptions, field: string, problems: ConfigProblems): void {
  const isSips = isSipsText(uri);
  const registrars = [registrar ?? []].flat();
  if (transport !== undefined && !transportNames.includes(transport))
    problems.invalid(`${field}.transport`, `one of ${transportNames.join(", ")}`);
  else if (transport === "UDP" && (isSips || registrars.some(isSipsText)))
    problems.invalid(`${field}.transport`, "another than UDP, which cannot be secure as sips asks");
  // "If the address-of-record in the To header field … is a SIPS URI, then any Contact … SHOULD also be SIPS URIs" (RFC 3261 §10.2.1)
  if (isSips && !registrars.every(isSipsText)) problems.invalid(`${field}.registrar`, "a sips URI, as that of the account is");
}

function isSipsText(uri: unknown): boolean {
  return /^\s*sips:/i.test(String(uri));
}

function checkCodecs(codecs: unknown, field: string, media: ClientOptions["media"], problems: ConfigProblems): void {
  if (!Array.isArray(codecs) || codecs.length === 0) return problems.invalid(field, "a list of one encoding name or more");
  if (media === "external")
    return problems.invalid(field, 'left out with media: "external", where the codecs are those of your description');
  const registry = new CodecRegistry();
  const missing = codecs.filter((name) => !registry.find(String(name)));
  const there = registry.codecs.map(({ encodingName }) => encodingName).join(", ");
  if (missing.length > 0) problems.unsupported(field, `${missing.join(", ")} cannot be encoded here; there are ${there}`);
}
