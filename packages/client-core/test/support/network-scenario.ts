import { createClient, type Call, type Client, type ClientOptions, type NetworkChange } from "@sidetone/client-core";
import type { SipRequest } from "@sidetone/sip-core";
import { virtualEnvironment, VirtualMachine, WireLog } from "@sidetone/testkit";
import { expect, onTestFailed, onTestFinished } from "vitest";
import { ScriptedRegistrar } from "./scripted-registrar.ts";

export const [old, next, bobsHost, registrarHost] = ["10.0.0.1", "10.0.0.9", "10.0.0.2", "10.0.0.3"];

/** Alice on a machine that moves and sleeps, registered at 10.0.0.3; Bob on 10.0.0.2, who answers calls. */
export async function networkScenario({ alice: alices = {}, bob: bobs = {} }: { alice?: ClientOptions; bob?: ClientOptions } = {}) {
  const world = virtualEnvironment({ host: old });
  const { clock, network, virtualNetwork } = world;
  const machine = new VirtualMachine(world);
  const wire = new WireLog(virtualNetwork);
  wire.printOnFailure(onTestFailed);
  const registrar = await new ScriptedRegistrar(virtualEnvironment({ host: registrarHost, beside: world })).listen();
  const open = (options: ClientOptions): Promise<Client> => clock.advanceUntil(createClient(options));
  const alice = await open({
    account: { uri: "sip:alice@example.com", registrar: `sip:${registrarHost}`, transport: "UDP" },
    listen: "0.0.0.0:5060",
    environment: machine.environment,
    ...alices,
  });
  const bob = await open({
    account: { uri: `sip:bob@${bobsHost}` },
    listen: `${bobsHost}:5060`,
    environment: virtualEnvironment({ host: bobsHost, beside: world }),
    ...bobs,
  });
  onTestFinished(async () => {
    await clock.advanceUntil(Promise.all([alice.close(), bob.close()]));
    await registrar.close();
    await clock.advance(70_000);
    expect(clock.pendingTimers, "timers left").toBe(0);
    expect(network.openSockets, "sockets left").toBe(0);
  });
  const changes: NetworkChange[] = [];
  alice.on("networkChanged", ({ change }) => changes.push(change));
  /** A call between the two, made by Alice; both sides of it. */
  const connect = async (): Promise<{ call: Call; bobs: Call }> => {
    let answered!: Call;
    bob.onIncoming(async (incoming) => void (answered = await incoming.answer()));
    const call = await clock.advanceUntil(alice.call(`sip:bob@${bobsHost}`));
    await clock.advance(100);
    return { call, bobs: answered };
  };
  /** What Alice has sent since the log was cleared: `REGISTER`, `INVITE` … */
  const sent = (): string =>
    wire.entries
      .filter(({ kind, from }) => kind === "SIP" && !from.startsWith(bobsHost) && !from.startsWith(registrarHost))
      .map(({ data }) => data.toString("latin1").split(" ")[0])
      .filter((method) => method !== "SIP/2.0")
      .join(" ");
  const registered = (): SipRequest[] => registrar.requests.filter(({ method }) => method === "REGISTER");
  /** Lets the change be noticed, and everything that follows from it happen. */
  const settleDown = () => clock.advance(4000);
  return { world, machine, clock, network, wire, registrar, alice, bob, changes, connect, sent, registered, settleDown };
}

export const kinds = (changes: readonly NetworkChange[]): string => changes.map(({ kind }) => kind).join(" ");
