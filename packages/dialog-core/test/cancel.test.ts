import { describe, expect, test } from "vitest";
import { scenario } from "./support/scenario.ts";
import { TestMedia } from "./support/test-media.ts";

async function setUp() {
  const parts = await scenario();
  const sent = (startLine: string) => parts.log.sipStartLines.filter((line) => line.startsWith(startLine)).length;
  return { ...parts, sent };
}

describe("CANCEL (RFC 3261 §9)", () => {
  test("ends a ringing call with 487 on both sides", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    bob.lastCall.usage.ring();
    await clock.advance(10);
    caller.usage.cancel({ headers: [["Reason", 'SIP;cause=200;text="Call completed elsewhere"']] });
    await clock.advance(10);
    expect(log.sipStartLines.slice(2).map((line) => line.split(" ", 2).join(" "))).toEqual([
      "CANCEL sip:bob@10.0.0.2:5060",
      "SIP/2.0 200",
      "SIP/2.0 487",
      "ACK sip:bob@10.0.0.2:5060",
    ]);
    expect(caller.termination).toMatchObject({ endedBy: "local", reason: "Cancelled", statusCode: 487 });
    expect(bob.lastCall.termination).toEqual({
      endedBy: "remote",
      reason: "Cancelled",
      statusCode: 487,
      reasonHeader: 'SIP;cause=200;text="Call completed elsewhere"',
    });
    await expectNothingLeft();
  });

  test("waits for the first provisional response", async () => {
    const { clock, alice, bob, sent, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    caller.usage.cancel();
    await clock.advance(150);
    expect(sent("CANCEL")).toBe(0);
    expect(caller.usage.state).toBe("Cancelling");
    await clock.advance(100); // the 100 that comes after 200 ms
    expect(sent("CANCEL")).toBe(1);
    expect(caller.events).toEqual(["local Cancelled"]);
    await expectNothingLeft();
  });

  test("is never sent when nothing was sent yet", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    const media = new TestMedia("alice");
    media.modes.createOffer = "pending";
    const caller = alice.call(bob.uri, { media });
    await clock.advance(10);
    caller.usage.cancel();
    await clock.advance(10);
    expect(caller.events).toEqual(["local Cancelled"]);
    expect(media.log).toEqual(["createOffer initial", "aborted", "close alice"]);
    expect(log.entries).toEqual([]);
    await expectNothingLeft();
  });

  test("before invite() has asked for an offer asks for none", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    caller.usage.cancel();
    expect(caller.events).toEqual(["local Cancelled"]);
    await clock.advance(10);
    expect(caller.media.log).toEqual(["close alice"]);
    expect(log.entries).toEqual([]);
    await expectNothingLeft();
  });

  test("while the target is looked up ends the call without a message", async () => {
    const { clock, alice, network, log, expectNothingLeft } = await setUp();
    network.setName("slow.example.com", "10.0.0.2");
    alice.environment.resolver.setConditions({ delayMs: 1_000 });
    const caller = alice.call("sip:bob@slow.example.com");
    await clock.advance(500);
    caller.usage.cancel();
    await clock.advance(2_000);
    expect(caller.events).toEqual(["local Cancelled"]);
    expect(log.entries).toEqual([]);
    await expectNothingLeft();
  });

  test("ends the call 64·T1 later when the INVITE finds no final response", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    bob.lastCall.usage.ring();
    await clock.advance(10);
    bob.rules.lose(/^SIP\/2.0 487/, 100);
    caller.usage.cancel();
    await clock.advance(31_000);
    expect(caller.usage.state).toBe("Cancelling");
    await clock.advance(2_000);
    expect(caller.termination).toMatchObject({ endedBy: "local", reason: "Cancelled" });
    await expectNothingLeft();
  });

  test("is legal while the callee's media makes the answer", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    const callee = bob.lastCall;
    callee.media.modes.acceptOffer = "pending";
    callee.usage.ring();
    callee.usage.answer();
    await clock.advance(10);
    expect(callee.usage.state).toBe("AnswerPending");
    caller.usage.cancel();
    await clock.advance(10);
    expect(callee.events).toEqual(["remote Cancelled"]);
    expect(callee.media.log).toEqual(["acceptOffer: offer 1 of alice", "aborted", "close bob"]);
    await expectNothingLeft();
  });

  test("of a call that is refused otherwise reports the refusal's status code", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    bob.lastCall.usage.ring();
    await clock.advance(10);
    bob.lastCall.usage.reject(486);
    caller.usage.cancel();
    await clock.advance(10);
    expect(caller.termination).toMatchObject({ endedBy: "local", reason: "Cancelled", statusCode: 486 });
    await expectNothingLeft();
  });
});
