import { addressFamily, isMulticast, isWildcard } from "@sidetone/infra-common";
import { isStunServer } from "@sidetone/media-core";
import type { NatOptions } from "../nat/nat-mode.ts";
import { checkNames } from "./check-names.ts";
import type { ClientOptions } from "./client-options.ts";
import type { ConfigProblems } from "./config-problems.ts";
import type { KnownNames } from "./known-names.ts";

const known: KnownNames<NatOptions> = { publicAddress: true, stun: true };
const leftOut = 'left out with media: "external", where the descriptions are yours';
const knownOfAddress: KnownNames<Exclude<NonNullable<NatOptions["publicAddress"]>, string>> = { signalling: true, media: true };

/** Checks `nat` of a client or an account, called `field`. */
export function checkNat(nat: unknown, field: string, { media }: ClientOptions, problems: ConfigProblems): void {
  if (nat === undefined || nat === "auto" || nat === "off") return;
  if (nat === "turn" || nat === "ice") return problems.unsupported(field, `"${nat}" is not available yet; use "auto" or { stun }`);
  if (typeof nat !== "object" || nat === null) return problems.invalid(field, '"auto", "off" or { publicAddress, stun }');
  checkNames(nat, known, `${field}.`, problems);
  const { publicAddress, stun } = nat as NatOptions;
  if (publicAddress === undefined && stun === undefined) problems.invalid(field, "given a publicAddress or a stun server, or left out");
  const named = checkAddresses(publicAddress, `${field}.publicAddress`, problems);
  if (stun !== undefined) checkStun(stun, `${field}.stun`, problems);
  if (media === "external" && stun !== undefined) problems.invalid(`${field}.stun`, leftOut);
  if (media === "external" && named.media && typeof publicAddress === "object") problems.invalid(`${field}.publicAddress.media`, leftOut);
  if (typeof media === "object" && media?.advertisedAddress !== undefined && (named.media || stun !== undefined))
    problems.invalid("media.advertisedAddress", `left out where ${field} says under which address media are reached`);
}

function checkAddresses(publicAddress: NatOptions["publicAddress"], field: string, problems: ConfigProblems): { media: boolean } {
  if (publicAddress === undefined) return { media: false };
  if (typeof publicAddress !== "object" || publicAddress === null) {
    checkAddress(publicAddress, field, problems);
    return { media: true };
  }
  checkNames(publicAddress, knownOfAddress, `${field}.`, problems);
  const { signalling, media } = publicAddress;
  if (signalling === undefined && media === undefined) problems.invalid(field, "an address, or { signalling, media } with one or both");
  if (signalling !== undefined) checkAddress(signalling, `${field}.signalling`, problems);
  if (media !== undefined) checkAddress(media, `${field}.media`, problems);
  return { media: media !== undefined };
}

function checkAddress(address: unknown, field: string, problems: ConfigProblems): void {
  if (typeof address === "string" && addressFamily(address) && !isWildcard(address) && !isMulticast(address)) return;
  problems.invalid(field, "a numeric address that the peers can reach, without port");
}

function checkStun(stun: unknown, field: string, problems: ConfigProblems): void {
  const servers = [stun].flat();
  if (servers.length === 0 || !servers.every(isStunServer))
    problems.invalid(field, '"host" or "host:port" of a STUN server over UDP, or a list of them');
}
