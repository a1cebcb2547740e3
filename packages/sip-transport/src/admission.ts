import { formatHostPort, networkOf, type Clock, type Environment, type StreamConnection, type Timer } from "@sidetone/infra-common";
import type { StreamLimits } from "./sip-transports-options.ts";

const ignored = (): void => {};

/**
 * Who may connect: bounds the connections of all peers, those of one address, and those from which no whole message has come yet.
 *
 * When too many are silent, the one that has been silent longest makes room, so that those who hold connections open for nothing keep
 * nobody else out.
 */
export class Admission {
  readonly #environment: Environment;
  readonly #limits: StreamLimits;
  readonly #byAddress = new Map<string, number>();
  /** In order of arrival. */
  readonly #silent = new Set<Visitor>();
  #open = 0;

  constructor(environment: Environment, limits: StreamLimits) {
    this.#environment = environment;
    this.#limits = limits;
  }

  /** Counts a connection that a peer has opened; undefined when it is one too many. Whoever gets it says when it is over. */
  admit(connection: StreamConnection): Visitor | undefined {
    const { inboundConnections, connectionsPerAddress, halfOpenConnections, firstMessageTimeoutMs } = this.#limits;
    const origin = networkOf(connection.remoteAddress);
    const ofAddress = this.#byAddress.get(origin) ?? 0;
    if (this.#open >= inboundConnections || ofAddress >= connectionsPerAddress) {
      const remote = formatHostPort(connection.remoteAddress, connection.remotePort);
      const { logger } = this.#environment;
      logger.warn({ remote, open: this.#open, ofAddress }, "too many SIP connections: one more is refused");
      return undefined;
    }
    if (this.#silent.size >= halfOpenConnections) this.#oldestSilent?.dismiss("others wait");
    this.#open++;
    this.#byAddress.set(origin, ofAddress + 1);
    const visitor = new Visitor(this, connection, this.#environment.clock, firstMessageTimeoutMs);
    this.#silent.add(visitor);
    return visitor;
  }

  /** Internal: a message has come. */
  heard(visitor: Visitor): void {
    this.#silent.delete(visitor);
  }

  /** Internal: the connection is over. */
  left(visitor: Visitor): void {
    this.#silent.delete(visitor);
    this.#open--;
    const origin = networkOf(visitor.connection.remoteAddress);
    const rest = (this.#byAddress.get(origin) ?? 1) - 1;
    if (rest > 0) this.#byAddress.set(origin, rest);
    else this.#byAddress.delete(origin);
  }

  /** Internal. */
  onDismissed(visitor: Visitor, why: string): void {
    const remote = formatHostPort(visitor.connection.remoteAddress, visitor.connection.remotePort);
    this.#environment.logger.info({ remote, why }, "a silent SIP connection is closed");
  }

  get #oldestSilent(): Visitor | undefined {
    return this.#silent.values().next().value;
  }
}

/** A connection that a peer has opened, from its arrival on: handshakes and all. */
export class Visitor {
  /** What carries it all: the TCP connection. */
  readonly connection: StreamConnection;
  readonly #admission: Admission;
  readonly #timer: Timer;
  #hasLeft = false;

  constructor(admission: Admission, connection: StreamConnection, clock: Clock, firstMessageTimeoutMs: number) {
    this.#admission = admission;
    this.connection = connection;
    this.#timer = clock.setTimer(firstMessageTimeoutMs, dismissLate, this);
  }

  /** A whole message has come from it. */
  hear(): void {
    this.#timer.cancel();
    this.#admission.heard(this);
  }

  /** The connection is over. Idempotent. */
  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#timer.cancel();
    this.#admission.left(this);
  }

  /** Internal: no message has come, and none is waited for. */
  dismiss(why: string): void {
    this.#admission.onDismissed(this, why);
    this.hear();
    this.connection.close({ abort: true }).catch(ignored);
  }
}

function dismissLate(visitor: Visitor): void {
  visitor.dismiss("no message came in time");
}
