import { abortable, formatHostPort, normaliseAddress, type Environment, type SocketAddress } from "@sidetone/infra-common";
import { ChangeRequest, type ChangeRequestValue } from "../attributes/change-request.ts";
import { Software } from "../attributes/texts.ts";
import { prepareCredentials, type StunCredentials } from "../credentials/stun-credentials.ts";
import { isFingerprintValid } from "../message/fingerprint.ts";
import { bindingMethod } from "../message/stun-header.ts";
import { parseStun, type StunMessage } from "../message/stun-message.ts";
import { StunWriter } from "../message/stun-writer.ts";
import { StunError } from "../stun-error.ts";
import type { StunSocket } from "../stun-socket.ts";
import { checkServer, readBindingResponse, type BindingResult } from "./binding-result.ts";
import type { ClientAuthentication } from "./client-authentication.ts";
import { ClientTransaction, type ClientTransactionUser } from "./client-transaction.ts";
import { Exchange, transactionKey, type ExchangeResult } from "./exchange.ts";
import { LongTermAuthentication } from "./long-term-authentication.ts";
import { RoundTripTimes } from "./round-trip-times.ts";
import { ShortTermAuthentication } from "./short-term-authentication.ts";

export interface StunClientOptions {
  /** Value of SOFTWARE in requests. Default: none is sent. */
  software?: string;
  /**
   * FINGERPRINT: `send` adds it to requests and drops responses in which it is wrong; `require` drops those without it too; `off` sends
   * none, for servers of RFC 3489. Default `send`.
   */
  fingerprint?: "send" | "require" | "off";
  /** RTO towards a server that nothing is known of, in milliseconds (RFC 8489 §6.2.1: 500 or more). Default 500. */
  initialRtoMs?: number;
  /** Least RTO that is learned from round trips, in milliseconds. Default 100. */
  minimumRtoMs?: number;
  /** Rc, requests in all. Default 7. */
  requestCount?: number;
  /** Rm, how many times the RTO to wait after the last request. Default 16. */
  lastWaitFactor?: number;
}

export interface BindingOptions {
  /** Pass the same object again and what the server asked for is remembered. Default: none. */
  credentials?: StunCredentials;
  /**
   * Asks the server to answer from another address or port of its own (RFC 5780 §4.4), to find out what a NAT lets in. The answer then counts
   * from wherever it comes: its unpredictable transaction ID tells that it is one. A server that cannot do so refuses with 420.
   */
  changeRequest?: ChangeRequestValue;
  /** Longest time for all of it, redirections and challenges included. Default: as long as the retransmissions take, 39.5 s with RTO 500 ms. */
  timeoutMs?: number;
  /** Stops the transaction; nothing is sent any more. */
  signal?: AbortSignal;
}

/** What came in and led to nothing. */
export interface StunClientStats {
  /** No STUN message, or one without the shape of a response to a Binding request. */
  readonly malformed: number;
  /** Responses to no transaction of ours: late, or forged. */
  readonly unmatched: number;
  /** Responses from another address than was asked. */
  readonly foreign: number;
  /** Responses whose FINGERPRINT is wrong, or missing though required. */
  readonly badFingerprint: number;
  /** Responses whose integrity is wrong or missing. */
  readonly unauthenticated: number;
}

/** Addresses alone are written with it. */
const noId = new Uint8Array(16);
/** Servers that are remembered for one user's credentials; the one met first gives way. */
const maxAuthentications = 16;
/** Redirections and challenges together, each one transaction. */
const maxTransactions = 8;

/**
 * Asks STUN servers, over a socket that may carry something else, under which address the world sees that socket (RFC 8489, Binding).
 *
 * Sends Binding requests with unpredictable transaction IDs and retransmits them (RTO 500 ms at first, then learned per server; seven
 * requests in 39.5 s). Responses count only from the address asked, with our transaction ID and a right FINGERPRINT and integrity. The
 * owner of the socket hands over what arrives: {@link receive}.
 */
export class StunClient implements ClientTransactionUser {
  readonly #environment: Pick<Environment, "clock" | "random">;
  readonly #socket: StunSocket;
  readonly #software: string | undefined;
  readonly #fingerprint: "send" | "require" | "off";
  readonly #requestCount: number;
  readonly #lastWaitFactor: number;
  readonly #roundTripTimes: RoundTripTimes;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #authentications = new WeakMap<StunCredentials, Map<string, ClientAuthentication>>();
  readonly #stats = { malformed: 0, unmatched: 0, foreign: 0, badFingerprint: 0, unauthenticated: 0 };
  #isClosed = false;

  /** @throws {StunError} `STUN_OPTION_INVALID`, `STUN_ATTRIBUTE_INVALID` for a `software` that is too long. */
  constructor(environment: Pick<Environment, "clock" | "random">, socket: StunSocket, options: StunClientOptions = {}) {
    const { fingerprint = "send", initialRtoMs = 500, minimumRtoMs = 100, requestCount = 7, lastWaitFactor = 16 } = options;
    const isPositive = [initialRtoMs, minimumRtoMs, requestCount, lastWaitFactor].every((value) => value > 0 && value < Infinity);
    if (!isPositive || !Number.isInteger(requestCount)) {
      throw new StunError("STUN_OPTION_INVALID", "RTO, Rc and Rm are greater than 0, and Rc is a whole number");
    }
    if (!["send", "require", "off"].includes(fingerprint))
      throw new StunError("STUN_OPTION_INVALID", `no such fingerprint: ${fingerprint}`);
    if (options.software !== undefined) Software.serialize(options.software, noId);
    this.#environment = environment;
    this.#socket = socket;
    this.#software = options.software;
    this.#fingerprint = fingerprint;
    this.#requestCount = requestCount;
    this.#lastWaitFactor = lastWaitFactor;
    this.#roundTripTimes = new RoundTripTimes(initialRtoMs, minimumRtoMs);
  }

  get stats(): StunClientStats {
    return { ...this.#stats };
  }

  /**
   * Learns under which address `server` sees our socket: one Binding transaction, and more where the server challenges (401, 438) or
   * names an alternate server (300).
   *
   * @param server Numeric address and port, of the socket's family.
   * @throws {StunError} `STUN_TIMEOUT` without an answer; `STUN_UNREACHABLE` when the system says so; `STUN_REFUSED` with the server's
   *   `statusCode`; `STUN_AUTHENTICATION_FAILED`; `STUN_INTEGRITY_FAILED` when only answers came that somebody else could have made;
   *   `STUN_RESPONSE_INVALID`; `STUN_REDIRECT_FAILED`; `STUN_CLOSED`; `STUN_OPTION_INVALID`.
   * @throws `signal.reason` when aborted.
   */
  async requestBinding(server: SocketAddress, options: BindingOptions = {}): Promise<BindingResult> {
    const { credentials, changeRequest, timeoutMs = Infinity, signal } = options;
    if (!(timeoutMs > 0)) throw new StunError("STUN_OPTION_INVALID", `timeoutMs must be greater than 0: ${timeoutMs}`);
    const endsAtMs = this.#environment.clock.now() + timeoutMs;
    const asked = new Set<string>();
    let target = checkServer(server);
    for (let count = 0; count < maxTransactions; count++) {
      asked.add(formatHostPort(target.address, target.port));
      const authentication = credentials && this.#authenticationFor(target, credentials);
      const { message, isRetry, roundTripMs } = await this.#transact(target, authentication, changeRequest, endsAtMs, signal);
      if (isRetry) continue;
      const outcome = readBindingResponse(message, target, roundTripMs);
      if (outcome instanceof StunError) throw outcome;
      if (!("alternateServer" in outcome)) return outcome;
      target = outcome.alternateServer;
      // "redirected to a server to which it has already sent this request …, it MUST ignore the redirection" (RFC 8489 §10).
      if (asked.has(formatHostPort(target.address, target.port))) {
        throw new StunError("STUN_REDIRECT_FAILED", "the servers send us in a circle", { statusCode: 300 });
      }
    }
    throw new StunError("STUN_AUTHENTICATION_FAILED", `the server wanted more than ${maxTransactions} requests`);
  }

  /** A datagram that arrived on the socket; see {@link receive}. What is no STUN message is counted. */
  receiveDatagram(data: Uint8Array, address: string, port: number): boolean {
    const message = parseStun(data);
    if (typeof message !== "string") return this.receive(message, address, port);
    this.#stats.malformed++;
    return false;
  }

  /**
   * A message that arrived on the socket. Never throws.
   *
   * @returns whether it answers a request of this client, be it rightly or not; others are for somebody else.
   */
  receive(message: StunMessage, address: string, port: number): boolean {
    if (message.class === "request" || message.class === "indication") return false;
    const exchange = this.#exchanges.get(transactionKey(message.transactionId));
    if (!exchange) {
      this.#stats.unmatched++;
      return false;
    }
    const { server } = exchange.transaction;
    const isFromServer = server.port === port && server.address === normaliseAddress(address);
    if (!isFromServer && !exchange.takesFromAnywhere) this.#stats.foreign++;
    else if (message.method !== bindingMethod) this.#stats.malformed++;
    else if (!this.#hasRightFingerprint(message)) this.#stats.badFingerprint++;
    else this.#onResponse(exchange, message);
    return true;
  }

  /** The system reported that what was sent to `destination` cannot arrive: "a hard ICMP error" ends a transaction (RFC 8489 §6.2.1). */
  onUnreachable(error: Error, destination: SocketAddress): void {
    const address = normaliseAddress(destination.address);
    for (const exchange of [...this.#exchanges.values()]) {
      const { server } = exchange.transaction;
      if (server.address !== address || server.port !== destination.port) continue;
      this.#end(exchange);
      exchange.reject(new StunError("STUN_UNREACHABLE", `${formatHostPort(address, server.port)} cannot be reached`, { cause: error }));
    }
  }

  /** For the transactions; not to be called by users. */
  onTimeout(transaction: ClientTransaction): void {
    const exchange = this.#exchanges.get(transactionKey(transaction.request.subarray(8, 20)));
    if (!exchange) return;
    this.#end(exchange);
    const where = formatHostPort(transaction.server.address, transaction.server.port);
    // "instead of signaling a timeout …, the layer MUST signal that the integrity protection was violated" (RFC 8489 §9.1.4).
    exchange.reject(
      exchange.isIntegrityViolated
        ? new StunError("STUN_INTEGRITY_FAILED", `what came in the name of ${where} was not signed with our password`)
        : new StunError("STUN_TIMEOUT", `${where} answered none of ${transaction.requestsSent} requests`),
    );
  }

  /** Ends what is under way with `STUN_CLOSED`. Idempotent; the socket stays open. */
  close(): void {
    this.#isClosed = true;
    for (const exchange of [...this.#exchanges.values()]) {
      this.#end(exchange);
      exchange.reject(closedError());
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #transact(
    server: SocketAddress,
    authentication: ClientAuthentication | undefined,
    changeRequest: ChangeRequestValue | undefined,
    endsAtMs: number,
    signal: AbortSignal | undefined,
  ): Promise<ExchangeResult> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw closedError();
    const exchange = this.#openExchange(server, authentication, changeRequest, endsAtMs);
    this.#exchanges.set(exchange.id, exchange);
    try {
      exchange.transaction.start();
      return await abortable(exchange.result, signal);
    } finally {
      this.#end(exchange);
    }
  }

  #openExchange(
    server: SocketAddress,
    authentication: ClientAuthentication | undefined,
    changeRequest: ChangeRequestValue | undefined,
    endsAtMs: number,
  ): Exchange {
    const { clock, random } = this.#environment;
    const writer = new StunWriter("request", bindingMethod, random.bytes(12));
    if (this.#software !== undefined) writer.add(Software, this.#software);
    if (changeRequest) writer.add(ChangeRequest, changeRequest);
    const signature = authentication?.sign(writer);
    if (this.#fingerprint !== "off") writer.addFingerprint();
    const nowMs = clock.now();
    const transaction = new ClientTransaction(this, this.#socket, clock, writer.toBytes(), server, {
      rtoMs: this.#roundTripTimes.rtoMs(server.address, nowMs),
      requestCount: this.#requestCount,
      lastWaitFactor: this.#lastWaitFactor,
      timeoutMs: Math.max(0, endsAtMs - nowMs),
    });
    return new Exchange(transaction, authentication, signature, changeRequest !== undefined);
  }

  #onResponse(exchange: Exchange, message: StunMessage): void {
    const { transaction, authentication, signature } = exchange;
    const verdict = authentication?.judge(message, signature) ?? "accept";
    if (verdict === "discard") {
      this.#stats.unauthenticated++;
      exchange.isIntegrityViolated = true;
      return;
    }
    const nowMs = this.#environment.clock.now();
    const roundTripMs = transaction.requestsSent === 1 ? nowMs - transaction.startedAtMs : undefined;
    if (roundTripMs !== undefined) this.#roundTripTimes.learn(transaction.server.address, roundTripMs, nowMs);
    this.#end(exchange);
    if (verdict instanceof StunError) exchange.reject(verdict);
    else exchange.resolve({ message, isRetry: verdict === "retry", roundTripMs });
  }

  #hasRightFingerprint(message: StunMessage): boolean {
    if (message.fingerprintOffset < 0) return this.#fingerprint !== "require";
    return isFingerprintValid(message);
  }

  #end(exchange: Exchange): void {
    exchange.transaction.stop();
    this.#exchanges.delete(exchange.id);
  }

  #authenticationFor({ address, port }: SocketAddress, credentials: StunCredentials): ClientAuthentication {
    const byServer = this.#authentications.get(credentials) ?? new Map<string, ClientAuthentication>();
    this.#authentications.set(credentials, byServer);
    const key = formatHostPort(address, port);
    const known = byServer.get(key);
    if (known) return known;
    const prepared = prepareCredentials(credentials);
    const made = prepared.type === "shortTerm" ? new ShortTermAuthentication(prepared) : new LongTermAuthentication(prepared);
    if (byServer.size >= maxAuthentications) byServer.delete(byServer.keys().next().value as string);
    byServer.set(key, made);
    return made;
  }
}

function closedError(): StunError {
  return new StunError("STUN_CLOSED", "the STUN client was closed");
}
