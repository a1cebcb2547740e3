import { createUserAgentCore } from "@sidetone/dialog-core";
import { formatHostPort, isWildcard, type Environment } from "@sidetone/infra-common";
import { createMediaEngine, type MediaEngine } from "@sidetone/media-core";
import { Sessions, type SessionAudioOptions, type SessionsUser } from "@sidetone/session-core";
import { createSipTransports, type SipTransports } from "@sidetone/sip-transport";
import type { Account } from "./account.ts";
import type { ClientMediaOptions, ClientOptions } from "./client-options.ts";
import { listenEverywhere, type ListenAddress } from "./listen.ts";

/** How long calls get to end before a closing client drops them, in milliseconds. */
const closingWaitMs = 2000;
const defaultUserAgent = "Sidetone/0.1.0";

/** The layers beneath a client, composed: transports, sessions over the user-agent core, media. */
export class ClientStack {
  readonly environment: Environment;
  readonly transports: SipTransports;
  readonly engine: MediaEngine | undefined;
  readonly sessions: Sessions;

  constructor(environment: Environment, account: Account, listen: readonly ListenAddress[], options: ClientOptions, user: SessionsUser) {
    this.environment = environment;
    this.transports = createSipTransports(environment);
    const audio = options.media === "external" ? undefined : audioOptions(environment, listen, options.media ?? {});
    this.engine = audio?.engine;
    const { external, maxCalls, incomingRingSeconds, userAgent, timers, interceptors } = options;
    this.sessions = new Sessions(
      environment,
      {
        ...(audio ? { audio } : {}),
        ...(external ? { external } : {}),
        ...(maxCalls === undefined ? {} : { maxSessions: maxCalls }),
        ...(incomingRingSeconds === undefined ? {} : { incomingRingSeconds }),
        createCore: (coreUser) =>
          createUserAgentCore(environment, this.transports, {
            user: coreUser,
            userAgent: userAgent ?? defaultUserAgent,
            credentials: { get: (query) => account.credentialsFor(query) },
            ...(timers ? { timers } : {}),
            ...(interceptors ? { interceptors } : {}),
          }),
      },
      user,
    );
  }

  /** Opens the SIP ports; on failure none stays open. */
  async open(listen: readonly ListenAddress[], transports: readonly ("UDP" | "TCP")[]): Promise<void> {
    try {
      await listenEverywhere(this.transports, listen, transports);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  directUri(account: Account): string {
    const point = this.transports.listeningPoints[0];
    if (!point) return account.uri.toString();
    const host = isWildcard(point.address) ? (point.address === "::" ? "::1" : "127.0.0.1") : point.address;
    const transport = point.transport === "UDP" ? "" : `;transport=${point.transport.toLowerCase()}`;
    return `sip:${account.uri.user ?? "sidetone"}@${formatHostPort(host, point.port)}${transport}`;
  }

  /** Ends the calls, then frees every port. Never rejects. */
  async close(): Promise<void> {
    await this.sessions.close(closingWaitMs);
    await this.transports.close();
    await this.engine?.close();
  }
}

function audioOptions(environment: Environment, listen: readonly ListenAddress[], media: ClientMediaOptions): SessionAudioOptions {
  const { codecs, address, advertisedAddress, rtpPorts, dtmf, ptimeMs, sdpAttributes, timeoutSeconds } = media;
  return {
    engine: createMediaEngine(environment, rtpPorts ? { rtpPorts } : {}),
    bindAddress: address ?? listen[0]?.address ?? "0.0.0.0",
    ...(advertisedAddress === undefined ? {} : { advertisedAddress }),
    ...(codecs ? { codecs } : {}),
    ...(dtmf === undefined ? {} : { dtmf }),
    ...(ptimeMs === undefined ? {} : { ptimeMs }),
    ...(sdpAttributes ? { attributes: sdpAttributes } : {}),
    ...(timeoutSeconds ? { mediaTimeoutMs: timeoutSeconds * 1000 } : {}),
  };
}
