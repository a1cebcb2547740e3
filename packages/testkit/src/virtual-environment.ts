import { silentLogger, type Environment, type Logger } from "@sidetone/infra-common";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";
import type { VirtualHost } from "./network/virtual-host.ts";
import { VirtualNetwork, type VirtualNetworkOptions } from "./network/virtual-network.ts";

export interface VirtualEnvironmentOptions {
  /** The same seed gives the same run. Default 1. */
  seed?: number | string;
  /** The host's address on a network of its own, or of `beside`; or a host made already, for instance behind a NAT. Default `10.0.0.1`. */
  host?: string | VirtualHost;
  /** Another environment, whose clock and network this one shares. */
  beside?: VirtualEnvironment;
  /** For a network of its own. */
  network?: VirtualNetworkOptions;
  logger?: Logger;
  /**
   * What becomes of a listener's error beyond its place in `listenerErrors`: "rethrow" makes it an uncaught exception,
   * which fails the test run; "collect" is for tests that expect one. Default "rethrow".
   */
  onListenerError?: "rethrow" | "collect";
}

/** An environment under a virtual clock, on a host of a virtual network. */
export interface VirtualEnvironment extends Environment {
  readonly clock: VirtualClock;
  readonly network: VirtualHost;
  /** The network that the host is on. */
  readonly virtualNetwork: VirtualNetwork;
  /** What listeners have thrown so far. */
  readonly listenerErrors: readonly { readonly error: unknown; readonly where: string }[];
}

/** Makes an environment for tests. Two parties: `const bob = virtualEnvironment({ host: "10.0.0.2", beside: alice })`. */
export function virtualEnvironment(options: VirtualEnvironmentOptions = {}): VirtualEnvironment {
  const { seed = 1, host = "10.0.0.1", beside, logger = silentLogger, onListenerError = "rethrow" } = options;
  const shared = beside?.virtualNetwork ?? (typeof host === "string" ? undefined : host.network);
  if (shared && options.network) throw new Error('"network" is for a network of its own; this environment shares one');
  const virtualNetwork = shared ?? new VirtualNetwork(new VirtualClock(), new SeededRandom(`network ${seed}`), options.network);
  if (!(virtualNetwork.clock instanceof VirtualClock)) throw new Error("the network runs on another clock than a VirtualClock");
  const network = typeof host === "string" ? virtualNetwork.host(host) : host;
  const listenerErrors: { error: unknown; where: string }[] = [];
  return {
    clock: virtualNetwork.clock,
    random: new SeededRandom(`${network.address} ${seed}`),
    logger,
    network,
    virtualNetwork,
    listenerErrors,
    onListenerError: (error, where) => {
      listenerErrors.push({ error, where });
      if (onListenerError === "rethrow") queueMicrotask(() => rethrow(error));
    },
  };
}

function rethrow(error: unknown): never {
  throw error;
}
