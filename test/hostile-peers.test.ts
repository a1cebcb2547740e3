import { createClient, type Client, type IncomingCall } from "@sidetone/client-core";
import type { UserAgentCore } from "@sidetone/dialog-core";
import { SeededRandom, virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test, vi } from "vitest";
import { HostilePeer } from "./support/hostile-peer.ts";
import { pick } from "./support/mutate-message.ts";

// Peers that get into the dialogs of a whole client and send mostly nonsense, by datagrams and by a stream. Seeded: a run that fails fails again.

// Importing the client makes the first.
const cores: UserAgentCore[] = vi.hoisted(() => []);
vi.mock("@sidetone/dialog-core", async (importOriginal) => {
  const original = await importOriginal<typeof import("@sidetone/dialog-core")>();
  return {
    ...original,
    createUserAgentCore: (...parameters: Parameters<typeof original.createUserAgentCore>) => {
      const core = original.createUserAgentCore(...parameters);
      cores.push(core);
      return core;
    },
  };
});

const seeds = Array.from({ length: Number(process.env["SIDETONE_FUZZ_SEEDS"] ?? 12) }, (_, index) => index + 1);

/** A client that does with each call that comes in what chance says. */
async function openTarget(environment: VirtualEnvironment, random: SeededRandom): Promise<Client> {
  const client = await environment.clock.advanceUntil(
    createClient({
      listen: "10.0.0.1:5060",
      account: { uri: "sip:sut@10.0.0.1", username: "sut", password: "x", realm: "x" },
      environment,
    }),
  );
  const decisions: readonly ((incoming: IncomingCall) => unknown)[] = [
    (incoming) => incoming.answer(),
    (incoming) => incoming.answer(),
    (incoming) => incoming.ring(),
    (incoming) => incoming.reject(486),
    (incoming) => incoming.redirect("sip:elsewhere@10.0.0.9"),
  ];
  client.onIncoming((incoming) => void Promise.resolve(pick(random, decisions)(incoming)).catch(() => {}));
  return client;
}

describe("after mostly nonsense from a peer, in its dialogs and outside of them", () => {
  test.each(seeds)("nothing has failed, nothing is left, and a normal call works (seed %i)", async (seed) => {
    const environment = virtualEnvironment({ seed, host: "10.0.0.1", onListenerError: "collect" });
    const { clock, virtualNetwork } = environment;
    const random = new SeededRandom(seed);
    const client = await openTarget(environment, random);
    const core = cores.at(-1)!;
    const before = { sockets: environment.network.openSockets, timers: clock.pendingTimers };
    const peer = new HostilePeer(virtualNetwork.host("10.0.0.9"), "10.0.0.1", random);
    await clock.advanceUntil(peer.open());

    for (let step = 0; step < 400; step++) {
      if (step % 20 === 0) await clock.advanceUntil(peer.connect());
      if (step % 25 === 0) client.dial("sip:h@10.0.0.9", { ringTimeoutSeconds: 20 }).answered.catch(() => {});
      if (step % 40 === 39) for (const call of client.calls.slice(0, 2)) void call.hold().catch(() => {});
      peer.step();
      await clock.advance(pick(random, [0, 1, 5, 20, 200, 2000]));
    }
    await clock.advanceUntil(peer.close());
    await clock.advanceUntil(Promise.all(client.calls.map((call) => call.hangUp())));
    await clock.advance(400_000); // idle streams close, too

    expect(environment.listenerErrors).toEqual([]);
    expect([client.callCount, core.dialogCount, core.inviteUsageCount]).toEqual([0, 0, 0]);
    expect([core.transactions.clientCount, core.transactions.serverCount]).toEqual([0, 0]);
    expect({ sockets: environment.network.openSockets, timers: clock.pendingTimers }).toEqual(before);

    await expectNormalCall(environment, client);
    await clock.advanceUntil(client.close());
    await clock.advance(70_000);
    expect([clock.pendingTimers, environment.network.openSockets]).toEqual([0, 0]);
  });
});

async function expectNormalCall(environment: VirtualEnvironment, client: Client): Promise<void> {
  const { clock } = environment;
  const friendEnvironment = virtualEnvironment({ host: "10.0.0.2", beside: environment });
  const friend = await clock.advanceUntil(createClient({ listen: "10.0.0.2:5060", environment: friendEnvironment }));
  client.onIncoming((incoming) => void incoming.answer());
  const call = await clock.advanceUntil(friend.call("sip:sut@10.0.0.1"));
  await clock.advance(2000);
  expect(call.phase).toBe("Connected");
  expect(call.quality).toBeDefined();
  await clock.advanceUntil(call.hangUp());
  await clock.advanceUntil(friend.close());
}
