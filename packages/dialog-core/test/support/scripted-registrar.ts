import type { DatagramSocket } from "@sidetone/infra-common";
import { createResponse, parseMessage, serializeMessage, SipRequest, withReceived, type HeaderInput } from "@sidetone/sip-core";
import { BindingServer } from "@sidetone/stun-core";
import type { VirtualEnvironment } from "@sidetone/testkit";

/** What the registrar says to one request: a status code and header fields; undefined: nothing. */
export type Answer = readonly [statusCode: number, ...headers: HeaderInput[]] | undefined;

/** A registrar that says what the test tells it to, and otherwise keeps whatever is registered for as long as was asked. */
export class ScriptedRegistrar {
  readonly requests: SipRequest[] = [];
  /** When each came, in milliseconds. */
  readonly times: number[] = [];
  /** What came that was no message. */
  readonly keepAlives: { data: Buffer; atMs: number }[] = [];
  /** Whether Binding requests are answered. */
  answersStun = true;
  /** Changes a response as it goes out. */
  rewrite: (response: string) => string = (response) => response;
  /** For the next requests, one each. */
  readonly script: ((request: SipRequest) => Answer)[] = [];
  /** For all that the script does not answer. */
  rule: (request: SipRequest) => Answer = keep;
  readonly #environment: VirtualEnvironment;
  readonly #stun = new BindingServer();
  #socket: DatagramSocket | undefined;
  readonly #seen = new Map<string, Uint8Array | undefined>();

  constructor(environment: VirtualEnvironment) {
    this.#environment = environment;
  }

  async listen(): Promise<this> {
    const { network, clock } = this.#environment;
    this.#socket = await network.bindDatagram(
      { address: network.address, port: 5060 },
      {
        onDatagram: (data, address, port) => {
          if (data[0]! < 0x20) return this.#onKeepAlive(data, address, port);
          const message = parseMessage(data);
          if (!(message instanceof SipRequest)) return;
          const request = withReceived(message, address, port);
          const { branch } = request.topVia;
          if (!this.#seen.has(branch!)) {
            this.requests.push(request);
            this.times.push(clock.now());
            this.#seen.set(branch!, this.#answer(request));
          }
          const response = this.#seen.get(branch!);
          if (response) this.#socket?.send(response, port, address);
        },
        onSocketError: () => {},
      },
    );
    return this;
  }

  get last(): SipRequest {
    return this.requests.at(-1)!;
  }

  /** The next requests get these, one each. */
  say(...answers: Answer[]): void {
    for (const answer of answers) this.script.push(() => answer);
  }

  async close(): Promise<void> {
    await this.#socket?.close();
    this.#socket = undefined;
  }

  #onKeepAlive(data: Uint8Array, address: string, port: number): void {
    this.keepAlives.push({ data: Buffer.from(data), atMs: this.#environment.clock.now() });
    const answer = this.answersStun ? this.#stun.answerDatagram(data, { address, port }) : undefined;
    if (answer) this.#socket?.send(answer, port, address);
  }

  #answer(request: SipRequest): Uint8Array | undefined {
    const decided = (this.script.shift() ?? this.rule)(request);
    if (!decided) return undefined;
    const [statusCode, ...headers] = decided;
    const response = serializeMessage(createResponse(request, statusCode, { toTag: "registrar", headers }));
    return Buffer.from(this.rewrite(response.toString("latin1")), "latin1");
  }
}

/** 200 with every Contact of the request, and the lifetime that it asks for. */
export function keep(request: SipRequest): Answer {
  const expires = request.getText("Expires") ?? "3600";
  const contacts = request.getAllText("Contact").filter((contact) => !contact.includes("expires=0"));
  return [200, ...contacts.map((contact): HeaderInput => ["Contact", `${contact};expires=${expires}`])];
}

/** 200, and bindings of so many seconds. */
export const keepFor =
  (seconds: number, ...headers: HeaderInput[]) =>
  (request: SipRequest): Answer => {
    const contacts = request.getAllText("Contact").filter((contact) => !contact.includes("expires=0"));
    return [200, ...contacts.map((contact): HeaderInput => ["Contact", `${contact};expires=${seconds}`]), ...headers];
  };
