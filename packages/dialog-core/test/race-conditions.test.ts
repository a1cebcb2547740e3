import { describe, expect, test } from "vitest";
import { rawScenario } from "./support/raw-scenario.ts";
import { scenario } from "./support/scenario.ts";

/** Two user agents 100 ms apart, so that messages cross. */
async function setUp() {
  const parts = await scenario();
  const { alice, bob, clock, network, log } = parts;
  network.setDefaultConditions({ delayMs: 100 });
  const establish = async () => {
    const caller = alice.call(bob.uri);
    await clock.advance(150);
    bob.lastCall.usage.answer();
    await clock.advance(300);
    const callee = bob.lastCall;
    for (const list of [caller.media.log, callee.media.log, caller.events, callee.events]) list.length = 0;
    log.clear();
    return { caller, callee };
  };
  /** Who sent what, in the order of sending. */
  const ladder = () =>
    log.entries.map(({ from, data }) => {
      const text = data.toString();
      const [line = ""] = text.split("\r\n", 1);
      const cseqMethod = /\r\nCSeq: \d+ (\w+)/.exec(text)?.[1] ?? "";
      const what = line.startsWith("SIP/2.0") ? `${line.split(" ")[1] ?? ""} ${cseqMethod}` : cseqMethod;
      return `${from.split(":", 1)[0] ?? ""}: ${what}`;
    });
  return { ...parts, establish, ladder };
}

describe("RFC 5407 §3.1, receiving a message in the Moratorium state (2xx sent, no ACK yet)", () => {
  test("§3.1.1 an INVITE retransmission that arrives after the 200 is absorbed", async () => {
    const { alice, bob, clock, ladder, expectNothingLeft } = await setUp();
    bob.decide = ({ usage }) => usage.answer();
    bob.rules.delay(/^SIP\/2.0 200/, 350); // the 200 is late: Alice repeats her INVITE
    const caller = alice.call(bob.uri);
    await clock.advance(2_000);
    expect(ladder().filter((line) => line === "alice: INVITE")).toHaveLength(2);
    expect(bob.calls).toHaveLength(1);
    expect(caller.events).toEqual(["answered", "established"]);
    expect(bob.lastCall.events).toEqual(["answered", "established"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("§3.1.2 CANCEL that crosses the 200: ACK, then BYE", async () => {
    const { alice, bob, clock, ladder, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(150);
    bob.lastCall.usage.ring();
    await clock.advance(200);
    bob.lastCall.usage.answer();
    await clock.advance(50);
    caller.usage.cancel();
    await clock.advance(1_000);
    expect(ladder().slice(2)).toEqual(["bob: 200 INVITE", "alice: CANCEL", "alice: ACK", "alice: BYE", "bob: 200 CANCEL", "bob: 200 BYE"]);
    expect(caller.events).toEqual(["180", "answered", "local Cancelled"]);
    expect(bob.lastCall.events).toEqual(["answered", "established", "remote Bye"]);
    await expectNothingLeft();
  });

  test("§3.1.3 a BYE for the early dialog that crosses the 200 ends the call; no BYE comes back", async () => {
    const { alice, clock, peer, expectNothingLeft } = await rawScenario();
    peer.request("INVITE", { requestUri: alice.uri, to: `<${alice.uri}>`, cseq: 1, body: "offer" });
    await clock.advance(10);
    const call = alice.lastCall;
    call.usage.ring();
    call.usage.answer();
    const to = `<${alice.uri}>;tag=${call.usage.dialog!.localTag}`;
    peer.request("BYE", { requestUri: alice.uri, to, cseq: 2 }); // sent before the 200 came
    await clock.advance(10);
    peer.request("ACK", { requestUri: alice.uri, to, cseq: 1 });
    await clock.advance(10);
    expect(peer.statusCodes).toEqual([180, 200, 200]);
    expect(peer.requests).toEqual([]);
    expect(call.events).toEqual(["answered", "remote Bye"]);
    await expectNothingLeft();
  });

  test("§3.1.4 a re-INVITE before the ACK is taken when the 200 carried the answer", async () => {
    const { alice, bob, clock, establish, expectNothingLeft } = await setUp();
    expect(establish).toBeDefined();
    alice.rules.delay(/^ACK[\s\S]*CSeq: 1 ACK/, 300);
    const caller = alice.call(bob.uri);
    await clock.advance(150);
    bob.lastCall.usage.answer();
    await clock.advance(150);
    const modified = caller.usage.modify("modify");
    await clock.advance(150);
    expect(bob.lastCall.usage.state).toBe("Accepted");
    expect(bob.lastCall.media.log).toEqual(["acceptOffer: offer 1 of alice", "acceptOffer: offer 2 of alice"]);
    await clock.advanceUntil(modified);
    await clock.advance(1_000);
    expect(bob.lastCall.events).toEqual(["answered", "modified", "established"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("§3.1.5 a re-INVITE before the ACK is refused with 491 when the 200 carried the offer, and tried again", async () => {
    const { alice, bob, clock, ladder, expectNothingLeft } = await setUp();
    alice.rules.delay(/^ACK[\s\S]*CSeq: 1 ACK/, 300);
    const caller = alice.call(bob.uri, { lateOffer: true });
    await clock.advance(150);
    bob.lastCall.usage.answer();
    await clock.advance(150);
    const modified = caller.usage.modify("modify");
    await clock.advance(400);
    expect(ladder()).toContain("bob: 491 INVITE");
    await clock.advanceUntil(modified);
    await clock.advance(200);
    expect(caller.media.log).toEqual([
      "acceptOffer: offer 1 of bob",
      "createOffer modify",
      "rollback",
      "createOffer modify",
      "acceptAnswer final: answer of bob to offer 2 of alice",
    ]);
    expect(bob.lastCall.events).toEqual(["answered", "established", "modified"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("§3.1.6 a BYE before the ACK is answered 200, and the 200 to the INVITE is not repeated any more", async () => {
    const { alice, bob, clock, ladder, expectNothingLeft } = await setUp();
    alice.rules.lose(/^ACK/, 100);
    const caller = alice.call(bob.uri);
    await clock.advance(150);
    bob.lastCall.usage.answer();
    await clock.advance(150);
    caller.usage.terminate();
    await clock.advance(3_000);
    expect(ladder()).toEqual(["alice: INVITE", "bob: 200 INVITE", "alice: BYE", "bob: 200 BYE"]);
    expect(bob.lastCall.events).toEqual(["answered", "remote Bye"]);
    await expectNothingLeft();
  });
});

describe("RFC 5407 §3.2, receiving a message in the Mortal state (BYE sent or received)", () => {
  test("§3.2.1 BYEs that cross are both answered 200", async () => {
    const { clock, establish, ladder, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    caller.usage.terminate();
    callee.usage.terminate();
    await clock.advance(1_000);
    expect(ladder()).toEqual(["alice: BYE", "bob: BYE", "bob: 200 BYE", "alice: 200 BYE"]);
    expect(caller.events).toEqual(["local Bye"]);
    expect(callee.events).toEqual(["local Bye"]);
    await expectNothingLeft();
  });

  test("§3.2.2 a re-INVITE that crosses a BYE is answered 481", async () => {
    const { clock, establish, ladder, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    caller.usage.terminate();
    const modified = callee.usage.modify("modify");
    await expect(clock.advanceUntil(modified)).rejects.toMatchObject({ code: "DIALOG_TERMINATED" });
    await clock.advance(1_000);
    expect(ladder()).toEqual(["alice: BYE", "bob: INVITE", "bob: 200 BYE", "alice: 481 INVITE", "bob: ACK"]);
    expect([caller.events, callee.events]).toEqual([["local Bye"], ["remote Bye"]]);
    await expectNothingLeft();
  });

  test("§3.2.3 a 200 to the re-INVITE that comes after the BYE was sent is acknowledged", async () => {
    const { clock, establish, ladder, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    const modified = caller.usage.modify("modify").catch((error: unknown) => error);
    await clock.advance(150); // Bob has sent the 200
    caller.usage.terminate();
    await clock.advance(1_000);
    expect(ladder()).toEqual(["alice: INVITE", "bob: 200 INVITE", "alice: BYE", "alice: ACK", "bob: 200 BYE"]);
    expect(await modified).toMatchObject({ code: "DIALOG_TERMINATED" });
    expect(caller.media.log, "the answer is nobody's business any more").toEqual(["createOffer modify", "close alice"]);
    expect([caller.events, callee.events]).toEqual([["local Bye"], ["remote Bye"]]);
    await expectNothingLeft();
  });

  test("§3.2.3 the other way: the BYE of the peer crosses our re-INVITE", async () => {
    const { clock, establish, ladder, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    callee.media.modes.acceptOffer = "pending";
    const modified = caller.usage.modify("modify").catch((error: unknown) => error);
    await clock.advance(150);
    callee.usage.terminate();
    await clock.advance(1_000);
    expect(ladder()).toEqual(["alice: INVITE", "bob: 487 INVITE", "bob: BYE", "alice: ACK", "alice: 200 BYE"]);
    expect(await modified).toMatchObject({ code: "DIALOG_REFUSED", statusCode: 487 });
    expect([caller.events, callee.events]).toEqual([["remote Bye"], ["local Bye"]]);
    await expectNothingLeft();
  });

  test("§3.2.4 an ACK that comes after the BYE changes nothing", async () => {
    const { alice, bob, clock, ladder, expectNothingLeft } = await setUp();
    alice.rules.delay(/^ACK/, 200);
    const caller = alice.call(bob.uri);
    await clock.advance(150);
    bob.lastCall.usage.answer();
    await clock.advance(110);
    caller.usage.terminate();
    await clock.advance(1_000);
    expect(ladder()).toEqual(["alice: INVITE", "bob: 200 INVITE", "alice: BYE", "bob: 200 BYE", "alice: ACK"].sort(byLadder(ladder())));
    expect(bob.lastCall.events).toEqual(["answered", "remote Bye"]);
    await expectNothingLeft();
  });
});

describe("RFC 5407 §3.3, other races", () => {
  test("§3.3.1 re-INVITEs that cross are both answered 491; the owner of the Call-ID tries again last", async () => {
    const { clock, establish, ladder, log, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    const [mine, theirs] = [caller.usage.modify("modify"), callee.usage.modify("modify")];
    const startMs = clock.now();
    await clock.advance(250);
    expect(ladder()).toEqual(
      ["alice: INVITE", "bob: INVITE", "bob: 491 INVITE", "alice: 491 INVITE", "alice: ACK", "bob: ACK"].sort(byLadder(ladder())),
    );
    await clock.advanceUntil(Promise.all([mine, theirs]));
    const invites = log.entries
      .filter(({ data }) => data.toString().startsWith("INVITE"))
      .map(({ from, atMs }) => ({ from, afterMs: atMs - startMs - 200 }));
    const again = invites.slice(2);
    const bobAgain = again.find(({ from }) => from.startsWith("bob"))!.afterMs;
    const aliceAgain = again.find(({ from }) => from.startsWith("alice"))!.afterMs;
    expect(bobAgain).toBeLessThanOrEqual(2_000);
    expect(bobAgain % 10).toBe(0);
    expect(aliceAgain).toBeGreaterThanOrEqual(2_100);
    expect(aliceAgain).toBeLessThanOrEqual(4_000);
    await clock.advance(500);
    expect(caller.media.log.slice(0, 2)).toEqual(["createOffer modify", "rollback"]);
    expect([caller.events, callee.events]).toEqual([["modified"], ["modified"]]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("§3.3.2 an UPDATE that crosses a re-INVITE is refused, since UPDATE does not run; the re-INVITE is not disturbed", async () => {
    const { clock, establish, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    const modified = caller.usage.modify("modify");
    const update = callee.usage.sendRequest({ method: "UPDATE", body: { contentType: "application/sdp", content: Buffer.from("offer") } });
    const response = await clock.advanceUntil(update);
    expect(response.statusCode).toBe(405);
    await modified;
    await clock.advance(1_000);
    expect([caller.usage.state, callee.usage.state]).toEqual(["Established", "Established"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("§3.3.3 a REFER that crosses a BYE is answered 481", async () => {
    const parts = await scenario({ alice: { allowedMethods: ["REFER"] } });
    const { caller, callee } = await parts.establish();
    caller.usage.terminate();
    const refer = callee.usage.sendRequest({ method: "REFER", headers: [["Refer-To", "<sip:carol@example.com>"]] });
    expect((await parts.clock.advanceUntil(refer)).statusCode).toBe(481);
    expect(caller.requests).toEqual([]);
    await parts.expectNothingLeft();
  });
});

describe("RFC 5407, appendices and what is lost on the way", () => {
  test("Appendix B: a BYE overtakes a re-INVITE whose 200 is lost; nobody is left with a call", async () => {
    const { bob, clock, establish, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    bob.rules.lose(/^SIP\/2.0 200[\s\S]*CSeq: \d+ INVITE/, 1);
    const modified = caller.usage.modify("modify").catch((error: unknown) => error);
    await clock.advance(250);
    caller.usage.terminate();
    await clock.advance(2_000);
    expect(await modified).toMatchObject({ code: "DIALOG_TERMINATED" });
    expect([caller.events.at(-1), callee.events.at(-1)]).toEqual(["local Bye", "remote Bye"]);
    await expectNothingLeft();
  });

  test("a lost 200 comes again, and the call is established once", async () => {
    const { alice, bob, clock, expectNothingLeft } = await setUp();
    bob.rules.lose(/^SIP\/2.0 200/, 3);
    const caller = alice.call(bob.uri);
    await clock.advance(150);
    bob.lastCall.usage.answer();
    await clock.advance(5_000);
    expect(caller.events.filter((event) => event === "established")).toHaveLength(1);
    expect(bob.lastCall.events).toEqual(["answered", "established"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("a lost ACK is sent again with the next 200", async () => {
    const { alice, bob, clock, ladder, expectNothingLeft } = await setUp();
    alice.rules.lose(/^ACK/, 2);
    const caller = alice.call(bob.uri);
    await clock.advance(150);
    bob.lastCall.usage.answer();
    await clock.advance(3_000);
    expect(ladder().filter((line) => line.endsWith("200 INVITE"))).toHaveLength(3);
    expect(bob.lastCall.events).toEqual(["answered", "established"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("everything gets through a network that loses a third of all messages", async () => {
    const { alice, bob, clock, network, expectNothingLeft } = await setUp();
    network.setDefaultConditions({ delayMs: 20, jitterMs: 30, lossRate: 0.33 });
    const caller = alice.call(bob.uri);
    bob.decide = ({ usage }) => {
      usage.ring();
      usage.answer();
    };
    await clock.advance(32_000);
    expect(caller.usage.state).toBe("Established");
    await clock.advanceUntil(caller.usage.modify("modify"));
    caller.usage.terminate();
    await clock.advance(40_000);
    expect(caller.events.filter((event) => event === "established")).toHaveLength(1);
    expect([caller.events.at(-1), bob.lastCall.events.at(-1)]).toEqual(["local Bye", "remote Bye"]);
    await expectNothingLeft();
  });
});

/** Orders an expectation as the ladder has it, where the order of what crosses does not matter. */
function byLadder(ladder: readonly string[]): (one: string, other: string) => number {
  return (one, other) => ladder.indexOf(one) - ladder.indexOf(other);
}
