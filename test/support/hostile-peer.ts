import type { DatagramSocket, Random, StreamConnection } from "@sidetone/infra-common";
import type { VirtualHost } from "@sidetone/testkit";
import { below, mutateMessage, pick } from "./mutate-message.ts";

const methods = "INVITE ACK BYE CANCEL OPTIONS REGISTER SUBSCRIBE NOTIFY MESSAGE INFO UPDATE PRACK REFER PUBLISH FROBNICATE".split(" ");
const statusLines = [
  "100 Trying",
  "180 Ringing",
  "183 Progress",
  "200 OK",
  "200 OK",
  "202 Accepted",
  "302 Moved",
  "401 No",
  "407 No",
].concat(["408 Late", "481 None", "486 Busy", "491 Pending", "500 Oops", "503 Away", "606 Not that", "700 What"]);

interface KnownDialog {
  readonly callId: string;
  readonly localTag: string;
  remote: string;
  cseq: number;
  inviteBranch: string;
}

/** A peer of the target that knows the protocol well enough to get into its dialogs, and sends mostly nonsense there. */
export class HostilePeer {
  readonly #host: VirtualHost;
  readonly #target: string;
  readonly #random: Random;
  readonly #dialogs: KnownDialog[] = [];
  /** The latest requests of the target. */
  readonly #requests: string[] = [];
  readonly #mediaPorts: number[] = [];
  #socket!: DatagramSocket;
  /** At a port that its session descriptions name. */
  #media!: DatagramSocket;
  #connection: StreamConnection | undefined;
  #made = 0;

  constructor(host: VirtualHost, target: string, random: Random) {
    this.#host = host;
    this.#target = target;
    this.#random = random;
  }

  async open(): Promise<void> {
    const receiver = { onDatagram: (data: Buffer) => this.#learn(data.toString("latin1")), onSocketError: () => {} };
    this.#socket = await this.#host.bindDatagram({ address: this.#host.address, port: 5060 }, receiver);
    this.#media = await this.#host.bindDatagram(
      { address: this.#host.address, port: 4000 },
      { onDatagram: () => {}, onSocketError: () => {} },
    );
  }

  async connect(): Promise<void> {
    if (this.#connection) return;
    const forget = (): void => void (this.#connection = undefined);
    const receiver = { onData: (data: Buffer) => this.#learn(data.toString("latin1")), onDrain: () => {}, onClosed: forget };
    this.#connection = await this.#host.connectStream({ address: this.#target, port: 5060 }, receiver);
  }

  async close(): Promise<void> {
    await this.#connection?.close({ abort: true });
    await Promise.all([this.#socket.close(), this.#media.close()]);
  }

  /** Sends one message, mostly with anomalies: by a stream, if there is one, as often as not. */
  step(): void {
    const random = this.#random;
    const connection = random.float() < 0.5 ? this.#connection : undefined;
    if (random.float() < 0.1) return this.#sendMedia();
    const message = random.float() < 0.3 && this.#requests.length > 0 ? this.#response() : this.#request(connection ? "TCP" : "UDP");
    const bytes = Buffer.from(random.float() < 0.4 ? message : mutateMessage(message, random), "latin1");
    if (connection) connection.send(bytes);
    else this.#socket.send(bytes, 5060, this.#target);
  }

  #request(transport: string): string {
    const random = this.#random;
    const method = random.float() < 0.4 ? "INVITE" : pick(random, methods);
    const known = random.float() < 0.7 ? pick(random, this.#dialogs) : undefined;
    const dialog = known ?? {
      callId: `h${++this.#made}`,
      localTag: "hostile",
      remote: `<sip:sut@${this.#target}>`,
      cseq: 0,
      inviteBranch: "",
    };
    if (!known && method === "INVITE" && this.#dialogs.push(dialog) > 20) this.#dialogs.shift();
    const joins = (method === "ACK" && random.float() < 0.5) || method === "CANCEL";
    const branch = joins ? dialog.inviteBranch : `z9hG4bKh${++this.#made}`;
    if (method === "INVITE") dialog.inviteBranch = branch;
    if (!joins && method !== "ACK") dialog.cseq++;
    const body = method === "INVITE" || method === "ACK" || method === "UPDATE" ? this.#body() : "";
    return this.#write(`${method} sip:sut@${this.#target} SIP/2.0`, body, [
      `Via: SIP/2.0/${transport} ${this.#host.address}:5060;branch=${branch};rport`,
      "Max-Forwards: 70",
      `From: <sip:h@${this.#host.address}>;tag=${dialog.localTag}`,
      `To: ${dialog.remote}`,
      `Call-ID: ${dialog.callId}`,
      `CSeq: ${dialog.cseq} ${method}`,
      `Contact: <sip:h@${this.#host.address}:5060;transport=${transport.toLowerCase()}>`,
      ...(method === "REFER" ? [`Refer-To: <sip:x@${this.#host.address}>`] : []),
      ...(method === "PRACK" ? ["RAck: 1 1 INVITE"] : []),
      ...(method === "SUBSCRIBE" || method === "NOTIFY" ? ["Event: presence", "Subscription-State: active", "Expires: 60"] : []),
    ]);
  }

  /** An answer to one of the target's requests. */
  #response(): string {
    const random = this.#random;
    const request = pick(random, this.#requests);
    const statusLine = pick(random, statusLines);
    const fields = ["Via", "From", "Call-ID", "CSeq"].flatMap((name) => request.match(new RegExp(`^${name}:.*$`, "gim")) ?? []);
    const to = /^To:(.*)$/im.exec(request)?.[1]?.trim() ?? "";
    return this.#write(`SIP/2.0 ${statusLine}`, / INVITE/.test(request) ? this.#body() : "", [
      ...fields.map((field) => field.trim()),
      `To: ${to.includes(";tag=") ? to : `${to};tag=h${below(random, 3)}`}`,
      `Contact: <sip:h@${this.#host.address}:5060>`,
      ...(/^40[17]/.test(statusLine)
        ? ['WWW-Authenticate: Digest realm="x",nonce="1",algorithm=MD5', 'Proxy-Authenticate: Digest realm="x",nonce="2"']
        : []),
    ]);
  }

  #body(): string {
    const random = this.#random;
    if (random.float() < 0.2) return "";
    const direction = pick(random, ["sendrecv", "sendonly", "recvonly", "inactive"]);
    const port = pick(random, [0, 9, 4000, 4002]);
    const description = [
      "v=0",
      `o=- 1 ${below(random, 5)} IN IP4 ${this.#host.address}`,
      "s=-",
      `c=IN IP4 ${pick(random, [this.#host.address, "0.0.0.0"])}`,
      "t=0 0",
      `m=audio ${port} RTP/AVP ${pick(random, ["0 8 101", "8", "18", "0"])}`,
      "a=rtpmap:101 telephone-event/8000",
      `a=${direction}`,
      ...(random.float() < 0.3 ? ["m=video 5000 RTP/AVP 96", "a=rtpmap:96 H264/90000"] : []),
      "",
    ].join("\r\n");
    return random.float() < 0.5 ? description : mutateMessage(description, random);
  }

  #write(startLine: string, body: string, fields: readonly string[]): string {
    const type = body === "" ? [] : ["Content-Type: application/sdp"];
    return [startLine, ...fields, ...type, `Content-Length: ${body.length}`, "", body].join("\r\n");
  }

  /** Noise, or half an RTP or RTCP packet, to a media port of the target. */
  #sendMedia(): void {
    if (this.#mediaPorts.length === 0) return;
    const bytes = this.#random.bytes(below(this.#random, 300));
    if (bytes.length > 1 && this.#random.float() < 0.8)
      bytes.set([0x80 | (bytes[0]! & 0x3f), pick(this.#random, [0, 8, 101, 200, 201, 202, 203, 204])]);
    this.#media.send(bytes, pick(this.#random, this.#mediaPorts), this.#target);
  }

  #learn(message: string): void {
    for (const [, port] of message.matchAll(/^m=audio (\d+)/gm)) this.#mediaPorts.push(Number(port), Number(port) + 1);
    this.#mediaPorts.splice(0, this.#mediaPorts.length - 10);
    if (!message.startsWith("SIP/2.0")) {
      if (this.#requests.push(message) > 8) this.#requests.shift();
      return;
    }
    const callId = /^Call-ID:\s*(\S+)/im.exec(message)?.[1];
    const dialog = this.#dialogs.find((each) => each.callId === callId);
    const to = /^To:\s*(.*;tag=\S+)/im.exec(message)?.[1];
    if (dialog && to) dialog.remote = to.trim();
  }
}
