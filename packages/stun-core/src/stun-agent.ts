import { looksLikeStun } from "./message/stun-header.ts";
import { parseStun } from "./message/stun-message.ts";
import type { StunClient } from "./client/stun-client.ts";
import type { BindingServer } from "./server/binding-server.ts";
import type { StunSocket } from "./stun-socket.ts";

export interface StunAgentOptions {
  socket: StunSocket;
  /** Takes responses. Default: they are dropped. */
  client?: StunClient;
  /** Answers requests. Default: they are dropped. */
  server?: BindingServer;
  /** Whether the server answers whoever asks from there. Default: it answers everybody. */
  answers?: (address: string, port: number) => boolean;
}

/** STUN on a socket that carries SIP or RTP beside it: takes out of the stream what is STUN, by its first byte and magic cookie. */
export class StunAgent {
  readonly #socket: StunSocket;
  readonly #client: StunClient | undefined;
  readonly #server: BindingServer | undefined;
  readonly #answers: ((address: string, port: number) => boolean) | undefined;
  #droppedMessages = 0;

  constructor({ socket, client, server, answers }: StunAgentOptions) {
    this.#socket = socket;
    this.#client = client;
    this.#server = server;
    this.#answers = answers;
  }

  /** STUN messages that were damaged, or that nobody here takes. */
  get droppedMessages(): number {
    return this.#droppedMessages;
  }

  /**
   * Looks at a datagram, and deals with it where it is STUN. Never throws.
   *
   * @returns false where it is something else, for the owner of the socket.
   */
  receive(data: Uint8Array, address: string, port: number): boolean {
    if (!looksLikeStun(data)) return false;
    const message = parseStun(data);
    if (typeof message === "string") this.#droppedMessages++;
    else if (message.class === "success" || message.class === "error") {
      if (!this.#client?.receive(message, address, port)) this.#droppedMessages++;
    } else if (this.#server && this.#answers?.(address, port) !== false) {
      const response = this.#server.answer(message, { address, port });
      if (response) this.#socket.send(response, port, address);
    } else this.#droppedMessages++;
    return true;
  }
}
