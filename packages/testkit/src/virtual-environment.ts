import { silentLogger, type Environment, type Logger } from "@sidetone/infra-common";
import type { VirtualHost } from "./network/virtual-host.ts";
import { VirtualNetwork, type VirtualNetworkOptions } from "./network/virtual-network.ts";
import type { VirtualResolver } from "./network/virtual-resolver.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface VirtualEnvironmentOptions {
  /** The same seed gives the same run. Default 1. */
  seed?: number | string;
  /** The host's address; or a host of the network made already, for instance behind a NAT. Default `10.0.0.1`. */
  host?: string | VirtualHost;
  /** Another environment, whose clock and network this one shares. */
  beside?: VirtualEnvironment;
  /** A network made already, or how to make one. It cannot stand with `beside`. */
  network?: VirtualNetwork | VirtualNetworkOptions;
  logger?: Logger;
  /**
   * What becomes of a listener's error beside its place in `listenerErrors`: "rethrow" makes it an uncaught exception,
   * which fails the test run; "collect" is for tests that expect one. Default "rethrow".
   */
  onListenerError?: "rethrow" | "collect";
}

/** An environment under a virtual clock, on a host of a virtual network. */
export interface VirtualEnvironment extends Environment {
  readonly clock: VirtualClock;
  readonly network: VirtualHost;
  /** The name service of the virtual network, which all its hosts share. */
  readonly resolver: VirtualResolver;
  /** The network that the host is on. */
  readonly virtualNetwork: VirtualNetwork;
  /** What listeners have thrown so far. */
  readonly listenerErrors: readonly { readonly error: unknown; readonly where: string }[];
}

/** Makes an environment for tests. Two parties: `const bob = virtualEnvironment({ host: "10.0.0.2", beside: alice })`. */
export function virtualEnvironment(options: VirtualEnvironmentOptions = {}): VirtualEnvironment {
  const { seed = 1, host = "10.0.0.1", logger = silentLogger, onListenerError = "rethrow" } = options;
  const virtualNetwork = networkFor(options, seed);
  const { clock } = virtualNetwork;
  if (!(clock instanceof VirtualClock)) throw new Error("the network runs on another clock than a VirtualClock");
  const network = typeof host === "string" ? virtualNetwork.host(host) : host;
  if (network.network !== virtualNetwork) throw new Error("the host is on another network; name it with `beside` or `network`");
  const listenerErrors: { error: unknown; where: string }[] = [];
  return {
    clock,
    random: new SeededRandom(`${network.address} ${seed}`),
    logger,
    network,
    resolver: virtualNetwork.resolver,
    virtualNetwork,
    listenerErrors,
    onListenerError: (error, where) => {
      listenerErrors.push({ error, where });
      if (onListenerError === "rethrow") queueMicrotask(() => rethrow(error));
    },
  };
}

function networkFor({ beside, network }: VirtualEnvironmentOptions, seed: number | string): VirtualNetwork {
  if (beside && network) throw new Error("`network` and `beside` exclude one another");
  if (beside) return beside.virtualNetwork;
  if (network instanceof VirtualNetwork) return network;
  return new VirtualNetwork(new VirtualClock(), new SeededRandom(`network ${seed}`), network);
}

function rethrow(error: unknown): never {
  throw error;
}
