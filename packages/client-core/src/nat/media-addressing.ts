import { addressFamily, type Environment } from "@sidetone/infra-common";
import type { MediaSession, PublicAddressOutcome } from "@sidetone/media-core";
import type { MediaAddressing } from "@sidetone/session-core";
import type { Account } from "../account.ts";
import { ClientError } from "../errors/client-error.ts";
import type { NatPolicy } from "./nat-mode.ts";

/** What finds out about one account's media addresses. */
export interface MediaAddressingParts {
  readonly environment: Environment;
  readonly account: Account;
  /** The host that the server which this call goes through, or came from, has seen us under. */
  readonly learnedHost: () => string | undefined;
  /** No STUN server has answered; `fallback` is what descriptions name instead, undefined for our own address. */
  readonly onUnknown: (account: Account, error: ClientError, fallback: string | undefined) => void;
}

/** How the descriptions of a call of this account name the place where its audio is received; undefined: as it is bound. */
export function mediaAddressing(parts: MediaAddressingParts): MediaAddressing | undefined {
  const policy = parts.account.natPolicy;
  const { stunServers, mediaAddress, learnsMedia } = policy;
  if (stunServers.length === 0 && mediaAddress === undefined && !learnsMedia) return undefined;
  return (media) => locate(parts, policy, media);
}

async function locate(
  parts: MediaAddressingParts,
  { stunServers, mediaAddress, learnsMedia }: NatPolicy,
  media: MediaSession,
): ReturnType<MediaAddressing> {
  const outcome = stunServers.length > 0 ? await ask(media, stunServers) : undefined;
  if (outcome?.kind === "mapped") return outcome.address;
  if (outcome?.kind === "direct") return undefined;
  const fallback = mediaAddress ?? (learnsMedia ? await ofTheSameFamily(media, parts.learnedHost()) : undefined);
  if (outcome && !outcome.isRepeated) report(parts, outcome.error, fallback);
  return fallback === undefined ? undefined : { address: fallback };
}

/** A call that ends while it waits closes its ports, which nobody needs to hear of. */
async function ask(media: MediaSession, stunServers: readonly string[]): Promise<PublicAddressOutcome> {
  try {
    return await media.findPublicAddress(stunServers);
  } catch (error) {
    return { kind: "unknown", error: error as Error, isRepeated: true };
  }
}

/** What SIP over IPv4 has learned says nothing of RTP over IPv6. */
async function ofTheSameFamily(media: MediaSession, host: string | undefined): Promise<string | undefined> {
  if (host === undefined) return undefined;
  const local = await media.open();
  return addressFamily(host) === addressFamily(local.address) ? host : undefined;
}

function report({ environment, account, onUnknown }: MediaAddressingParts, cause: Error, fallback: string | undefined): void {
  const instead = fallback === undefined ? "our own address" : fallback;
  const error = new ClientError("SERVER_UNREACHABLE", `${cause.message}; session descriptions name ${instead}`, { cause });
  environment.logger.warn({ account: account.id, err: cause, fallback }, "The public address of media is unknown");
  onUnknown(account, error, fallback);
}
