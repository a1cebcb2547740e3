import { createClient, type Client, type ClientOptions } from "@sidetone/client-core";
import { virtualEnvironment, type VirtualEnvironment, type VirtualEnvironmentOptions } from "../virtual-environment.ts";
import type { VirtualClock } from "../virtual-clock.ts";
import type { VirtualNetwork } from "../network/virtual-network.ts";
import { WireLog, type OnTestFailed } from "../wire/wire-log.ts";

export interface TwoClientsOptions {
  /** The same seed gives the same run. */
  seed?: number | string;
  /** For both. */
  both?: ClientOptions;
  alice?: ClientOptions;
  bob?: ClientOptions;
  /** What becomes of a listener's error; see {@link VirtualEnvironmentOptions}. */
  onListenerError?: VirtualEnvironmentOptions["onListenerError"];
  /** Vitest's `onTestFailed`: prints the ladder of a test that fails. */
  onTestFailed?: OnTestFailed;
}

/** Two whole clients on a virtual network, `10.0.0.1` and `10.0.0.2`, and everything to watch and disturb them with. */
export interface TwoClients extends AsyncDisposable {
  readonly alice: Client;
  readonly bob: Client;
  /** URIs under which they reach each other. */
  readonly aliceUri: string;
  readonly bobUri: string;
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly environments: { readonly alice: VirtualEnvironment; readonly bob: VirtualEnvironment };
  readonly wire: WireLog;
  /** Lets time pass until `promise` settles. */
  settle<Value>(promise: PromiseLike<Value>): Promise<Value>;
}

/**
 * Starts two clients that can call each other:
 *
 * ```ts
 * await using pair = await twoClients();
 * pair.bob.onIncoming((incoming) => incoming.answer());
 * const call = await pair.settle(pair.alice.call(pair.bobUri));
 * ```
 */
export async function twoClients(options: TwoClientsOptions = {}): Promise<TwoClients> {
  const { seed = 1, both = {}, onTestFailed, onListenerError = "rethrow" } = options;
  const aliceEnvironment = virtualEnvironment({ seed, onListenerError, host: "10.0.0.1" });
  const bobEnvironment = virtualEnvironment({ seed, onListenerError, host: "10.0.0.2", beside: aliceEnvironment });
  const { clock, virtualNetwork: network } = aliceEnvironment;
  const wire = new WireLog(network);
  if (onTestFailed) wire.printOnFailure(onTestFailed);
  const open = (name: string, address: string, environment: VirtualEnvironment, own: ClientOptions = {}): Promise<Client> =>
    clock.advanceUntil(
      createClient({ account: { uri: `sip:${name}@${address}` }, listen: `${address}:5060`, ...both, ...own, environment }),
    );
  const alice = await open("alice", "10.0.0.1", aliceEnvironment, options.alice);
  const bob = await open("bob", "10.0.0.2", bobEnvironment, options.bob);
  return {
    alice,
    bob,
    aliceUri: "sip:alice@10.0.0.1:5060",
    bobUri: "sip:bob@10.0.0.2:5060",
    clock,
    network,
    environments: { alice: aliceEnvironment, bob: bobEnvironment },
    wire,
    settle: (promise) => clock.advanceUntil(promise),
    [Symbol.asyncDispose]: async () => {
      await clock.advanceUntil(Promise.all([alice.close(), bob.close()]));
      await clock.advance(1000); // what is still on the wire arrives
    },
  };
}
