import type { DatagramSocket } from "@sidetone/infra-common";
import {
  answerChallenge,
  Challenge,
  Contact,
  parseMessage,
  selectChallenge,
  SipResponse,
  WWWAuthenticate,
  type ContactAddress,
} from "@sidetone/sip-core";
import type { VirtualEnvironment } from "@sidetone/testkit";

export interface RegisterOptions {
  method?: string;
  requestUri?: string;
  /** Default `sip:alice@example.com`. */
  to?: string;
  callId?: string;
  /** Default one more than the last. */
  cseq?: number;
  /** Default the phone's own; `[]` fetches. */
  contacts?: readonly string[];
  /** Value of Expires. */
  expires?: number | string;
  /** Whole lines. */
  headers?: readonly string[];
  /** Further Via values below the phone's own. */
  vias?: readonly string[];
  branch?: string;
}

export interface Login {
  username: string;
  password: string;
}

/** A phone without a stack: each request is a datagram as the test wants it. */
export class Phone {
  readonly environment: VirtualEnvironment;
  readonly responses: SipResponse[] = [];
  sequenceNumber = 0;
  #socket!: DatagramSocket;
  #branches = 0;
  #nonceCount = 0;

  constructor(environment: VirtualEnvironment) {
    this.environment = environment;
  }

  get contact(): string {
    return `<sip:alice@${this.environment.network.address}:5060>`;
  }

  async listen(): Promise<void> {
    const { network } = this.environment;
    this.#socket = await network.bindDatagram(
      { address: network.address, port: 5060 },
      { onDatagram: (data) => void this.responses.push(parseMessage(data) as SipResponse), onSocketError: () => {} },
    );
  }

  /** Sends a request without credentials, and gives the final response. */
  async send(options: RegisterOptions = {}): Promise<SipResponse> {
    const before = this.responses.length;
    this.#socket.send(Buffer.from(this.#write(options)), 5060, "10.0.0.1");
    await this.environment.clock.advance(10);
    const response = this.responses.slice(before).findLast(({ statusCode }) => statusCode >= 200);
    if (!response) throw new Error("no response came");
    return response;
  }

  /** Sends a request, and answers its challenge. */
  async logIn({ username, password }: Login, options: RegisterOptions = {}): Promise<SipResponse> {
    const challenged = await this.send(options);
    if (challenged.statusCode !== 401) return challenged;
    return this.send({ ...options, headers: [...(options.headers ?? []), this.credentials(challenged, { username, password }, options)] });
  }

  /** The Authorization line that answers the strongest challenge of `response`, or `challenge`. */
  credentials(
    response: SipResponse,
    { username, password }: Login,
    options: RegisterOptions & { challenge?: Challenge; nonceCount?: number } = {},
  ): string {
    const { method = "REGISTER", requestUri = "sip:example.com", nonceCount = ++this.#nonceCount } = options;
    const challenge = options.challenge ?? selectChallenge(response.getAll(WWWAuthenticate))!;
    const answer = answerChallenge(challenge, { username, password, method, uri: requestUri, cnonce: "0a4f113b", nonceCount });
    return `Authorization: ${answer.toString()}`;
  }

  #write(options: RegisterOptions): string {
    const { method = "REGISTER", requestUri = "sip:example.com", to = "sip:alice@example.com", callId = "phone-1" } = options;
    const { cseq = ++this.sequenceNumber, contacts = [this.contact], expires, headers = [], vias = [] } = options;
    const { branch = `z9hG4bK${this.environment.network.address}x${++this.#branches}` } = options;
    return [
      `${method} ${requestUri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.environment.network.address}:5060;branch=${branch};rport`,
      ...vias.map((via) => `Via: ${via}`),
      "Max-Forwards: 70",
      `From: <${to}>;tag=phone`,
      `To: <${to}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...contacts.map((contact) => `Contact: ${contact}`),
      ...(expires === undefined ? [] : [`Expires: ${expires}`]),
      ...headers,
      "Content-Length: 0",
      "\r\n",
    ].join("\r\n");
  }

  close(): Promise<void> {
    return this.#socket.close();
  }
}

/** The contacts of a 200 with their seconds, `uri expires`. */
export function contactsOf(response: SipResponse): string[] {
  return (response.getAll(Contact) as readonly ContactAddress[]).map(({ uri, expires }) => `${uri.toString()} ${expires}`);
}
