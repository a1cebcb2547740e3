import { applyClientEvent, CallState, type Call, type Client, type ClientEvent, type ClientSnapshot } from "@sidetone/client-core";
import { ToneSource } from "@sidetone/media-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { twoClients } from "@sidetone/testkit/scenario";
import { scenario } from "../support/scenario.ts";

/** What people do with phones, the frequent things more often. The number picks a call. */
const operations = [
  "dial",
  "answer",
  "reject",
  "hangUp",
  "hold",
  "resume",
  "mute",
  "unmute",
  "speaker",
  "dtmf",
  "play",
  "codec",
  "lose",
] as const;
type Operation = (typeof operations)[number];
const frequent: readonly Operation[] = ["dial", "answer", "hold", "hold", "resume", "resume", "play", "codec"];
const step = fc.record({
  operation: fc.constantFrom(...operations, ...frequent),
  byAlice: fc.boolean(),
  pick: fc.nat(5),
  waitMs: fc.constantFrom(0, 1, 3, 50, 1500),
});

async function act(client: Client, call: Call | undefined, operation: Operation): Promise<unknown> {
  if (!call) return;
  switch (operation) {
    case "answer":
      return client.findIncoming(call.id)?.answer();
    case "reject":
      return client.findIncoming(call.id)?.reject(486);
    case "hangUp":
      return call.hangUp();
    case "hold":
      return call.hold();
    case "resume":
      return call.resume();
    case "mute":
      return call.mute();
    case "unmute":
      return call.unmute();
    case "speaker":
      return call.setSpeakerMuted(!call.muted.speaker);
    case "dtmf":
      return call.sendDtmf("1");
    case "play":
      return call.play(new ToneSource({ frequenciesHz: [440], durationMs: 300 }));
    case "codec":
      return call.modify({ codecs: [call.codec === "PCMA" ? "PCMU" : "PCMA"] });
    default:
      return undefined;
  }
}

const plain = ({ calls }: ClientSnapshot): unknown => calls;

describe("a snapshot and the events behind it", () => {
  test("tell who holds, also when the state stays", async () => {
    const { alice, connect, settle } = await scenario();
    const { call, bobs } = await connect();
    await settle(call.hold());
    const held = alice.events.snapshot();
    const events: ClientEvent[] = [];
    alice.events.on("HoldStateChanged", (event) => events.push(event));
    alice.events.on("CallStateChanged", (event) => events.push(event));
    await settle(bobs.hold());
    expect(events.map(({ type }) => type)).toEqual(["HoldStateChanged"]);
    expect(events.reduce(applyClientEvent, held).calls).toMatchObject([{ state: "OnHold", hold: { local: true, remote: true } }]);
  });

  test("always give the state, whatever happened; each change of state is in the table", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 25 }),
        fc.nat(24),
        fc.nat(1000),
        fc.boolean(),
        async (steps, snapshotAt, seed, answers) => {
          const pair = await twoClients({ seed });
          const { alice, bob, clock, network } = pair;
          try {
            for (const client of [alice, bob]) client.onIncoming((incoming) => (answers ? incoming.answer() : incoming.ring()));
            const log: ClientEvent[] = [];
            const snapshots: ClientSnapshot[] = [];
            void (async () => {
              for await (const event of alice.events.subscribe()) log.push(event);
            })();
            for (const uri of [pair.bobUri, pair.bobUri]) alice.dial(uri).answered.catch(() => {});
            await clock.advance(10);
            for (const [index, { operation, byAlice, pick, waitMs }] of steps.entries()) {
              if (index === snapshotAt % steps.length) snapshots.push(alice.events.snapshot());
              const client = byAlice ? alice : bob;
              if (operation === "dial") client.dial(byAlice ? pair.bobUri : pair.aliceUri).answered.catch(() => {});
              else if (operation === "lose") network.setConditionsBetween("10.0.0.1", "10.0.0.2", { lossRate: pick / 20 });
              else void act(client, client.calls[pick % Math.max(1, client.callCount)], operation).catch(() => {});
              await clock.advance(waitMs);
            }
            await clock.advance(5);
            const now = alice.events.snapshot();
            for (const snapshot of snapshots) {
              const behind = log.filter(({ sequence }) => sequence > snapshot.sequence);
              expect(plain(behind.reduce(applyClientEvent, snapshot))).toEqual(plain(now));
            }
            // From the very beginning too, and events that are in the snapshot already change nothing.
            const begin: ClientSnapshot = { sequence: 0, timestampMs: 0, calls: [], registrations: [] };
            expect(plain(log.reduce(applyClientEvent, begin))).toEqual(plain(now));
            expect(plain(log.slice(-3).reduce(applyClientEvent, now))).toEqual(plain(now));
            for (const [index, event] of log.entries()) {
              if ("end" in event && event.end) expect(log.slice(index + 1).filter(({ callId }) => callId === event.callId)).toEqual([]);
            }
            expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_, index) => index + 1));
            for (const event of log) {
              if (event.type !== "CallStateChanged" || !event.previousState) continue;
              expect(CallState.transitions[event.previousState], `${event.previousState} → ${event.state}`).toContain(event.state);
            }
          } finally {
            network.setConditionsBetween("10.0.0.1", "10.0.0.2", { lossRate: 0 });
            await pair[Symbol.asyncDispose]();
            await clock.advance(64_000);
            expect(clock.pendingTimers).toBe(0);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
