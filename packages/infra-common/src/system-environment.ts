import type { Environment } from "./environment.ts";
import { silentLogger } from "./logger.ts";
import { nodeNetwork } from "./node/node-network.ts";
import { nodeResolver } from "./node/node-resolver.ts";
import { systemBusyForMs } from "./system-busy.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { rethrowLater } from "./typed-emitter.ts";

/**
 * The real environment: the system's clock, randomness, sockets and name servers, and a silent logger. An error thrown by a listener
 * becomes an uncaught exception, as with EventTarget. `overrides` take the place of the parts they name.
 */
export function systemEnvironment(overrides: Partial<Environment> = {}): Environment {
  return {
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    network: nodeNetwork,
    busyForMs: systemBusyForMs,
    resolver: nodeResolver,
    onListenerError: rethrowLater,
    ...overrides,
  };
}
