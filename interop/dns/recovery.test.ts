import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { TwinOptions } from "../peers/kamailio/start-twin.ts";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { hostPort, openClient } from "../under-test/open-client.ts";
import { openPair, pairTransports, type Pair, type PairTransport } from "./open-pair.ts";
import { timedCall } from "./timed-call.ts";

/** What becomes of the first server. */
const faults: Record<string, (pair: Pair) => unknown> = {
  killed: ({ first }) => first.process.signalAll("SIGKILL"),
  stopped: ({ first }) => first.process.signalAll("SIGSTOP"),
  unavailable: async ({ first, replaceFirst }) => {
    first.process.signalAll("SIGKILL");
    await first.process.exited;
    await replaceFirst({ isUnavailable: true });
  },
};

/** Somebody who can be called through both servers, and what rings there. */
async function openCallee() {
  const callee = await openClient({ account: { uri: "sip:bob@sip.test" } });
  const rang: string[] = [];
  const ended: string[] = [];
  let answers = true;
  callee.onIncoming(async (incoming) => {
    const { call } = incoming;
    rang.push(call.sipCallId);
    void call.ended.then(({ cause }) => ended.push(cause));
    if (answers) await incoming.answer();
    else incoming.ring();
  });
  return { callee, contact: `sip:bob@${hostPort(callee)}`, rang, ended, ring: () => (answers = false) };
}

async function setUp(transport: PairTransport, options: Partial<TwinOptions> = {}) {
  const bob = await openCallee();
  const locations = { bob: bob.contact };
  const pair = await openPair([
    { locations, ...options },
    { locations, ...options },
  ]);
  const alice = await pair.client("alice", transport);
  alice.onIncoming(async (incoming) => {
    await incoming.answer();
  });
  expect([pair.sent("REGISTER", pair.first, transport), pair.sent("REGISTER", pair.second, transport)]).toEqual([2, 0]);
  return { ...pair, pair, bob, alice };
}

describeWith(["kamailio"], "two kamailios behind one SRV name, the first of which", () => {
  for (const transport of pairTransports) {
    for (const fault of Object.keys(faults)) {
      test(`is ${fault} while a phone is registered over ${transport}: calls and registration are with the second within ten seconds`, async () => {
        const { pair, second, bob, alice, client, accepted } = await setUp(transport);
        await faults[fault]!(pair);
        const startMs = performance.now();
        expect(await timedCall(alice, "bob")).toBeLessThan(10_000);
        await eventually("the registration is at the second", () => accepted(second, transport) > 0);
        expect(performance.now() - startMs).toBeLessThan(10_000);
        expect(await timedCall(alice, "bob")).toBeLessThan(1_000); // the lost one is not asked again at once
        expect(bob.rang).toHaveLength(2);
        const caller = await client("carol", "UDP", { autoRegister: false });
        expect(await timedCall(caller, "alice")).toBeLessThan(10_000);
      });
    }

    test(`is killed in a call over ${transport}: it is ended through the second, and the registration moves`, async () => {
      const { pair, second, bob, alice, sent, accepted } = await setUp(transport);
      const call = await alice.call("bob");
      await faults["killed"]!(pair);
      const startMs = performance.now();
      await call.hangUp();
      await eventually("the other side hears of the end", () => bob.ended.length > 0);
      expect(performance.now() - startMs).toBeLessThan(10_000);
      expect(sent("BYE", second, transport)).toBe(1);
      await eventually("the registration is at the second", () => accepted(second, transport) > 0);
      expect(performance.now() - startMs).toBeLessThan(10_000);
    });

    test(`is killed while the phone at the other end of a call over ${transport} rings: the next call goes through the second`, async () => {
      const { pair, bob, alice } = await setUp(transport);
      bob.ring();
      const ringing = alice.dial("bob");
      ringing.answered.catch(() => {});
      for await (const { statusCode } of ringing.progress) if (statusCode === 180) break;
      await faults["killed"]!(pair);
      await delay(200);
      ringing.cancel();
      const again = alice.dial("bob", { signal: AbortSignal.timeout(10_000) });
      again.answered.catch(() => {});
      for await (const { statusCode } of again.progress) if (statusCode === 180) break;
      expect(bob.rang).toHaveLength(2); // once for each time that Alice called
      again.cancel();
      await eventually("the second call is cancelled", () => bob.ended.includes("Cancelled"));
    });
  }

  test("comes back is gone back to by a REGISTER, and calls follow", async () => {
    const { pair, first, second, replaceFirst, client, sent, accepted } = await setUp("UDP");
    const dora = await client("dora", "UDP", {}, { failover: { silenceMs: 500, failBackMs: 1_000 } });
    await faults["killed"]!(pair);
    await timedCall(dora, "bob");
    await eventually("the registration is at the second", () => accepted(second, "UDP") > 0);
    await first.process.exited;
    await replaceFirst({});
    const before = accepted(first, "UDP");
    await eventually("the registration is at the first again", () => accepted(first, "UDP") > before, { withinMs: 60_000 }); // left alone for 30 s
    const invites = sent("INVITE", second, "UDP");
    await timedCall(dora, "alice").catch(() => {}); // Alice's binding was lost with the server
    expect(sent("INVITE", second, "UDP")).toBe(invites);
  });
});

describeWith(["kamailio"], "a kamailio that is slow, not dead", () => {
  test("has the INVITE too, when it wakes up: one phone behind both rings once", async () => {
    const { first, bob, alice, pair } = await setUp("UDP", { asksCallers: false });
    bob.ring();
    first.process.signalAll("SIGSTOP");
    const ringing = alice.dial("bob");
    ringing.answered.catch(() => {});
    for await (const { statusCode } of ringing.progress) if (statusCode === 180) break;
    expect(bob.rang).toHaveLength(1);
    first.process.signalAll("SIGCONT");
    await eventually("the slow one has passed the INVITE on", () => pair.trace.entries.some(({ text }) => text.startsWith("SIP/2.0 482")));
    await delay(1_000);
    expect(bob.rang).toHaveLength(1);
    ringing.cancel();
    await eventually("nobody rings any more", () => bob.ended.length === 1);
  });

  for (const answers of [false, true]) {
    test(`and leads to another phone, which ${answers ? "answers" : "rings"}: that one is ${answers ? "told the end at once" : "cancelled"}`, async () => {
      const [late, prompt] = [await openCallee(), await openCallee()];
      if (!answers) late.ring();
      const pair = await openPair([
        { locations: { bob: late.contact }, asksCallers: false },
        { locations: { bob: prompt.contact }, asksCallers: false },
      ]);
      const alice = await pair.client("alice", "UDP");
      pair.first.process.signalAll("SIGSTOP");
      const call = await alice.call("bob", { signal: AbortSignal.timeout(10_000) });
      expect([late.rang.length, prompt.rang.length]).toEqual([0, 1]);
      pair.first.process.signalAll("SIGCONT");
      await eventually("the late phone has rung, and it is over", () => late.ended.length === 1);
      expect(late.ended).toEqual([answers ? "HungUp" : "Cancelled"]);
      expect(prompt.ended).toEqual([]);
      await call.hangUp();
      expect(prompt.rang).toHaveLength(1);
    });
  }
});
