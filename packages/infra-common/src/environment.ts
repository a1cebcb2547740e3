import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type { Network } from "./network.ts";
import type { Random } from "./random.ts";
import type { Resolver } from "./resolver.ts";

/** Everything that the stack takes from outside. `systemEnvironment()` is the real one; the testkit makes virtual ones. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly network: Network;
  /**
   * For how long the event loop has had no idle moment, in milliseconds: nothing that is worked on now has waited longer. Whoever takes
   * requests refuses new ones while it is long. Left out: it is not known, and nothing is refused for it.
   */
  readonly busyForMs?: (() => number) | undefined;
  /** Answers what SIP asks the domain name system (RFC 3263). */
  readonly resolver: Resolver;
  /**
   * Decides what happens when an application's listener throws: tests fail, client-core logs it and emits `ErrorOccurred`.
   * The stack itself goes on undisturbed.
   */
  readonly onListenerError: (error: unknown, where: string) => void;
}
