import type { DatagramSocket } from "@sidetone/infra-common";
import {
  createResponse,
  parseMessage,
  serializeMessage,
  SipRequest,
  withReceived,
  type HeaderInput,
  type SipResponse,
} from "@sidetone/sip-core";
import type { VirtualEnvironment } from "@sidetone/testkit";

/** What the registrar says to one request: a status code and header fields; undefined: nothing. */
export type Answer = readonly [statusCode: number, ...headers: HeaderInput[]] | undefined;

/** A registrar that says what the test tells it to, and otherwise keeps whatever is registered for as long as was asked. It also sends calls. */
export class ScriptedRegistrar {
  readonly requests: SipRequest[] = [];
  /** To what it has sent. */
  readonly responses: SipResponse[] = [];
  /** When each came, in milliseconds. */
  readonly times: number[] = [];
  /** For the next requests, one each. */
  readonly script: ((request: SipRequest) => Answer)[] = [];
  /** For all that the script does not answer. */
  rule: (request: SipRequest) => Answer = keep;
  readonly #environment: VirtualEnvironment;
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
          if (data[0]! < 0x20) return; // keep-alive
          const message = parseMessage(data);
          if (!(message instanceof SipRequest)) return void this.responses.push(message);
          if (message.method === "ACK") return;
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

  /** Sends a request as a proxy would, from where it listens. */
  send(head: string, address: string, port = 5060, body = ""): void {
    this.#socket?.send(Buffer.from(head.replaceAll("\n", "\r\n") + body), port, address);
  }

  async close(): Promise<void> {
    await this.#socket?.close();
    this.#socket = undefined;
  }

  #answer(request: SipRequest): Uint8Array | undefined {
    const decided = (this.script.shift() ?? this.rule)(request);
    if (!decided) return undefined;
    const [statusCode, ...headers] = decided;
    return serializeMessage(createResponse(request, statusCode, { toTag: "registrar", headers }));
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
