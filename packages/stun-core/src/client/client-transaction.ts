import type { Clock, SocketAddress, Timer } from "@sidetone/infra-common";
import type { StunSocket } from "../stun-socket.ts";

/** How often and how long a request is sent (RFC 8489 §6.2.1). */
export interface RetransmissionSchedule {
  /** Time before the second request, doubled for each after it. */
  readonly rtoMs: number;
  /** Rc: requests in all. */
  readonly requestCount: number;
  /** Rm: how many times the RTO to wait after the last request. */
  readonly lastWaitFactor: number;
  /** An earlier end, counted from the first request; Infinity where there is none. */
  readonly timeoutMs: number;
}

/** Who is told the end of transactions; one object serves all. */
export interface ClientTransactionUser {
  /** No response was accepted in time. */
  onTimeout(transaction: ClientTransaction): void;
}

/**
 * One request over UDP until something ends it: "requests would be sent at times 0 ms, 500 ms, 1500 ms, 3500 ms, 7500 ms, 15500 ms, and
 * 31500 ms. If the client has not received a response after 39500 ms, the client will consider the transaction to have timed out."
 * Sends nothing before `start()`.
 */
export class ClientTransaction {
  readonly request: Uint8Array;
  readonly server: SocketAddress;
  requestsSent = 0;
  startedAtMs = 0;
  readonly #user: ClientTransactionUser;
  readonly #socket: StunSocket;
  readonly #clock: Clock;
  readonly #schedule: RetransmissionSchedule;
  #timer: Timer | undefined;

  constructor(
    user: ClientTransactionUser,
    socket: StunSocket,
    clock: Clock,
    request: Uint8Array,
    server: SocketAddress,
    schedule: RetransmissionSchedule,
  ) {
    this.request = request;
    this.server = server;
    this.#user = user;
    this.#socket = socket;
    this.#clock = clock;
    this.#schedule = schedule;
  }

  start(): void {
    this.startedAtMs = this.#clock.now();
    this.#send();
  }

  /** Nothing is sent any more, and nobody told. Idempotent. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #send(): void {
    const { rtoMs, requestCount, lastWaitFactor, timeoutMs } = this.#schedule;
    const waitMs = this.requestsSent + 1 < requestCount ? rtoMs * 2 ** this.requestsSent : rtoMs * lastWaitFactor;
    const leftMs = timeoutMs - (this.#clock.now() - this.startedAtMs);
    this.requestsSent++;
    const isLast = this.requestsSent >= requestCount || waitMs >= leftMs;
    this.#timer = this.#clock.setTimer(Math.min(waitMs, leftMs), isLast ? giveUp : sendAgain, this);
    this.#socket.send(this.request, this.server.port, this.server.address);
  }

  /** For the timer. */
  onTimer(isLast: boolean): void {
    if (isLast) this.#user.onTimeout(this);
    else this.#send();
  }
}

function sendAgain(transaction: ClientTransaction): void {
  transaction.onTimer(false);
}

function giveUp(transaction: ClientTransaction): void {
  transaction.onTimer(true);
}
