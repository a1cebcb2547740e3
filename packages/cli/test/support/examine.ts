import { timeoutSignal, type Environment, type Network } from "@sidetone/infra-common";
import { createResponse, SipUri, type HeaderInput, type SipRequest } from "@sidetone/sip-core";
import { createSipTransports, type TlsOptions, type TransportName } from "@sidetone/sip-transport";
import { virtualEnvironment, type VirtualClock, type VirtualEnvironment, type VirtualNetwork } from "@sidetone/testkit";
import { TransactionLayer } from "@sidetone/transaction-core";
import { expect, onTestFinished } from "vitest";
import type { Check } from "../../src/doctor/check.ts";
import { Examination, type ExaminationParts } from "../../src/doctor/examination.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import type { FindingCode } from "../../src/doctor/finding-kinds.ts";
import { withManyListeners } from "../../src/node/many-listeners.ts";
import type { Machine } from "../../src/doctor/machine.ts";

export const machine: Machine = {
  nodeVersion: "20.19.0",
  platform: "linux x64",
  addresses: () => [{ interfaceName: "eth0", address: "10.0.0.1" }],
  receiveBufferLimitBytes: () => 212_992,
};

export type ServerAnswer = [statusCode: number, ...headers: HeaderInput[]] | undefined;

export interface SipServerOptions {
  readonly tls?: TlsOptions;
  /** What to answer; undefined: nothing. Default 200. */
  readonly decide?: (request: SipRequest) => ServerAnswer;
}

/** A virtual network with a doctor at 10.0.0.1. */
export interface Surgery {
  readonly here: VirtualEnvironment;
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  /** Runs one check on 10.0.0.1 and gives what it finds. */
  examine(check: Check, parts?: Partial<Omit<ExaminationParts, "server">> & { server?: string }): Promise<readonly Finding[]>;
  /** A SIP server that answers every request; gives what it was asked. */
  sipServer(transport: TransportName, address: string, port: number, options?: SipServerOptions): Promise<readonly SipRequest[]>;
  /** Another computer. */
  machineAt(address: string): VirtualEnvironment;
  /** Lets time pass until `promise` settles: TLS works in tasks of its own. */
  settled<Value>(promise: Promise<Value>): Promise<Value>;
}

/** At the end of the test no timer is left, and no socket of the doctor's. */
export function surgery(host: VirtualEnvironment = virtualEnvironment({ host: "10.0.0.1" })): Surgery {
  const { clock, virtualNetwork: network } = host;
  const closables: { close(): Promise<void> }[] = [];
  const others = new Map<string, VirtualEnvironment>();
  const machineAt = (address: string): VirtualEnvironment => {
    const known = others.get(address) ?? virtualEnvironment({ host: address, beside: host });
    others.set(address, known);
    return known;
  };
  const settled = async <Value>(promise: Promise<Value>): Promise<Value> => {
    let isPending = true;
    const settle = (): void => void (isPending = false);
    promise.then(settle, settle);
    while (isPending) await clock.advance(1);
    return promise;
  };
  onTestFinished(async () => {
    for (const closable of closables) await settled(closable.close());
    await clock.advance(64_000);
    expect(clock.pendingTimers).toBe(0);
  });
  return {
    here: host,
    clock,
    network,
    machineAt,
    settled,
    async examine(check, { server, ...parts } = {}) {
      const { openSockets } = host.network;
      using limit = timeoutSignal(clock, 15_000);
      const examination = new Examination({
        environment: host,
        machine,
        listen: { address: "0.0.0.0", port: 5060 },
        tls: {},
        server: server === undefined ? undefined : SipUri.parse(server),
        signal: withManyListeners(limit.signal),
        ...parts,
      });
      try {
        return await settled(check.run(examination));
      } finally {
        await settled(examination[Symbol.asyncDispose]());
        expect(host.network.openSockets).toBe(openSockets);
      }
    },
    async sipServer(transport, address, port, { tls, decide = () => [200] } = {}) {
      const environment = machineAt(address);
      const requests: SipRequest[] = [];
      const transports = createSipTransports(environment, tls ? { tls } : {});
      const layer = new TransactionLayer(environment, transports, {
        onRequest: (transaction) => {
          const { request } = transaction;
          requests.push(request);
          const answer = decide(request);
          if (!answer) return;
          const [statusCode, ...headers] = answer as [number, ...HeaderInput[]];
          transaction.respond(createResponse(request, statusCode, { toTag: transaction.toTag, headers }));
        },
        onCancelled: () => {},
        onAck: () => {},
        onStrayResponse: () => {},
      });
      await settled(transports.listen({ transport, address, port }));
      closables.push({ close: () => layer.close().then(() => transports.close()) });
      return requests;
    },
  };
}

/** The code of each finding. */
export function codesOf(findings: readonly Finding[]): FindingCode[] {
  return findings.map(({ code }) => code);
}

/** `environment` with another network, made of its own. */
export function withNetwork(environment: VirtualEnvironment, changes: Partial<Network>): Environment {
  const { network } = environment;
  const own: Network = {
    bindDatagram: (options, receiver) => network.bindDatagram(options, receiver),
    listenStream: (options, listener) => network.listenStream(options, listener),
    connectStream: (options, receiver) => network.connectStream(options, receiver),
    lookup: (name, options) => network.lookup(name, options),
    sourceAddressFor: (address) => network.sourceAddressFor(address),
    localAddresses: () => network.localAddresses(),
    onAddressesChanged: (listener) => network.onAddressesChanged(listener),
  };
  return { ...environment, network: { ...own, ...changes } };
}
