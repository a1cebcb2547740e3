import { setTimeout as delay } from "node:timers/promises";
import type { Call, Client } from "sidetone";
import { findTone, ToneSource } from "sidetone/media";
import { SipTrace, type WireEntry } from "sidetone/trace";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import type { Kamailio, KamailioOptions } from "../peers/kamailio/start-kamailio.ts";
import { hostPort, openClient } from "../under-test/open-client.ts";
import { accountAt, openKamailio } from "./open-kamailio.ts";

interface Pair {
  readonly alice: Client;
  readonly bob: Client;
  readonly kamailio: Kamailio;
  readonly trace: SipTrace;
}

/** Two clients who reach each other through a kamailio that wants a password from either. */
async function setUp(options: KamailioOptions & { transport?: "udp" | "tcp" } = {}): Promise<Pair> {
  const { transport = "udp", ...proxy } = options;
  const bob = await openClient({ account: { uri: "sip:bob@sip.test", password: "secret-bob" } });
  const kamailio = await openKamailio({ ...proxy, locations: { bob: `sip:bob@${hostPort(bob)};transport=${transport}` } });
  const outboundProxy = `sip:${kamailio.hostPort};transport=${transport}`;
  const alice = await openClient({ account: accountAt(kamailio, "alice", { outboundProxy }) });
  const trace = new SipTrace();
  onTestFinished(() => trace.stop());
  onTestFailed(() => console.log(trace.ladder()));
  return { alice, bob, kamailio, trace };
}

/** Bob answers; the calls of both sides. */
async function connected({ alice, bob }: Pair): Promise<{ calling: Call; called: Call }> {
  const answered = new Promise<Call>((resolve, reject) => {
    bob.onIncoming(async (incoming) => {
      await incoming.answer().then(resolve, reject);
    });
  });
  return { calling: await alice.call("bob"), called: await answered };
}

/** Each side plays a tone of its own and hears the other's. */
async function expectToneBothWays(calling: Call, called: Call): Promise<void> {
  void calling.play(new ToneSource({ frequenciesHz: [440] }));
  void called.play(new ToneSource({ frequenciesHz: [620] }));
  const heard = await Promise.all([calling, called].map((call) => hear(call, 1000)));
  expect(findTone(heard[0]!, 8000)!.hz).toBeCloseTo(620, 0);
  expect(findTone(heard[1]!, 8000)!.hz).toBeCloseTo(440, 0);
}

/** `holder` holds and resumes; in between, neither hears anything, although both play. */
async function expectHold(holder: Call, held: Call): Promise<void> {
  await holder.hold();
  expect(holder.holding).toEqual({ local: true, remote: false });
  expect(held.holding).toEqual({ local: false, remote: true });
  await delay(200); // what was sent before is heard
  const loudest = await Promise.all([holder, held].map((call) => loudestWithin(call, 300)));
  for (const level of loudest) expect(level).toBeLessThan(10); // G.711 has no exact zero
  await holder.resume();
  for (const call of [holder, held]) expect(call.holding).toEqual({ local: false, remote: false });
}

/** The largest sample that a call hears in so many milliseconds. */
async function loudestWithin(call: Call, durationMs: number): Promise<number> {
  let heardMs = 0;
  let loudest = 0;
  for await (const { samples } of call.audio.in({ sampleRate: 8000 })) {
    for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
    heardMs += samples.length / 8;
    if (heardMs >= durationMs) break;
  }
  return loudest;
}

/** So many milliseconds of what a call hears, from the first sound on. */
async function hear(call: Call, durationMs: number): Promise<Int16Array> {
  const samples: number[] = [];
  for await (const frame of call.audio.in({ sampleRate: 8000 })) {
    if (samples.length > 0 || frame.samples.some((sample) => Math.abs(sample) > 1000)) samples.push(...frame.samples);
    if (samples.length >= durationMs * 8) break;
  }
  return Int16Array.from(samples);
}

const statusCodes = (trace: SipTrace): number[] => trace.entries.flatMap(({ text }) => Number(/^SIP\/2.0 (\d+)/.exec(text)?.[1] ?? []));
const requests = (trace: SipTrace, method: string): WireEntry[] => trace.entries.filter(({ text }) => text.startsWith(`${method} `));

describeWith(["kamailio"], "two clients, a stateful proxy with Record-Route between them", () => {
  for (const { algorithm, transport } of [
    { algorithm: "MD5", transport: "udp" },
    { algorithm: "SHA-256", transport: "tcp" },
  ] as const) {
    test(`a call over ${transport.toUpperCase()}, challenged with ${algorithm}: audio, hold and BYE, all through the proxy`, async () => {
      const pair = await setUp({ algorithm, transport });
      const { calling, called } = await connected(pair);
      await expectToneBothWays(calling, called);

      await expectHold(called, calling);
      await expectHold(calling, called);
      await expectToneBothWays(calling, called);
      const [end] = await Promise.all([called.ended, calling.hangUp()]);
      expect(end).toMatchObject({ cause: "HungUp", endedBy: "remote" });

      expect(statusCodes(pair.trace).filter((code) => code === 407)).toHaveLength(1);
      // Each request is seen once on its way to the proxy, and once behind it.
      for (const method of ["INVITE", "BYE"]) {
        const vias = requests(pair.trace, method).map(({ text }) => text.match(/^Via:/gm)!.length);
        const challenged = method === "INVITE" ? 1 : 0; // got no further than the proxy
        expect(vias.filter((count) => count === 1).length - challenged).toBe(vias.filter((count) => count === 2).length);
      }
    });
  }

  test("the callee hangs up: its BYE takes the way back through the proxy", async () => {
    const pair = await setUp();
    const { calling, called } = await connected(pair);
    const [end] = await Promise.all([calling.ended, called.hangUp()]);
    expect(end).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    const byes = requests(pair.trace, "BYE");
    expect(byes.map(({ to }) => to)).toEqual([pair.kamailio.hostPort, hostPort(pair.alice)]);
  });

  test("a second call brings the nonce along, counted, and is not challenged again", async () => {
    const pair = await setUp();
    await (await connected(pair)).calling.hangUp();
    await (await connected(pair)).calling.hangUp();
    expect(statusCodes(pair.trace).filter((code) => code === 407)).toHaveLength(1);
  });

  test("a wrong password: the challenge is answered once, and the call fails", async () => {
    const { bob, kamailio } = await setUp();
    const mallory = await openClient({ account: accountAt(kamailio, "alice", { password: "guessed" }) });
    const calling = mallory.call("bob");
    await expect(calling).rejects.toMatchObject({ code: "AUTHENTICATION_FAILED", statusCode: 407, isAuthError: true });
    expect(bob.callCount).toBe(0);
  });

  test("the callee refuses: its status code comes through", async () => {
    const { alice, bob } = await setUp();
    bob.onIncoming((incoming) => incoming.reject(603));
    await expect(alice.call("bob")).rejects.toMatchObject({ code: "CALL_REJECTED", statusCode: 603 });
  });

  test("the caller gives up: CANCEL reaches the callee through the proxy", async () => {
    const { alice, bob } = await setUp();
    const ringing = bob.incomingCalls()[Symbol.asyncIterator]();
    const outgoing = alice.dial("bob");
    const incoming = (await ringing.next()).value!;
    await eventually("alice hears it ring", () => outgoing.phase === "Ringing");
    outgoing.cancel();
    await expect(outgoing.answered).rejects.toMatchObject({ code: "CALL_CANCELLED" });
    expect(await incoming.call.ended).toMatchObject({ cause: "Cancelled", endedBy: "remote" });
  });
});
