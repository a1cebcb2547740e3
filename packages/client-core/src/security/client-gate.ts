import type { DialogUsage, DigestVerdict, Refusal } from "@sidetone/dialog-core";
import { timeoutSignal, abortable, type Environment } from "@sidetone/infra-common";
import { SipUri, type SipRequest } from "@sidetone/sip-core";
import type { Flow, SipTransports } from "@sidetone/sip-transport";
import type { Account } from "../account.ts";
import type { ClientOptions } from "../config/client-options.ts";
import type { AccountList } from "../registration/account-list.ts";
import { AccountPolicy } from "./account-policy.ts";
import { PeerGroup } from "./peer-group.ts";
import { parsePeerPattern, patternOfUri, type PeerPattern } from "./peer-pattern.ts";

/** Who starts a client that lets in known peers alone waits so long, in milliseconds, for the addresses that their names lead to. */
const lookUpWaitMs = 2000;

/** Who is let in: knows the peers of a client, and what each of its accounts asks for. */
export class ClientGate {
  readonly #environment: Environment;
  readonly #accounts: AccountList;
  readonly #known: PeerGroup;
  readonly #groups: PeerGroup[] = [];
  readonly #policies = new Map<Account, AccountPolicy>();
  readonly #waitsForNames: boolean;

  constructor(environment: Environment, accounts: AccountList, { peers = [], strangers }: Pick<ClientOptions, "peers" | "strangers">) {
    this.#environment = environment;
    this.#accounts = accounts;
    const known = accounts.all.flatMap((account) => [...serversOf(account), ...patternsOf(account.allowedPeers ?? [], account)]);
    this.#known = this.#group([...known, ...patternsOf(peers)]);
    for (const account of accounts.all) this.#addPolicy(account);
    this.#waitsForNames = strangers === "ignore" || this.#groups.length > 1;
  }

  /** Whether any account asks for anything. */
  get hasPolicies(): boolean {
    return this.#policies.size > 0;
  }

  /** The client starts. Never rejects. */
  async open(transports: SipTransports): Promise<void> {
    const locate = (uri: SipUri): ReturnType<SipTransports["locate"]> => transports.locate(uri);
    const lookedUp = Promise.all(this.#groups.map((group) => group.open(locate)));
    if (!this.#waitsForNames) return;
    using timeout = timeoutSignal(this.#environment.clock, lookUpWaitMs);
    await abortable(lookedUp, timeout.signal).catch(() => {}); // they become known when they are found
  }

  /** The client stops. */
  close(): void {
    for (const group of this.#groups) group.close();
  }

  isKnownPeer({ remoteAddress }: Flow): boolean {
    return this.#known.has(remoteAddress);
  }

  admit(request: SipRequest, flow: Flow, usage: DialogUsage | undefined): Refusal | undefined {
    return this.#policyFor(request, usage)?.admit(request, flow, usage);
  }

  authenticate(request: SipRequest, flow: Flow, usage: DialogUsage | undefined): DigestVerdict | Promise<DigestVerdict> | undefined {
    return this.#policyFor(request, usage)?.authenticate(request, flow, usage);
  }

  #policyFor(request: SipRequest, usage: DialogUsage | undefined): AccountPolicy | undefined {
    if (!usage) return this.#policies.get(this.#accounts.accountOf(request));
    const account = usage.accountId === undefined ? undefined : this.#accounts.find(usage.accountId);
    return account && this.#policies.get(account);
  }

  #addPolicy(account: Account): void {
    const { allowedPeers, requireAuth } = account;
    if (!allowedPeers && !requireAuth) return;
    const peers = allowedPeers && this.#group(patternsOf(allowedPeers, account));
    this.#policies.set(account, new AccountPolicy(this.#environment, account.uri.host, peers, requireAuth));
  }

  #group(patterns: readonly PeerPattern[]): PeerGroup {
    const group = new PeerGroup(this.#environment.clock, this.#environment.logger, patterns);
    this.#groups.push(group);
    return group;
  }
}

/** Where the account registers, and what its requests go through: from there its calls come. */
function serversOf({ registrar, outboundProxy }: Account): PeerPattern[] {
  return [registrar, outboundProxy].flatMap((uri) => (uri === undefined ? [] : [patternOfUri(SipUri.parse(uri))]));
}

/** `servers` are those of the account. What cannot be read was refused with the options. */
function patternsOf(texts: readonly string[], account?: Account): PeerPattern[] {
  return texts.flatMap((text) => (account && text === "servers" ? serversOf(account) : (parsePeerPattern(text) ?? [])));
}
