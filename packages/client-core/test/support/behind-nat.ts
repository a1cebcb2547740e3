import { createClient, type AccountOptions, type Call, type Client, type ClientOptions } from "@sidetone/client-core";
import { ToneSource } from "@sidetone/media-core";
import { BindingServer } from "@sidetone/stun-core";
import { virtualEnvironment, WireLog, type NatKind, type NatOptions, type VirtualEnvironment } from "@sidetone/testkit";
import type { DatagramSocket } from "@sidetone/infra-common";
import { expect, onTestFailed, onTestFinished } from "vitest";
import { listen } from "./scenario.ts";
import { VirtualProxy } from "./virtual-proxy.ts";

export const proxyAddress = "198.51.100.1";
export const stunAddress = "198.51.100.2";
export const publicAddress = "203.0.113.7";
export const natKinds: readonly NatKind[] = ["full-cone", "restricted", "port-restricted", "symmetric"];

export interface BehindNatOptions {
  readonly nat?: Partial<NatOptions>;
  /** Of alice's account. */
  readonly account?: Partial<AccountOptions> | undefined;
  /** Of alice. */
  readonly alice?: ClientOptions;
  /** Whether the STUN server is silent. */
  readonly isStunDeaf?: boolean;
}

/** A STUN server on the public network. */
async function openStun(environment: VirtualEnvironment, isDeaf: boolean): Promise<{ socket: DatagramSocket; server: BindingServer }> {
  const server = new BindingServer();
  const socket = await environment.network.bindDatagram(
    { address: environment.network.address, port: 3478 },
    {
      onDatagram: (data, address, port) => {
        const answer = isDeaf ? undefined : server.answerDatagram(data, { address, port });
        if (answer) socket.send(answer, port, address);
      },
      onSocketError: () => {},
    },
  );
  return { socket, server };
}

/** Alice at 192.168.1.10 behind a NAT; outside of it a proxy, a STUN server, and bob at 198.51.100.20. All of them are registered. */
export async function behindNat({ nat: natOptions, account, alice: more, isStunDeaf = false }: BehindNatOptions = {}) {
  const outside = virtualEnvironment({ host: proxyAddress });
  const { clock, virtualNetwork: network } = outside;
  const wire = new WireLog(network, { names: { [proxyAddress]: "proxy", [stunAddress]: "stun" } });
  wire.printOnFailure(onTestFailed);
  network.setName("example.com", proxyAddress);
  const proxy = await new VirtualProxy(outside).listen();
  const stun = await openStun(virtualEnvironment({ host: stunAddress, beside: outside }), isStunDeaf);
  const nat = network.nat({ kind: "port-restricted", publicAddress, ...natOptions });
  const open = (
    name: string,
    environment: VirtualEnvironment,
    own: Partial<AccountOptions> = {},
    options: ClientOptions = {},
  ): Promise<Client> =>
    clock.advanceUntil(
      createClient({
        account: { uri: `sip:${name}@example.com`, registrar: "sip:example.com", ...own },
        listen: `${environment.network.address}:5060`,
        environment,
        ...options,
      }),
    );
  const environments = {
    alice: virtualEnvironment({ host: nat.host("192.168.1.10"), beside: outside }),
    bob: virtualEnvironment({ host: "198.51.100.20", beside: outside }),
  };
  const alice = await open("alice", environments.alice, account, more);
  const bob = await open("bob", environments.bob);
  onTestFinished(async () => {
    await clock.advanceUntil(Promise.all([alice.close(), bob.close()]));
    await clock.advance(1000); // what is still on the wire arrives
    await Promise.all([proxy.close(), stun.socket.close()]);
    await clock.advance(70_000);
    expect(clock.pendingTimers, "timers left").toBe(0);
    for (const { network: host } of Object.values(environments)) expect(host.openSockets, "sockets left").toBe(0);
  });
  const connect = async (caller: Client, callee: Client, to: string): Promise<{ call: Call; other: Call }> => {
    const other = new Promise<Call>((resolve) => {
      callee.onIncoming(async (incoming) => resolve(await incoming.answer()));
    });
    const call = await clock.advanceUntil(caller.call(to));
    return { call, other: await clock.advanceUntil(other) };
  };
  return {
    clock,
    network,
    nat,
    proxy,
    wire,
    alice,
    bob,
    stun: stun.server,
    /** Alice calls bob through the proxy; both sides of the call, alice's first. */
    aliceCallsBob: async () => {
      const { call, other } = await connect(alice, bob, "sip:bob@example.com");
      return [call, other] as const;
    },
    bobCallsAlice: async () => {
      const { call, other } = await connect(bob, alice, "sip:alice@example.com");
      return [other, call] as const;
    },
    /** Plays a tone each way, and tells what each side hears, in Hz: alice's first. */
    talk: async (alices: Call, bobs: Call) => {
      const ears = [listen(alices), listen(bobs)] as const;
      void alices.play(new ToneSource({ frequenciesHz: [440] }));
      void bobs.play(new ToneSource({ frequenciesHz: [1000] }));
      await clock.advance(3000);
      return ears.map((ear) => ear.toneHz());
    },
  };
}

/** Address and ports of the audio as the latest SIP message with a description sent from this private address names them. */
export function describedAudio(wire: WireLog, from: string): string {
  const text = wire.entries
    .filter((entry) => entry.kind === "SIP" && entry.from.startsWith(from))
    .map(({ data }) => data.toString())
    .findLast((message) => message.includes("m=audio"))!;
  return [/^c=IN IP4 (\S+)/m.exec(text)![1], /^m=audio (\d+)/m.exec(text)![1], /^a=rtcp:(.*)$/m.exec(text)?.[1]?.trim()]
    .filter((part) => part !== undefined)
    .join(" ");
}
