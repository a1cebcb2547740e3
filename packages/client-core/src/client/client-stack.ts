import { createUserAgentCore } from "@sidetone/dialog-core";
import { formatHostPort, isWildcard, type Environment } from "@sidetone/infra-common";
import { createMediaEngine, type CodecRegistry, type MediaEngine } from "@sidetone/media-core";
import { Sessions, type SessionAudioOptions, type SessionsUser } from "@sidetone/session-core";
import { SipUri } from "@sidetone/sip-core";
import {
  createSipTransports,
  type CertificateExpiry,
  type ListeningPoint,
  type SipTransports,
  type TlsOptions,
  type TransportName,
} from "@sidetone/sip-transport";
import type { Account } from "../account.ts";
import type { AccountList } from "../registration/account-list.ts";
import type { ClientMediaOptions, ClientOptions } from "../config/client-options.ts";
import type { ClientGate } from "../security/client-gate.ts";
import { signallingLimits, transportLimits } from "../security/limits.ts";
import { NetworkFollower, type NetworkFollowerParts } from "../network/network-follower.ts";
import { listenEverywhere, resolveListen, type ListenAddress } from "./listen.ts";

/** How long calls get to end before a stopping client drops them, in milliseconds. */
const closingWaitMs = 2000;
/** How long registrars get to answer an un-registration meanwhile, in milliseconds: 5 s in all is what a client takes to close. */
const unregisterWaitMs = 4000;
const defaultUserAgent = "Sidetone/0.1.0";

export interface ClientStackParts {
  readonly environment: Environment;
  readonly accounts: AccountList;
  readonly gate: ClientGate;
  readonly listen: readonly ListenAddress[];
  readonly options: ClientOptions;
  /** Undefined with external media. */
  readonly codecs: CodecRegistry | undefined;
  readonly user: SessionsUser;
  readonly onNetworkChange: NetworkFollowerParts["onChange"];
  readonly onSlept: NetworkFollowerParts["onSlept"];
  readonly onCertificateExpiring: (certificate: CertificateExpiry) => void;
}

/** The layers beneath a running client, composed: transports, sessions over the user-agent core, media. */
export class ClientStack {
  readonly sessions: Sessions;
  readonly #accounts: AccountList;
  readonly #gate: ClientGate;
  readonly #transports: SipTransports;
  readonly #engine: MediaEngine | undefined;
  #follower: NetworkFollower | undefined = undefined;

  /** Opens the SIP ports; on failure none stays open. */
  static async open(parts: ClientStackParts): Promise<ClientStack> {
    const listen = await resolveListen(parts.environment.network, parts.listen);
    const stack = new ClientStack({ ...parts, listen });
    try {
      await listenEverywhere(stack.#transports, listen, listenedTransports(parts.options));
      stack.#followNetwork({ ...parts, listen });
    } catch (error) {
      await stack.close();
      throw error;
    }
    parts.accounts.attach(stack.sessions.core);
    await parts.gate.open(stack.#transports);
    return stack;
  }

  /** Opens nothing; that is for {@link ClientStack.open}. */
  constructor({ environment, accounts, gate, listen, options, codecs, user, onCertificateExpiring }: ClientStackParts) {
    const { external, maxCalls, incomingRingSeconds, maxCallSeconds, userAgent, timers, interceptors, failover, tls, webSocket } = options;
    const audio =
      options.media === "external"
        ? undefined
        : audioOptions(environment, () => this.#localAddress(listen[0]!), codecs, options.media ?? {});
    this.#accounts = accounts;
    this.#gate = gate;
    const transportOptions = {
      ...(tls ? { tls: watched(tls, onCertificateExpiring) } : {}),
      ...(webSocket ? { webSocket } : {}),
      ...transportLimits(options.limits),
    };
    this.#transports = createSipTransports(environment, transportOptions);
    this.#engine = audio?.engine;
    const isReachedElsewhere = accounts.all.some(({ natPolicy }) => natPolicy.signallingAddress !== undefined);
    this.sessions = new Sessions(
      environment,
      {
        ...(audio ? { audio } : {}),
        ...(external ? { external } : {}),
        ...(maxCalls === undefined ? {} : { maxSessions: maxCalls }),
        ...(incomingRingSeconds === undefined ? {} : { incomingRingSeconds }),
        ...(maxCallSeconds === undefined ? {} : { maxDurationSeconds: maxCallSeconds }),
        createCore: (coreUser) =>
          createUserAgentCore(environment, this.#transports, {
            user: coreUser,
            userAgent: userAgent ?? defaultUserAgent,
            ...(isReachedElsewhere ? { contactHost: (id) => accounts.require(id).natPolicy.signallingAddress } : {}),
            credentials: { get: (query) => accounts.require(query.accountId).credentialsFor(query) },
            strangers: options.strangers,
            limits: signallingLimits(options.limits),
            ...(timers ? { timers } : {}),
            ...(failover ? { failover } : {}),
            ...(interceptors ? { interceptors } : {}),
          }),
      },
      user,
    );
  }

  get listeningPoints(): readonly ListeningPoint[] {
    return this.#transports.listeningPoints;
  }

  /** A URI under which the first listening point can be called: from this machine, when it is bound to a wildcard. */
  directUri(account: Account): string {
    const [point] = this.listeningPoints;
    if (!point) return account.uri.toString();
    const host = isWildcard(point.address) ? (point.address === "::" ? "::1" : "127.0.0.1") : point.address;
    const transport = point.transport === "UDP" ? "" : `;transport=${point.transport.toLowerCase()}`;
    return `sip:${SipUri.create({ user: account.contactUser, host: "a.invalid" }).user}@${formatHostPort(host, point.port)}${transport}`;
  }

  /** The network has changed: STUN servers are asked again. */
  forgetPublicAddresses(): void {
    this.#engine?.forgetPublicAddresses();
  }

  /** Whether the peer of a call hears soon where this machine is now. */
  isTelling(callId: string): boolean {
    return this.#follower?.isTelling(callId) ?? false;
  }

  /** Where SIP is at this address of `listen` now. */
  #localAddress({ address, followsMachine }: ListenAddress): string {
    return (followsMachine ? this.listeningPoints[0]?.address : undefined) ?? address;
  }

  #followNetwork({ environment, accounts, listen, options, onNetworkChange: onChange, onSlept }: ClientStackParts): void {
    if (options.networkWatch === false) return;
    this.#follower = new NetworkFollower({
      environment,
      transports: this.#transports,
      sessions: this.sessions,
      registrations: accounts.registrations,
      listen,
      forgetPublicAddresses: () => this.forgetPublicAddresses(),
      onChange,
      onSlept,
    });
  }

  /** Ends the calls and registrations, then frees every port. Never rejects. */
  async close(): Promise<void> {
    this.#follower?.close();
    this.#gate.close();
    await this.sessions.close(closingWaitMs, this.#accounts.detach(unregisterWaitMs));
    await this.#transports.close();
    await this.#engine?.close();
  }
}

function watched(tls: TlsOptions, onExpiring: ClientStackParts["onCertificateExpiring"]): TlsOptions {
  const tell = (certificate: CertificateExpiry): void => {
    onExpiring(certificate);
    tls.onExpiring?.(certificate);
  };
  return { ...tls, onExpiring: tell };
}

/** Without a certificate, TLS is for connections that this side opens. */
function listenedTransports({ transports = ["UDP", "TCP", "TLS"], tls }: ClientOptions): readonly TransportName[] {
  return tls?.cert === undefined ? transports.filter((transport) => transport !== "TLS") : transports;
}

function audioOptions(
  environment: Environment,
  sipAddress: () => string,
  codecs: CodecRegistry | undefined,
  media: ClientMediaOptions,
): SessionAudioOptions {
  const { address, advertisedAddress, rtpPorts, dtmf, ptimeMs, sdpAttributes, timeoutSeconds } = media;
  return {
    engine: createMediaEngine(environment, { ...(codecs ? { codecs } : {}), ...(rtpPorts ? { rtpPorts } : {}) }),
    // Asked for each call: a client that follows its machine is somewhere else by then.
    get bindAddress() {
      return address ?? sipAddress();
    },
    ...(advertisedAddress === undefined ? {} : { advertisedAddress }),
    ...(dtmf === undefined ? {} : { dtmf }),
    ...(ptimeMs === undefined ? {} : { ptimeMs }),
    ...(sdpAttributes ? { attributes: sdpAttributes } : {}),
    ...(timeoutSeconds ? { mediaTimeoutMs: timeoutSeconds * 1000 } : {}),
  };
}
