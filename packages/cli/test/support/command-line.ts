import { setImmediate as turnOfTheEventLoop } from "node:timers/promises";
import { main } from "@sidetone/cli";
import { createClient, type Client, type ClientOptions } from "@sidetone/client-core";
import { virtualEnvironment, type VirtualClock, type VirtualEnvironment, type VirtualNetwork } from "@sidetone/testkit";
import { expect, onTestFinished } from "vitest";
import { FakeTerminal, type FakeTerminalOptions } from "./fake-terminal.ts";
import { stubServer, type StubServer } from "./stub-server.ts";

// Commands load the stack when they run; once loaded, a command begins without leaving virtual time.
for (const args of [
  ["call", "["],
  ["options", "["],
  ["answer", "--listen", "["],
  ["register", "["],
  ["phone", "["],
  ["registrar", "--users", "/nowhere/users"],
  ["doctor", "["],
])
  await main(args, new FakeTerminal());
// Nor does the schema of the settings leave it, once it is loaded.
await import("../../src/settings/settings-schema.ts");

/** A command under way. */
export interface RunningCommand {
  readonly terminal: FakeTerminal;
  readonly exitCode: Promise<number>;
}

/** A virtual network with a machine for `sidetone call` and one for whoever is called. */
export interface CommandLine {
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  /** Runs a command on 10.0.0.1. */
  run(args: string, options?: FakeTerminalOptions): RunningCommand;
  /** Runs a command on 10.0.0.2. */
  runThere(args: string, options?: FakeTerminalOptions): RunningCommand;
  /** A client on 10.0.0.2, for what the commands do not do. */
  peer(options?: ClientOptions): Promise<Client>;
  /** A client on 10.0.0.1. */
  caller(): Promise<Client>;
  /** On 10.0.0.2:5060, answers every request but ACK with the status and header fields that `decide` gives. */
  stub(decide: Parameters<typeof stubServer>[2]): Promise<StubServer>;
  /** Lets time pass until the command has ended; gives its exit code. */
  end(command: RunningCommand): Promise<number>;
  /** Lets virtual time stand still until `condition` holds. */
  until(condition: () => boolean): Promise<void>;
}

/** At the end of the test nothing may be left: no interrupt listener, no timer. */
export function commandLine(): CommandLine {
  const here = virtualEnvironment({ host: "10.0.0.1" });
  const there = virtualEnvironment({ host: "10.0.0.2", beside: here });
  const { clock, virtualNetwork: network } = here;
  const terminals: FakeTerminal[] = [];
  const open: { close(): Promise<void> }[] = [];
  const keep = async <Closable extends { close(): Promise<void> }>(opening: Promise<Closable>): Promise<Closable> => {
    const closable = await clock.advanceUntil(opening);
    open.push(closable);
    return closable;
  };
  const runOn = (environment: VirtualEnvironment, args: string, options?: FakeTerminalOptions): RunningCommand => {
    const terminal = new FakeTerminal(options);
    terminals.push(terminal);
    return { terminal, exitCode: main(args.split(" "), terminal, environment) };
  };
  onTestFinished(async () => {
    for (const closable of open) await settle(closable.close(), clock);
    await clock.advance(64_000); // transactions linger for 64·T1
    expect(clock.pendingTimers).toBe(0);
    expect(terminals.map((terminal) => terminal.interruptListeners)).toEqual(terminals.map(() => 0));
  });
  return {
    clock,
    network,
    run: (args, options) => runOn(here, args, options),
    runThere: (args, options) => runOn(there, args, options),
    peer: (options = {}) =>
      keep(createClient({ listen: "10.0.0.2:5060", account: { uri: "sip:bob@10.0.0.2" }, ...options, environment: there })),
    caller: () => keep(createClient({ listen: "10.0.0.1:5060", environment: here })),
    stub: (decide) => keep(stubServer(there.network, "10.0.0.2", decide)),
    end: ({ exitCode }) => settle(exitCode, clock),
    until: async (condition) => {
      while (!condition()) await turnOfTheEventLoop();
    },
  };
}

/** Lets virtual time pass until `promise` settles, and real time while nothing but files is waited for. */
async function settle<Value>(promise: Promise<Value>, clock: VirtualClock): Promise<Value> {
  let settled = false;
  void promise.finally(() => (settled = true)).catch(() => {});
  while (!settled) await (clock.nextTimerMs === undefined ? turnOfTheEventLoop() : clock.advance(clock.nextTimerMs));
  return promise;
}
