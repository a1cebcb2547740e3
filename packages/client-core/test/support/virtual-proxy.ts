import type { DatagramSocket } from "@sidetone/infra-common";
import { createResponse, parseMessage, serializeMessage, SipRequest, withReceived, type HeaderInput } from "@sidetone/sip-core";
import type { VirtualEnvironment } from "@sidetone/testkit";

/**
 * A registrar and record-routing, stateless proxy for `example.com` on the public network (RFC 3261 §16.11). It knows nothing of NATs: calls
 * go where the registered Contact says, responses where they came from (RFC 3581).
 */
export class VirtualProxy {
  /** Contact URI by user. */
  readonly bindings = new Map<string, string>();
  /** REGISTER requests, as they came. */
  readonly registers: SipRequest[] = [];
  readonly #address: string;
  readonly #environment: VirtualEnvironment;
  #socket!: DatagramSocket;

  constructor(environment: VirtualEnvironment) {
    this.#environment = environment;
    this.#address = environment.network.address;
  }

  async listen(): Promise<this> {
    this.#socket = await this.#environment.network.bindDatagram(
      { address: this.#address, port: 5060 },
      { onDatagram: (data, address, port) => this.#receive(data, address, port), onSocketError: () => {} },
    );
    return this;
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  #receive(data: Buffer, address: string, port: number): void {
    if (data[0]! < 0x20) return; // keep-alive
    const message = parseMessage(data);
    if (message instanceof SipRequest) {
      const request = withReceived(message, address, port);
      if (request.method === "REGISTER") this.#register(request, address, port);
      else this.#forward(request, address, port);
    } else if ("statusCode" in message) {
      const [, ...vias] = message.getAllText("Via");
      const { host, received = host, rport, port: sentPort = 5060 } = parseVia(vias[0]!);
      this.#send(withVias(serializeMessage(message), vias), received, rport ?? sentPort);
    }
  }

  #register(request: SipRequest, address: string, port: number): void {
    this.registers.push(request);
    const user = /<?sip:([^@]+)@/.exec(request.getText("To")!)![1]!;
    const isRemoval = request.getText("Expires") === "0";
    const kept = request.getAllText("Contact").filter((contact) => !isRemoval && !contact.includes("expires=0"));
    if (kept[0] === undefined) this.bindings.delete(user);
    else this.bindings.set(user, /<([^>]+)>/.exec(kept[0])![1]!);
    const headers = kept.map((contact): HeaderInput => ["Contact", `${contact};expires=${request.getText("Expires") ?? "3600"}`]);
    this.#send(serializeMessage(createResponse(request, 200, { toTag: "proxy", headers })), address, port);
  }

  #forward(request: SipRequest, address: string, port: number): void {
    const isOurs = request.requestUriText.endsWith("@example.com");
    const target = isOurs ? this.bindings.get(/^sip:([^@]+)@/.exec(request.requestUriText)![1]!) : request.requestUriText;
    if (target === undefined) {
      if (request.method !== "ACK") this.#send(serializeMessage(createResponse(request, 404, { toTag: "proxy" })), address, port);
      return;
    }
    const via = `SIP/2.0/UDP ${this.#address}:5060;branch=${request.topVia.branch!}p`;
    const text = serializeMessage(request)
      .toString("latin1")
      .replace(/^(\S+) \S+/, `$1 ${target}`)
      .replace(/^Route:[^\r]*\r\n/im, "")
      .replace("\r\n", `\r\nRecord-Route: <sip:${this.#address}:5060;lr>\r\n`);
    const [, host, port_ = "5060"] = /^sip:(?:[^@]*@)?([^:;]+)(?::(\d+))?/.exec(target)!;
    this.#send(withVias(Buffer.from(text, "latin1"), [via, ...request.getAllText("Via")]), host!, Number(port_));
  }

  #send(data: Uint8Array, address: string, port: number): void {
    this.#socket.send(data, port, address);
  }
}

/** The message with these Via header fields in place of its own. */
function withVias(data: Uint8Array, vias: readonly string[]): Buffer {
  const text = Buffer.from(data).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const [startLine, ...fields] = text.slice(0, end).split("\r\n");
  const others = fields.filter((field) => !/^Via:/i.test(field));
  return Buffer.from([startLine, ...vias.map((via) => `Via: ${via}`), ...others].join("\r\n") + text.slice(end), "latin1");
}

function parseVia(via: string): { host: string; port: number | undefined; received: string | undefined; rport: number | undefined } {
  const [, host, port] = /^SIP\/2\.0\/UDP ([^:;]+)(?::(\d+))?/.exec(via)!;
  const received = /;received=([^;]+)/.exec(via)?.[1];
  const rport = /;rport=(\d+)/.exec(via)?.[1];
  return { host: host!, port: port ? Number(port) : undefined, received, rport: rport ? Number(rport) : undefined };
}
