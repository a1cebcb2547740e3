import { virtualEnvironment, WireLog, type VirtualClock, type VirtualNetwork, type VirtualResolver } from "@sidetone/testkit";
import { expect, onTestFailed } from "vitest";
import { TestAgent, type OutgoingTestCall, type TestAgentOptions } from "./test-agent.ts";

export interface ServerPairOptions {
  readonly transport?: "UDP" | "TCP" | "TLS";
  readonly alice?: TestAgentOptions;
  /** Of the first and the second server. */
  readonly servers?: readonly [TestAgentOptions, TestAgentOptions];
  /** Priorities of the two SRV records. Default 1 and 2. */
  readonly priorities?: readonly [number, number];
}

export interface ServerPair {
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly resolver: VirtualResolver;
  readonly log: WireLog;
  readonly alice: TestAgent;
  readonly first: TestAgent;
  readonly second: TestAgent;
  /** The URI behind which both servers are. */
  readonly uri: string;
  /** Requests of a method that were sent to a server, oldest first, without repetitions. */
  sent(method: string, to: TestAgent): string[];
  expectNothingLeft(): Promise<void>;
}

/** Alice on 10.0.0.1, and two servers behind one SRV name: the first on 10.0.0.2, the second on 10.0.0.3. Both answer every call at once. */
export async function serverPair(options: ServerPairOptions = {}): Promise<ServerPair> {
  const { transport = "UDP", priorities = [1, 2] } = options;
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock, virtualNetwork: network, resolver } = environment;
  const alice = new TestAgent("alice", environment, { transport, ...options.alice });
  const [first, second] = ["10.0.0.2", "10.0.0.3"].map((host, index) => {
    const serverOptions = { transport, allowedMethods: ["REGISTER", "INFO"], ...options.servers?.[index] };
    return new TestAgent(host, virtualEnvironment({ host, beside: environment }), serverOptions);
  }) as [TestAgent, TestAgent];
  const log = new WireLog(network);
  log.printOnFailure(onTestFailed);
  const agents = [alice, first, second];
  for (const agent of agents) await agent.listen();
  for (const server of [first, second]) server.decide = (call) => call.usage.answer();
  resolver.setSrv(transport === "TLS" ? "_sips._tcp.example.com" : `_sip._${transport.toLowerCase()}.example.com`, [
    { priority: priorities[0], target: "first.example.com" },
    { priority: priorities[1], target: "second.example.com" },
  ]);
  resolver.setAddresses("first.example.com", ["10.0.0.2"]);
  resolver.setAddresses("second.example.com", ["10.0.0.3"]);
  return {
    clock,
    network,
    resolver,
    log,
    alice,
    first,
    second,
    uri: `sip:desk@example.com;transport=${transport.toLowerCase()}`,
    sent(method, to) {
      const texts = log.entries
        .filter((entry) => entry.from.startsWith("10.0.0.1:") && entry.to.startsWith(to.address))
        .map(({ data }) => data.toString())
        .filter((text) => text.startsWith(`${method} `));
      return [...new Set(texts)];
    },
    async expectNothingLeft() {
      network.heal();
      await clock.advance(140_000);
      for (const { core } of agents) {
        expect(core.dialogCount, "dialogs").toBe(0);
        expect(core.inviteUsageCount, "calls").toBe(0);
        expect(core.transactions.clientCount, "client transactions").toBe(0);
        expect(core.transactions.serverCount, "server transactions").toBe(0);
      }
      for (const { transports } of agents) await clock.advanceUntil(transports.close());
      await clock.advance(10_000);
      expect(clock.pendingTimers, "timers").toBe(0);
    },
  };
}

/** Ends a call from Alice's side. */
export async function hangUp({ clock }: ServerPair, call: OutgoingTestCall): Promise<void> {
  call.usage.terminate();
  await clock.advance(100);
  expect(call.usage.state).toBe("Terminated");
}

/** The dialog beneath a call. */
export function dialogOf({ usage }: OutgoingTestCall): object {
  return (usage as unknown as { dialog: object }).dialog;
}
