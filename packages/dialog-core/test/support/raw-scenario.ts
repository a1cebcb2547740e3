import { virtualEnvironment, WireLog, type VirtualClock } from "@sidetone/testkit";
import { expect, onTestFailed } from "vitest";
import { RawPeer } from "./raw-peer.ts";
import { TestAgent, type TestAgentOptions } from "./test-agent.ts";

export interface RawScenario {
  readonly clock: VirtualClock;
  readonly log: WireLog;
  readonly alice: TestAgent;
  readonly peer: RawPeer;
  /** The peer's URI. */
  readonly peerUri: string;
  expectNothingLeft(): Promise<void>;
}

/** Alice's core on 10.0.0.1 against a peer on 10.0.0.2 that sends exactly what the test writes. */
export async function rawScenario(options: TestAgentOptions = {}): Promise<RawScenario> {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock } = environment;
  const alice = new TestAgent("alice", environment, options);
  const peer = new RawPeer(virtualEnvironment({ host: "10.0.0.2", beside: environment }), alice.address);
  const log = new WireLog(environment.virtualNetwork, { names: { "10.0.0.1": "alice", "10.0.0.2": "peer" } });
  log.printOnFailure(onTestFailed);
  await alice.listen();
  await peer.listen();
  return {
    clock,
    log,
    alice,
    peer,
    peerUri: "sip:raw@10.0.0.2:5060",
    async expectNothingLeft() {
      await clock.advance(140_000);
      const { core, transports } = alice;
      expect(core.dialogCount, "dialogs").toBe(0);
      expect(core.inviteUsageCount, "calls").toBe(0);
      expect(core.transactions.clientCount, "client transactions").toBe(0);
      expect(core.transactions.serverCount, "server transactions").toBe(0);
      await transports.close();
      await peer.close();
      expect(clock.pendingTimers, "timers").toBe(0);
    },
  };
}
