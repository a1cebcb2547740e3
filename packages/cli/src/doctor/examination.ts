import type { AccountOptions } from "@sidetone/client-core";
import type { Environment, ListenStreamOptions } from "@sidetone/infra-common";
import { defaultRtpPorts } from "@sidetone/media-transport";
import type { SipUri } from "@sidetone/sip-core";
import type { TlsOptions, WebSocketOptions } from "@sidetone/sip-transport";
import { locateServers, mostTargets, targetsOf, type Located } from "./locate-servers.ts";
import type { Machine } from "./machine.ts";
import { SipProbe } from "./sip-probe.ts";
import type { Visit } from "./visit.ts";

export interface ExaminationParts {
  readonly environment: Environment;
  readonly machine: Machine;
  /** Where SIP would be taken. */
  readonly listen: ListenStreamOptions;
  /** Where audio would be taken, both ends included. Default: where clients take it by default. */
  readonly rtpPorts?: { readonly first: number; readonly last: number } | undefined;
  /** Where requests of the address would go: its domain, or its server. Undefined: this computer alone is looked at. */
  readonly server: SipUri | undefined;
  readonly tls: TlsOptions;
  readonly webSocket?: WebSocketOptions;
  /** Whom to ask for the public address: `stun:host:port`, or without the scheme. Default: nobody. */
  readonly stunServers?: readonly string[];
  /** Who is to register; without a password that is not tried. Default: nobody. */
  readonly account?: AccountOptions | undefined;
  /** Aborts when the time is up, or the person has had enough. */
  readonly signal: AbortSignal;
}

/** What the checks share: each part is found out once, when the first of them asks for it. */
export class Examination implements AsyncDisposable {
  readonly environment: Environment;
  readonly machine: Machine;
  readonly listen: ListenStreamOptions;
  readonly rtpPorts: { readonly first: number; readonly last: number };
  readonly server: SipUri | undefined;
  readonly tls: TlsOptions;
  readonly webSocket: WebSocketOptions;
  readonly stunServers: readonly string[];
  readonly account: AccountOptions | undefined;
  readonly signal: AbortSignal;
  #probe: Promise<SipProbe> | undefined = undefined;
  #located: Promise<Located | undefined> | undefined = undefined;
  #visits: Promise<readonly Visit[]> | undefined = undefined;

  constructor({
    environment,
    machine,
    listen,
    rtpPorts,
    server,
    tls,
    webSocket = {},
    stunServers = [],
    account,
    signal,
  }: ExaminationParts) {
    this.environment = environment;
    this.machine = machine;
    this.listen = listen;
    this.rtpPorts = rtpPorts ?? { first: defaultRtpPorts.firstPort, last: defaultRtpPorts.lastPort };
    this.server = server;
    this.tls = tls;
    this.webSocket = webSocket;
    this.stunServers = stunServers;
    this.account = account;
    this.signal = signal;
  }

  /** Where the stack would send requests for the server; undefined without one. */
  get located(): Promise<Located | undefined> {
    return (this.#located ??= this.#locate());
  }

  /** What each of the targets answers, in their order. They are asked at the same time. */
  get visits(): Promise<readonly Visit[]> {
    return (this.#visits ??= this.#visitAll());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const probe = await this.#probe?.catch(() => undefined);
    await probe?.[Symbol.asyncDispose]();
  }

  get #opened(): Promise<SipProbe> {
    return (this.#probe ??= SipProbe.open(this.environment, this.listen.address, this));
  }

  async #locate(): Promise<Located | undefined> {
    const { server, environment, signal } = this;
    return server && locateServers(server, await this.#opened, environment.clock, signal);
  }

  async #visitAll(): Promise<readonly Visit[]> {
    const { server, signal } = this;
    const located = await this.located;
    if (!server || !located) return [];
    const probe = await this.#opened;
    return Promise.all(
      targetsOf(located)
        .slice(0, mostTargets)
        .map((target) => probe.visit(target, server, signal)),
    );
  }
}
