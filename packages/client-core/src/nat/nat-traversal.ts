import { formatHostPort, type Environment } from "@sidetone/infra-common";
import type { UserAgentCore } from "@sidetone/dialog-core";
import type { NatOptions } from "@sidetone/session-core";
import { SipUri, type SipRequest } from "@sidetone/sip-core";
import type { Account } from "../account.ts";
import type { ClientError } from "../errors/client-error.ts";
import { mediaAddressing } from "./media-addressing.ts";

export interface NatTraversalParts {
  readonly environment: Environment;
  /** Of the running client. */
  readonly core: () => UserAgentCore | undefined;
  /** Whether descriptions name a configured address anyway, where an account says nothing better. */
  readonly isAdvertised: boolean;
  readonly onPublicAddressUnknown: (account: Account, error: ClientError, fallback: string | undefined) => void;
}

/**
 * Where the calls of a client's accounts are reached through a NAT. What a server has seen of us counts for calls that go through it or
 * come from it, and for no others: a phone on our own network gets our own address.
 */
export class NatTraversal {
  readonly #parts: NatTraversalParts;

  constructor(parts: NatTraversalParts) {
    this.#parts = parts;
  }

  /** @param host where the INVITE goes first. */
  ofOutgoing(account: Account, host: string): NatOptions {
    const isOwnServer = account.proxyHost !== undefined || account.isOwnServer(host);
    return this.#of(account, (core) => core.hostSeenBy(host) ?? (isOwnServer ? contactHost(account, core) : undefined));
  }

  ofIncoming(account: Account, { requestUri, topVia }: SipRequest): NatOptions {
    const called = requestUri instanceof SipUri ? requestUri : undefined;
    const { host, received = host } = topVia;
    return this.#of(account, (core) => (called && learnedHost(called, core)) ?? core.hostSeenBy(received));
  }

  #of(account: Account, learned: (core: UserAgentCore) => string | undefined): NatOptions {
    const { environment, core, isAdvertised, onPublicAddressUnknown } = this.#parts;
    const learnedHost = (): string | undefined => {
      const running = isAdvertised ? undefined : core();
      return running && learned(running);
    };
    return {
      addressing: mediaAddressing({ environment, account, learnedHost, onUnknown: onPublicAddressUnknown }),
      keepsBindings: account.natPolicy.keepsBindings,
    };
  }
}

/** Where the account is registered with an address that a server told: its host. */
function contactHost(account: Account, core: UserAgentCore): string | undefined {
  const { contact } = account.registration;
  return contact === undefined ? undefined : learnedHost(SipUri.parse(contact), core);
}

function learnedHost({ host, port }: SipUri, core: UserAgentCore): string | undefined {
  return core.isLearned(formatHostPort(host, port)) ? host.replace(/^\[|\]$/g, "") : undefined;
}
