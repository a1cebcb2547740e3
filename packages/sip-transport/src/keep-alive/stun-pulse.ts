import { formatHostPort, type Environment, type SocketAddress } from "@sidetone/infra-common";
import { StunKeepAlive, type StunClient, type StunError, type StunKeepAliveUser } from "@sidetone/stun-core";
import type { Flow } from "../flow.ts";
import { SipTransportError } from "../sip-transport-error.ts";
import { answerTimeoutMs, type Pulse, type PulsePlan, type PulseUser } from "./pulse.ts";

/**
 * Binding requests over UDP (RFC 5626 §4.4.2). Another mapped address than before is a failure, too: "the UA MUST treat this event as a
 * failure on the flow".
 */
export class StunPulse implements Pulse, StunKeepAliveUser {
  readonly isAnswered = true;
  readonly #environment: Environment;
  readonly #client: StunClient;
  readonly #flow: Flow;
  readonly #user: PulseUser;
  #intervalMs: number | undefined = undefined;
  #keepAlive: StunKeepAlive | undefined = undefined;

  constructor(environment: Environment, client: StunClient, flow: Flow, user: PulseUser) {
    this.#environment = environment;
    this.#client = client;
    this.#flow = flow;
    this.#user = user;
  }

  get mappedAddress(): SocketAddress | undefined {
    return this.#keepAlive?.mappedAddress;
  }

  follow({ intervalMs }: PulsePlan): void {
    if (this.#keepAlive && intervalMs === this.#intervalMs) return;
    this.#intervalMs = intervalMs;
    const { mappedAddress } = this;
    this.stop();
    this.#keepAlive = new StunKeepAlive(this.#environment, {
      client: this.#client,
      server: { address: this.#flow.remoteAddress, port: this.#flow.remotePort },
      user: this,
      timeoutMs: answerTimeoutMs,
      ...(intervalMs !== undefined && { intervalMs }),
      ...(mappedAddress && { mappedAddress }),
    });
    this.#keepAlive.start();
  }

  checkNow(): void {
    this.#keepAlive?.askNow();
  }

  stop(): void {
    this.#keepAlive?.close();
  }

  onMapped(_keepAlive: StunKeepAlive, mapped: SocketAddress, previous: SocketAddress | undefined): void {
    if (!previous) return;
    const [was, is] = [previous, mapped].map(({ address, port }) => formatHostPort(address, port));
    const why = `A NAT has given the UDP flow to ${this.#peer} the address ${is} in place of ${was}`;
    this.#user.onDead(new SipTransportError("SIP_TRANSPORT_MAPPING_CHANGED", why));
  }

  onFailed(_keepAlive: StunKeepAlive, cause: StunError): void {
    const why = `The UDP flow to ${this.#peer} has failed: ${cause.message}`;
    this.#user.onDead(new SipTransportError("SIP_TRANSPORT_KEEP_ALIVE_FAILED", why, { cause }));
  }

  get #peer(): string {
    return formatHostPort(this.#flow.remoteAddress, this.#flow.remotePort);
  }
}
