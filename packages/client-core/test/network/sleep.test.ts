import { ToneSource } from "@sidetone/media-core";
import { describe, expect, test } from "vitest";
import { listen } from "../support/scenario.ts";
import { kinds, networkScenario, next } from "../support/network-scenario.ts";

const minutes = (count: number): number => count * 60_000;

describe("a client whose machine has slept", () => {
  test("for 10 minutes: it is registered again at once, and a call that the peer still knows goes on", async () => {
    const { alice, machine, clock, wire, sent, changes, connect, settleDown } = await networkScenario();
    const { call, bobs } = await connect();
    void bobs.play(new ToneSource({ frequenciesHz: [660] }));
    const ears = listen(call);
    const wallMs = machine.environment.clock.wallNow();
    wire.clear();
    await machine.sleep(minutes(10));
    await settleDown();
    expect(sent()).toBe("REGISTER INVITE ACK");
    expect(changes).toEqual([
      { kind: "SleepDetected", sleptMs: minutes(10) },
      { kind: "Recovered", registrationIds: ["default"], callIds: [call.id], refusedCallIds: [], durationMs: expect.any(Number) },
    ]);
    expect((changes[1] as { durationMs: number }).durationMs).toBeLessThan(100);
    await clock.advance(1500);
    expect([call.state, ears.toneHz()]).toEqual(["Connected", 660]);
    expect(alice.account.registration.expiresAtMs).toBeGreaterThan(wallMs + minutes(10) + 3_590_000);
  });

  test("a call that the peer has ended meanwhile ends, with its cause", async () => {
    const { machine, bob, clock, connect, changes, settleDown } = await networkScenario();
    const { call, bobs } = await connect();
    const asleep = machine.sleep(minutes(10));
    void bobs.hangUp();
    await asleep;
    await settleDown();
    expect(bob.calls).toEqual([]);
    const { cause, endedBy, statusCode } = await clock.advanceUntil(call.ended);
    expect({ cause, endedBy, statusCode }).toEqual({ cause: "Gone", endedBy: "network", statusCode: 481 });
    expect(changes.at(-1)).toMatchObject({ kind: "Recovered", callIds: [], refusedCallIds: [call.id] });
  });

  test("for 2 hours, longer than the registration: Expired, then Active again; and a call that comes then arrives", async () => {
    const { alice, bob, machine, clock, registered, settleDown } = await networkScenario();
    const states: string[] = [];
    alice.on("registrationChanged", ({ registration }) => states.push(registration.state));
    const stamps: number[] = [];
    alice.events.on("RegistrationStatusChanged", ({ timestampMs }) => stamps.push(timestampMs));
    await machine.sleep(minutes(120));
    await settleDown();
    expect(states).toEqual(["Expired", "Active"]);
    for (const stamp of stamps) expect(machine.environment.clock.wallNow() - stamp).toBeLessThan(5000);
    alice.onIncoming((incoming) => incoming.answer());
    const contact = /<([^>]+)>/.exec(registered().at(-1)!.getText("Contact")!)![1]!;
    expect((await clock.advanceUntil(bob.call(contact))).state).toBe("Connected");
  });

  test("and wakes elsewhere: one REGISTER and one re-INVITE do for both", async () => {
    const { network, machine, wire, sent, changes, connect, settleDown } = await networkScenario();
    const { call } = await connect();
    wire.clear();
    network.setAddresses(next);
    await machine.sleep(minutes(10));
    await settleDown();
    expect(sent()).toBe("REGISTER INVITE ACK");
    expect(kinds(changes)).toBe("SleepDetected AddressesChanged Recovered");
    expect(changes.at(-1)).toMatchObject({ registrationIds: ["default"], callIds: [call.id] });
  });

  test("opens new connections in place of those that it had", async () => {
    const account = { uri: "sip:alice@example.com", transport: "TCP" } as const;
    const { machine, wire, connect, settleDown } = await networkScenario({ alice: { account, listen: "0.0.0.0:5060" } });
    const { call } = await connect();
    wire.clear();
    await machine.sleep(minutes(10));
    await settleDown();
    expect(wire.entries.filter(({ data }) => data.toString("latin1").startsWith("INVITE")).map(({ protocol }) => protocol)).toEqual([
      "TCP",
    ]);
    expect(call.state).toBe("Connected");
  });
});
