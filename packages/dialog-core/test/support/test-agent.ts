import {
  createUserAgentCore,
  type IncomingInvite,
  type IncomingRequest,
  type InviteOptions,
  type InviteTermination,
  type InviteUsage,
  type InviteUsageUser,
  type OutgoingInvite,
  type Refusal,
  type UserAgentCore,
  type UserAgentCoreOptions,
  type UserAgentUser,
} from "@sidetone/dialog-core";
import type { SipResponse } from "@sidetone/sip-core";
import { createSipTransports, type SipTransports, type SipTransportsOptions, type TransportName } from "@sidetone/sip-transport";
import type { VirtualEnvironment } from "@sidetone/testkit";
import { TestMedia } from "./test-media.ts";
import { WireRules } from "./wire-rules.ts";

export type TestAgentOptions = Partial<UserAgentCoreOptions> & {
  transport?: TransportName;
  /** Default: that of the host. */
  listenAddress?: string;
  sip?: SipTransportsOptions;
  /** How long the event loop is said to be busy. */
  busyForMs?: () => number;
};

/** One call as its user sees it. */
export class TestCall implements InviteUsageUser {
  readonly events: string[] = [];
  readonly media: TestMedia;
  readonly requests: IncomingRequest[] = [];
  usage!: InviteUsage;
  termination: InviteTermination | undefined;

  constructor(media: TestMedia) {
    this.media = media;
  }

  onProvisional(_usage: InviteUsage, response: SipResponse): void {
    this.events.push(String(response.statusCode));
  }

  onAnswered(): void {
    this.events.push("answered");
  }

  onEstablished(): void {
    this.events.push("established");
  }

  onRemoteModified(): void {
    this.events.push("modified");
  }

  onRequest(_usage: InviteUsage, request: IncomingRequest): void {
    this.requests.push(request);
    this.events.push(request.request.method);
    request.respond(200);
  }

  onTerminated(_usage: InviteUsage, termination: InviteTermination): void {
    this.termination = termination;
    this.events.push(`${termination.endedBy} ${termination.reason}`);
  }
}

/** A call that came in, with the usage as the callee sees it. */
export class IncomingTestCall extends TestCall {
  declare usage: IncomingInvite;
}

export class OutgoingTestCall extends TestCall {
  declare usage: OutgoingInvite;
}

/** A user agent on a virtual host, which attaches to every call that comes in and leaves the rest to the test. */
export class TestAgent implements UserAgentUser {
  readonly name: string;
  readonly environment: VirtualEnvironment;
  readonly rules: WireRules;
  readonly transports: SipTransports;
  readonly core: UserAgentCore;
  readonly calls: IncomingTestCall[] = [];
  readonly requests: IncomingRequest[] = [];
  /** Decides on a call inside `onInvite`. */
  decide: (call: IncomingTestCall) => void = () => {};
  busy = false;
  /** What refuses every request outside of a dialog. */
  refusal: Refusal | undefined;
  readonly #transport: TransportName;
  readonly #listenAddress: string | undefined;

  constructor(
    name: string,
    environment: VirtualEnvironment,
    { transport = "UDP", listenAddress, sip = {}, busyForMs, ...options }: TestAgentOptions,
  ) {
    this.name = name;
    this.environment = environment;
    this.rules = new WireRules(environment.clock);
    const network = this.rules.over(environment.network);
    const ruled = { ...environment, network, busyForMs };
    this.transports = createSipTransports(ruled, sip);
    this.core = createUserAgentCore(ruled, this.transports, { user: this, ...options });
    this.#transport = transport;
    this.#listenAddress = listenAddress;
  }

  get address(): string {
    return this.environment.network.address;
  }

  get uri(): string {
    const uri = `sip:${this.name}@${this.address}:5060`;
    return this.#transport === "UDP" ? uri : `${uri};transport=${this.#transport.toLowerCase()}`;
  }

  async listen(): Promise<void> {
    await this.transports.listen({ transport: this.#transport, address: this.#listenAddress ?? this.address, port: 5060 });
  }

  call(requestUri: string, options: Partial<InviteOptions> & { media?: TestMedia } = {}): OutgoingTestCall {
    const { media = new TestMedia(this.name), ...inviteOptions } = options;
    const call = new OutgoingTestCall(media);
    call.usage = this.core.invite(
      { requestUri, from: `sip:${this.name}@example.com`, contactUser: this.name, ...inviteOptions },
      media,
      call,
    );
    return call;
  }

  onInvite(invite: IncomingInvite): void {
    const call = new IncomingTestCall(new TestMedia(this.name));
    call.usage = invite;
    this.calls.push(call);
    invite.attach(call.media, call);
    this.decide(call);
  }

  admit(): Refusal | undefined {
    return this.refusal;
  }

  onRequest(request: IncomingRequest): void {
    this.requests.push(request);
    request.respond(202);
  }

  isBusy(): boolean {
    return this.busy;
  }

  /** The call that came in last. */
  get lastCall(): IncomingTestCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error(`nobody has called ${this.name}`);
    return call;
  }
}
