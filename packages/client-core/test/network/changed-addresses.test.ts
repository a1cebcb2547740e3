import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Call } from "@sidetone/client-core";
import { readWavFile, ToneSource } from "@sidetone/media-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { listen } from "../support/scenario.ts";
import { bobsHost, kinds, networkScenario, next, old } from "../support/network-scenario.ts";

const tone = (frequencyHz: number): ToneSource => new ToneSource({ frequenciesHz: [frequencyHz] });

/** Both talk, and both listen. */
async function talking(options: Parameters<typeof networkScenario>[0] = {}) {
  const parts = await networkScenario(options);
  const { call, bobs } = await parts.connect();
  void call.play(tone(440));
  void bobs.play(tone(660));
  const [alicesEars, bobsEars] = [listen(call), listen(bobs)];
  const heard = () => [alicesEars.toneHz(), bobsEars.toneHz()];
  await parts.clock.advance(1500);
  const holds: string[] = [];
  for (const [who, each] of Object.entries({ alice: call, bob: bobs }))
    each.on("holdChanged", ({ local, remote }) => holds.push(`${who} ${local} ${remote}`));
  return { ...parts, call, bobs, heard, holds, bobsEars };
}

describe("a registered client in a call whose machine gets another address", () => {
  test("registers and tells its peer from there within 2 s, and both hear each other again", async () => {
    const { alice, network, clock, wire, call, heard, registered, sent, changes, settleDown } = await talking();
    expect(heard()).toEqual([660, 440]);
    const log: string[] = [];
    alice.events.on("NetworkEvent", ({ kind, callId, priority }) => log.push(`${kind} ${callId} ${priority}`));
    wire.clear();
    const movedMs = clock.now();
    network.setAddresses(next);
    await settleDown();
    expect(sent()).toBe("REGISTER INVITE ACK");
    const [contact] = registered().at(-1)!.getAllText("Contact");
    expect(contact).toMatch(new RegExp(`^<sip:alice@${next}:5060>;\\+sip.instance="<urn:uuid:[^>]+>";reg-id=1$`));
    const invite = wire.entries.find(({ data }) => data.toString("latin1").startsWith("INVITE"))!;
    const text = invite.data.toString("latin1");
    expect(text).toContain(`\r\nContact: <sip:alice@${next}:5060>\r\n`);
    expect(text).toContain(`\r\nc=IN IP4 ${next}\r\n`);
    // "… the origin line … MUST be identical … except that the version" rises (RFC 3264 §8)
    expect(text).toMatch(new RegExp(`\\r\\no=- \\d+ 2 IN IP4 ${old.replaceAll(".", "\\.")}\\r\\n`));
    expect(invite.atMs - movedMs).toBeLessThan(2000);
    expect(changes).toEqual([
      { kind: "AddressesChanged", added: [next], removed: [old] },
      { kind: "Recovered", registrationIds: ["default"], callIds: [call.id], refusedCallIds: [], durationMs: expect.any(Number) },
    ]);
    expect((changes[1] as { durationMs: number }).durationMs).toBeLessThan(600);
    expect(log).toEqual(["AddressesChanged undefined High", "Recovered undefined High"]);
    expect(alice.account.registration).toMatchObject({ state: "Active", contact: `sip:alice@${next}:5060` });
    expect(heard()).toEqual([660, 440]);
  });

  test.each([
    ["held by us", "call", { local: true, remote: false }, [660, 440]],
    ["held by the peer", "bobs", { local: false, remote: true }, [660, 440]],
  ] as const)("a call %s stays held, and goes on where it was when it is resumed", async (_who, holder, holding, after) => {
    const parts = await talking();
    const { network, clock, call, heard, holds, settleDown, changes } = parts;
    const side: Call = parts[holder];
    await clock.advanceUntil(side.hold());
    await clock.advance(1500);
    holds.length = 0;
    network.setAddresses(next);
    await settleDown();
    expect(kinds(changes)).toBe("AddressesChanged Recovered");
    expect([call.holding, call.state, holds]).toEqual([holding, "OnHold", []]);
    expect(heard()).toEqual([undefined, undefined]);
    await clock.advanceUntil(side.resume());
    await clock.advance(1500);
    expect(heard()).toEqual(after);
  });

  test("a call stays muted, its recording and its digits go on", async () => {
    const { network, clock, call, bobs, heard, settleDown } = await talking();
    const path = join(mkdtempSync(join(tmpdir(), "moved-")), "call.wav");
    const recording = await call.record(path);
    const digits: string[] = [];
    void (async () => {
      for await (const { digit } of bobs.dtmf) digits.push(digit);
    })();
    call.mute();
    await clock.advance(1000);
    network.setAddresses(next);
    await settleDown();
    expect([call.muted.microphone, heard()]).toEqual([true, [660, undefined]]);
    await clock.advanceUntil(call.sendDtmf("59"));
    await clock.advance(500);
    expect(digits).toEqual(["5", "9"]);
    await recording.stop();
    const { samples, sampleRate } = await readWavFile(path);
    expect(samples.length / sampleRate).toBeGreaterThan(5);
  });

  test("the call is made by the peer: it is he who is told where we are", async () => {
    const { alice, bob, clock, network, sent, wire, settleDown } = await networkScenario();
    alice.onIncoming((incoming) => incoming.answer());
    const call = await clock.advanceUntil(bob.call(`sip:alice@${old}`));
    await clock.advance(100);
    wire.clear();
    network.setAddresses(next);
    await settleDown();
    expect(sent()).toBe("REGISTER INVITE ACK");
    await clock.advanceUntil(call.hangUp());
    expect(alice.calls).toEqual([]);
  });

  test("a call that comes afterwards arrives", async () => {
    const { alice, bob, clock, network, registered, settleDown } = await networkScenario();
    network.setAddresses(next);
    await settleDown();
    alice.onIncoming((incoming) => incoming.answer());
    const contact = /<([^>]+)>/.exec(registered().at(-1)!.getText("Contact")!)![1]!;
    expect(contact).toContain(next);
    const call = await clock.advanceUntil(bob.call(contact));
    expect(call.state).toBe("Connected");
  });

  test("a peer that refuses keeps his call: it goes on as long as media flow, else the media time-out ends it", async () => {
    let offers = 0;
    const answerOffer = (offer: string): string => {
      if (offers++ > 0) throw new Error("no more changes");
      return offer.replaceAll(/IN IP4 \S+/g, `IN IP4 ${bobsHost}`).replace(/m=audio \d+/, "m=audio 30000");
    };
    const bob = { media: "external", external: { answerOffer } } as const;
    const { network, connect, changes, clock, settleDown } = await networkScenario({
      bob,
      alice: { ...registeredAlice, media: { timeoutSeconds: 30 } },
    });
    const { call } = await connect();
    network.setAddresses(next);
    await settleDown();
    expect(changes.at(-1)).toMatchObject({ kind: "Recovered", callIds: [], refusedCallIds: [call.id] });
    expect(call.state).toBe("Connected");
    const { cause } = await clock.advanceUntil(call.ended);
    expect(cause).toBe("MediaTimeout");
  });

  test("a change of the peer's at the same moment is put in order by the rules of glare", async () => {
    const { network, clock, call, bobs, heard, settleDown, wire, changes } = await talking();
    // The machine sends from another address, while the peer still reaches it at the old one.
    network.setAddresses(next, old);
    await clock.advance(1501.5);
    await clock.advanceUntil(bobs.hold());
    await settleDown();
    expect(wire.sipStartLines.filter((line) => line.includes(" 491 "))).toHaveLength(2);
    expect(changes.at(-1)).toMatchObject({ kind: "Recovered", callIds: [call.id] });
    expect(call.holding).toEqual({ local: false, remote: true });
    await clock.advanceUntil(bobs.resume());
    await clock.advance(1500);
    expect(heard()).toEqual([660, 440]);
  });

  test("over TCP: the connection ends with its cause, and registration and call go on over a new one", async () => {
    const account = { uri: "sip:alice@example.com", transport: "TCP" } as const;
    const { network, call, changes, heard, settleDown, bobs, clock } = await talking({ alice: { ...registeredAlice, account } });
    network.setAddresses(next);
    await settleDown();
    expect(changes.at(-1)).toMatchObject({ kind: "Recovered", callIds: [call.id] });
    expect(heard()).toEqual([660, 440]);
    await clock.advanceUntil(bobs.hangUp());
    expect((await call.ended).endedBy).toBe("remote");
  });

  test("changes in quick succession are one", async () => {
    const { network, clock, changes, registered, settleDown } = await networkScenario();
    network.setAddresses();
    await clock.advance(200);
    network.setAddresses("10.0.0.7");
    await clock.advance(200);
    network.setAddresses(next);
    await settleDown();
    expect(kinds(changes)).toBe("AddressesChanged Recovered");
    expect(registered()).toHaveLength(2);
  });

  test("without any network it waits; when the same address is back, registrations and calls are renewed", async () => {
    const { network, clock, call, alice, changes, sent, wire, heard, settleDown } = await talking();
    wire.clear();
    network.setAddresses();
    await clock.advance(20_000);
    expect([kinds(changes), sent(), call.state]).toEqual(["AddressesChanged", "", "Connected"]);
    network.setAddresses(old);
    await settleDown();
    expect(sent()).toBe("REGISTER INVITE ACK");
    expect(changes.at(-1)).toMatchObject({ kind: "Recovered", registrationIds: ["default"], callIds: [call.id] });
    expect([alice.account.registration.state, heard()]).toEqual(["Active", [660, 440]]);
  });
});

const registeredAlice = { listen: "0.0.0.0:5060" } as const;

describe("a client on an address of its own", () => {
  test("loses its ports with it, waits, and goes on with registration and call when it is back", async () => {
    const { alice, network, call, changes, heard, settleDown } = await talking({ alice: { listen: `${old}:5060` } });
    network.setAddresses(next);
    await settleDown();
    expect(kinds(changes)).toBe("AddressesChanged ListeningLost ListeningLost");
    expect(changes[1]).toEqual({ kind: "ListeningLost", transport: "UDP", address: old, port: 5060 });
    expect([alice.listeningPoints, call.state]).toEqual([[], "Connected"]);
    network.setAddresses(next, old);
    await settleDown();
    expect(kinds(changes.slice(3))).toBe("AddressesChanged Rebound Rebound Recovered");
    expect(alice.account.registration).toMatchObject({ state: "Active", contact: `sip:alice@${old}:5060` });
    expect(heard()).toEqual([660, 440]);
  });
});

describe("a client that follows its machine (listen: auto)", () => {
  test("is bound to the machine's address alone, and goes on at the next one, with its media", async () => {
    const { alice, network, call, changes, heard, settleDown } = await talking({ alice: { listen: "auto:5060" } });
    expect(alice.listeningPoints.map(({ address }) => address)).toEqual([old, old]);
    network.setAddresses(next);
    await settleDown();
    expect(kinds(changes)).toBe("AddressesChanged ListeningLost ListeningLost Rebound Rebound Recovered");
    expect(changes[3]).toEqual({ kind: "Rebound", transport: "UDP", address: next, port: 5060, previousAddress: old });
    expect(alice.listeningPoints.map(({ address, port }) => `${address}:${port}`)).toEqual([`${next}:5060`, `${next}:5060`]);
    expect(changes.at(-1)).toMatchObject({ callIds: [call.id] });
    expect(heard()).toEqual([660, 440]);
  });
});

test("listen: auto on a machine without an address is RESOURCE_UNAVAILABLE", async () => {
  const environment = virtualEnvironment();
  environment.network.setAddresses();
  await expect(createClient({ listen: "auto:5060", environment })).rejects.toMatchObject({ code: "RESOURCE_UNAVAILABLE" });
  await environment.clock.advance(1000);
});

describe("a client that is not touched", () => {
  test("by a further address of its machine sends nothing, and is told", async () => {
    const { network, sent, wire, changes, settleDown, heard } = await talking();
    wire.clear();
    network.setAddresses(old, "172.17.0.1");
    await settleDown();
    expect([sent(), changes]).toEqual(["", [{ kind: "AddressesChanged", added: ["172.17.0.1"], removed: [] }]]);
    expect(heard()).toEqual([660, 440]);
  });

  test("as it uses loopback alone, is not even told", async () => {
    const { alice, network, wire, sent, changes, settleDown } = await networkScenario({
      alice: { listen: "127.0.0.1:5060", account: { uri: "sip:alice@127.0.0.1" } },
    });
    wire.clear();
    network.setAddresses(next);
    await settleDown();
    expect([sent(), changes, alice.listeningPoints.length]).toEqual(["", [], 2]);
  });

  test("as it does not want to be (networkWatch: false), does nothing", async () => {
    const { network, wire, sent, changes, settleDown } = await networkScenario({ alice: { networkWatch: false } });
    wire.clear();
    network.setAddresses(next);
    await settleDown();
    expect([sent(), changes]).toEqual(["", []]);
  });

  test("while nothing changes sets no timer of its own", async () => {
    const watched = await networkScenario({ alice: { account: { uri: "sip:alice@example.com" } } });
    expect(watched.clock.pendingTimers).toBe(0);
  });
});
