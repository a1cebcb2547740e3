import { VirtualClock, virtualEnvironment, WireLog, type VirtualNetwork } from "@sidetone/testkit";
import { expect, onTestFailed } from "vitest";
import { TestAgent, type IncomingTestCall, type OutgoingTestCall, type TestAgentOptions } from "./test-agent.ts";

/** 64·T1 and some more: time enough for every transaction to end. */
const lingerMs = 70_000;

export interface Scenario {
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly log: WireLog;
  readonly alice: TestAgent;
  readonly bob: TestAgent;
  /** Alice calls, Bob answers, both are established. */
  establish(): Promise<{ caller: OutgoingTestCall; callee: IncomingTestCall }>;
  /** Lets everything run out, and checks that nothing is left: no dialog, no call, no timer. */
  expectNothingLeft(): Promise<void>;
}

/** Two user agents, Alice on 10.0.0.1 and Bob on 10.0.0.2, a millisecond apart. */
export async function scenario(options: { alice?: TestAgentOptions; bob?: TestAgentOptions } = {}): Promise<Scenario> {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock, virtualNetwork: network } = environment;
  const alice = new TestAgent("alice", environment, options.alice ?? {});
  const bob = new TestAgent("bob", virtualEnvironment({ host: "10.0.0.2", beside: environment }), options.bob ?? {});
  const log = new WireLog(network, { names: { "10.0.0.1": "alice", "10.0.0.2": "bob" } });
  log.printOnFailure(onTestFailed);
  await alice.listen();
  await bob.listen();
  return {
    clock,
    network,
    log,
    alice,
    bob,
    async establish() {
      const caller = alice.call(bob.uri);
      await clock.advance(10);
      const callee = bob.lastCall;
      callee.usage.answer();
      await clock.advance(10);
      expect(caller.usage.state).toBe("Established");
      expect(callee.usage.state).toBe("Established");
      return { caller, callee };
    },
    async expectNothingLeft() {
      await clock.advance(lingerMs);
      for (const { core } of [alice, bob]) {
        expect(core.dialogCount, "dialogs").toBe(0);
        expect(core.inviteUsageCount, "calls").toBe(0);
        expect(core.transactions.clientCount, "client transactions").toBe(0);
        expect(core.transactions.serverCount, "server transactions").toBe(0);
      }
      await clock.advanceUntil(alice.transports.close());
      await clock.advanceUntil(bob.transports.close());
      await clock.advance(1_000); // what streams still have on the way
      expect(clock.pendingTimers, "timers").toBe(0);
    },
  };
}
