import type { Clock } from "@sidetone/infra-common";
import { parseMessage, SipRequest, SipResponse, withReceived, type SipMessage } from "@sidetone/sip-core";
import type { Flow, ListeningPoint, SipTransports, SipTransportUser } from "@sidetone/sip-transport";

/** A flow that remembers what was sent over it, and when. */
export class FakeFlow implements Flow {
  readonly transport: "UDP" | "TCP";
  readonly reliable: boolean;
  readonly secure = false;
  readonly localAddress = "10.0.0.1";
  readonly localPort = 5060;
  readonly remoteAddress = "10.0.0.2";
  readonly remotePort = 5060;
  readonly sentBy = "10.0.0.1:5060";
  isClosed = false;
  readonly sent: { atMs: number; bytes: Uint8Array; message: SipMessage }[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock, transport: "UDP" | "TCP" = "UDP") {
    this.#clock = clock;
    this.transport = transport;
    this.reliable = transport === "TCP";
  }

  send(bytes: Uint8Array): void {
    if (!this.isClosed) this.sent.push({ atMs: this.#clock.now(), bytes, message: parseMessage(Buffer.from(bytes)) });
  }

  /** "INVITE@0", "200@500" … in order. */
  get log(): string[] {
    return this.sent.map(({ atMs, message }) => `${nameOf(message)}@${atMs}`);
  }

  /** When messages of that name were sent. */
  sentAt(name: string): number[] {
    return this.sent.filter(({ message }) => nameOf(message) === name).map(({ atMs }) => atMs);
  }

  last<Kind extends SipMessage = SipMessage>(): Kind {
    return this.sent.at(-1)!.message as Kind;
  }
}

/** Transports without a network: the test hands messages in, and flows for responses out. */
export class FakeTransports implements SipTransports {
  user!: SipTransportUser;
  readonly listeningPoints: readonly ListeningPoint[] = [];
  /** What `responseFlow` gives when the flow has closed. */
  reopened: Flow | Error | undefined;

  listen(): Promise<ListeningPoint> {
    throw new Error("not in this test");
  }

  locate(): Promise<never> {
    throw new Error("not in this test");
  }

  explainLocation(): Promise<never> {
    throw new Error("not in this test");
  }

  keepAlive(): never {
    throw new Error("not in this test");
  }

  abandonFlow(): void {}

  checkFlows(): void {}

  flowTo(): Promise<never> {
    throw new Error("not in this test");
  }

  responseFlow(_message: SipRequest | SipResponse, arrival: Flow): Flow | Promise<Flow> {
    if (!arrival.isClosed) return arrival;
    return this.reopened instanceof Error ? Promise.reject(this.reopened) : Promise.resolve(this.reopened!);
  }

  followAddresses(): Promise<void> {
    return Promise.resolve();
  }

  endOwnConnections(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Lets the bytes of one message arrive. */
  deliver(text: string | Uint8Array, flow: Flow): void {
    const message = parseMessage(Buffer.from(text));
    if (message instanceof SipRequest) this.user.onRequest(withReceived(message, flow.remoteAddress, flow.remotePort), flow);
    else this.user.onResponse(message, flow);
  }
}

function nameOf(message: SipMessage): string {
  return message instanceof SipRequest ? message.method : String((message as SipResponse).statusCode);
}
