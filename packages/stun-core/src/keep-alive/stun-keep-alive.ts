import type { Environment, SocketAddress, Timer } from "@sidetone/infra-common";
import { checkServer, type BindingResult } from "../client/binding-result.ts";
import type { StunClient } from "../client/stun-client.ts";
import type { StunCredentials } from "../credentials/stun-credentials.ts";
import { StunError } from "../stun-error.ts";

/** Who is told what became of a flow; one object may serve many. None of the methods may throw. */
export interface StunKeepAliveUser {
  /**
   * The first answer, and each that names another address than the one before: then the NAT has given the flow another mapping, requests to
   * the old one no longer arrive, and "the UA MUST treat this event as a failure on the flow" (RFC 5626 §4.4.2).
   */
  onMapped(keepAlive: StunKeepAlive, mappedAddress: SocketAddress, previous: SocketAddress | undefined): void;
  /** A request was not answered in time: the flow has failed. Nothing more is sent until `start()`. */
  onFailed(keepAlive: StunKeepAlive, error: StunError): void;
  /** Each answer. */
  onAnswered?(keepAlive: StunKeepAlive, result: BindingResult): void;
}

export interface StunKeepAliveOptions {
  client: StunClient;
  /** Who is at the other end of the flow: numeric address and port. */
  server: SocketAddress;
  user: StunKeepAliveUser;
  /**
   * Longest time from an answer to the next request, in milliseconds; each is chosen at random from 80 % of it on (RFC 5626 §4.4). Take
   * the server's Flow-Timer where it sent one. Default 19,000: sooner than the 24 to 29 s of §4.4.1, so that a flow that dies is noticed
   * within 29 s.
   */
  intervalMs?: number;
  /** How long to wait for an answer, retransmissions included, in milliseconds. Default 10,000. */
  timeoutMs?: number;
  /** What another one has found before: an answer that names another address is a change. Default: nothing is known. */
  mappedAddress?: SocketAddress;
  /** Default none: RFC 5626 §8 has none for keep-alive. */
  credentials?: StunCredentials;
}

/**
 * Keeps a UDP flow alive through NATs by Binding requests (RFC 5626 §4.4.2), and notices when it fails or gets another mapping.
 *
 * Sends nothing before `start()`. A flow that dies is noticed `intervalMs` + `timeoutMs` later at most.
 */
export class StunKeepAlive {
  readonly server: SocketAddress;
  readonly #environment: Pick<Environment, "clock" | "random">;
  readonly #client: StunClient;
  readonly #user: StunKeepAliveUser;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  readonly #credentials: StunCredentials | undefined;
  #mappedAddress: SocketAddress | undefined;
  #timer: Timer | undefined;
  /** Of the request under way, or of the pause before the next; undefined while stopped. */
  #running: AbortController | undefined;

  /** @throws {StunError} `STUN_OPTION_INVALID` */
  constructor(environment: Pick<Environment, "clock" | "random">, options: StunKeepAliveOptions) {
    const { intervalMs = 19_000, timeoutMs = 10_000 } = options;
    if (!(intervalMs > 0 && timeoutMs > 0)) throw new StunError("STUN_OPTION_INVALID", "intervalMs and timeoutMs are greater than 0");
    this.#environment = environment;
    this.#client = options.client;
    this.server = checkServer(options.server);
    this.#user = options.user;
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
    this.#mappedAddress = options.mappedAddress;
    this.#credentials = options.credentials;
  }

  /** The address that the flow has at the other end, from the last answer, or as it was known before. */
  get mappedAddress(): SocketAddress | undefined {
    return this.#mappedAddress;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Sends a request now, and again after each interval. Does nothing while it runs. */
  start(): void {
    if (this.#running) return;
    this.#running = new AbortController();
    void this.#ask(this.#running);
  }

  /** Sends a request now rather than at the end of the interval: after sleep, or when the network changed. Does nothing unless it runs. */
  askNow(): void {
    if (!this.#running || !this.#timer) return;
    this.#timer.cancel();
    this.#timer = undefined;
    void this.#ask(this.#running);
  }

  /** Nothing is sent any more, and nobody told. Idempotent. */
  close(): void {
    const running = this.#running;
    this.#running = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    running?.abort();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #ask(running: AbortController): Promise<void> {
    const { signal } = running;
    const options = { signal, timeoutMs: this.#timeoutMs, ...(this.#credentials && { credentials: this.#credentials }) };
    let result: BindingResult;
    try {
      result = await this.#client.requestBinding(this.server, options);
    } catch (error) {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#user.onFailed(this, error as StunError);
      return;
    }
    if (this.#running === running) this.#onAnswer(result, running);
  }

  #onAnswer(result: BindingResult, running: AbortController): void {
    const delayMs = this.#intervalMs * (0.8 + 0.2 * this.#environment.random.float());
    this.#timer = this.#environment.clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      void this.#ask(running);
    });
    const { mappedAddress } = result;
    const previous = this.#mappedAddress;
    this.#mappedAddress = mappedAddress;
    this.#user.onAnswered?.(this, result);
    const isSame = previous?.address === mappedAddress.address && previous.port === mappedAddress.port;
    if (!isSame && this.#running === running) this.#user.onMapped(this, mappedAddress, previous);
  }
}
