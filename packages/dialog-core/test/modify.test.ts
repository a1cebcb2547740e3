import { describe, expect, test } from "vitest";
import { scenario } from "./support/scenario.ts";

async function setUp() {
  const parts = await scenario();
  const { caller, callee } = await parts.establish();
  for (const list of [caller.media.log, callee.media.log, caller.events, callee.events]) list.length = 0;
  parts.log.clear();
  const sent = (startLine: string) => parts.log.sipStartLines.filter((line) => line.startsWith(startLine)).length;
  const hangUp = async () => {
    caller.usage.terminate();
    await parts.expectNothingLeft();
  };
  return { ...parts, caller, callee, sent, hangUp };
}

const refused = { code: "DIALOG_REFUSED" };

describe("A re-INVITE (RFC 3261 §14)", () => {
  test("offers, is answered, acknowledged, and taken by both sides", async () => {
    const { clock, caller, callee, log, hangUp } = await setUp();
    await clock.advanceUntil(caller.usage.modify("modify"));
    await clock.advance(10);
    expect(log.sipStartLines.map((line) => line.split(" ", 2).join(" "))).toEqual([
      "INVITE sip:bob@10.0.0.2:5060",
      "SIP/2.0 200",
      "ACK sip:bob@10.0.0.2:5060",
    ]);
    expect(caller.media.log).toEqual(["createOffer modify", "acceptAnswer final: answer of bob to offer 2 of alice"]);
    expect(callee.media.log).toEqual(["acceptOffer: offer 2 of alice"]);
    expect(caller.events).toEqual([]);
    expect(callee.events).toEqual(["modified"]);
    await hangUp();
  });

  test("goes the other way as well, with a CSeq of its own", async () => {
    const { clock, caller, callee, log, hangUp } = await setUp();
    await clock.advanceUntil(callee.usage.modify("refresh"));
    await clock.advance(10);
    expect(callee.media.log).toEqual(["createOffer refresh", "acceptAnswer final: answer of alice to offer 1 of bob"]);
    expect(caller.events).toEqual(["modified"]);
    expect(log.entries[0]!.data.toString()).toContain("\r\nCSeq: 1 INVITE\r\n");
    await hangUp();
  });

  test("that is refused leaves the session as it was, and the call goes on", async () => {
    const { clock, caller, callee, hangUp } = await setUp();
    callee.media.modes.acceptOffer = "refuse";
    await expect(clock.advanceUntil(caller.usage.modify("modify"))).rejects.toMatchObject({ ...refused, statusCode: 488 });
    expect(caller.media.log).toEqual(["createOffer modify", "rollback"]);
    expect([caller.usage.state, callee.usage.state]).toEqual(["Established", "Established"]);
    callee.media.modes.acceptOffer = "value";
    await clock.advanceUntil(caller.usage.modify("modify"));
    await hangUp();
  });

  test("waits behind the one before", async () => {
    const { clock, caller, callee, sent, hangUp } = await setUp();
    callee.media.modes.acceptOffer = "pending";
    const first = caller.usage.modify("modify");
    const second = caller.usage.modify("refresh", { headers: [["X-Second", "yes"]] });
    await clock.advance(100);
    expect(sent("INVITE")).toBe(1);
    callee.media.modes.acceptOffer = "value";
    callee.media.resolve();
    await clock.advanceUntil(first);
    await clock.advanceUntil(second);
    expect(sent("INVITE")).toBe(2);
    await hangUp();
  });

  test("of the callee waits for the ACK of the first INVITE (RFC 3261 §14.1)", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await scenario();
    alice.rules.lose(/^ACK/, 1);
    alice.call(bob.uri);
    await clock.advance(10);
    bob.lastCall.usage.answer();
    const modified = bob.lastCall.usage.modify("modify");
    await clock.advance(400);
    expect(log.sipStartLines.filter((line) => line.startsWith("INVITE"))).toHaveLength(1);
    await clock.advanceUntil(modified);
    expect(bob.lastCall.media.log).toContain("createOffer modify");
    bob.lastCall.usage.terminate();
    await expectNothingLeft();
  });

  test("is not sent when the media has no offer", async () => {
    const { clock, caller, log, hangUp } = await setUp();
    caller.media.modes.createOffer = "refuse";
    await expect(clock.advanceUntil(caller.usage.modify("modify"))).rejects.toMatchObject({ code: "DIALOG_MEDIA" });
    expect(log.entries).toEqual([]);
    expect(caller.usage.state).toBe("Established");
    await hangUp();
  });

  test("whose answer the media refuses ends the call: the peer has changed the session already", async () => {
    const { clock, caller, callee, expectNothingLeft } = await setUp();
    caller.media.modes.acceptAnswer = "refuse";
    await expect(clock.advanceUntil(caller.usage.modify("modify"))).rejects.toMatchObject({ code: "DIALOG_MEDIA" });
    await clock.advance(10);
    expect(caller.events).toEqual(["local MediaFailed"]);
    expect(callee.events).toEqual(["modified", "remote Bye"]);
    await expectNothingLeft();
  });

  test("that is answered 481 ends the call (RFC 3261 §14.1)", async () => {
    const { clock, bob, caller, callee, expectNothingLeft } = await setUp();
    bob.core.dialogs.delete(callee.usage.dialog as never);
    await expect(clock.advanceUntil(caller.usage.modify("modify"))).rejects.toMatchObject({ ...refused, statusCode: 481 });
    await clock.advance(10);
    expect(caller.termination).toMatchObject({ endedBy: "network", reason: "DialogGone", statusCode: 481 });
    bob.core.dialogs.add(callee.usage.dialog as never);
    callee.usage.terminate();
    await expectNothingLeft();
  });

  test("that ends the call takes those behind it along, unsent", async () => {
    const { clock, bob, caller, callee, sent, expectNothingLeft } = await setUp();
    bob.core.dialogs.delete(callee.usage.dialog as never);
    const outcomes = Promise.allSettled([caller.usage.modify("modify"), caller.usage.modify("modify")]);
    await clock.advance(50);
    expect((await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason.code as string)).toEqual([
      "DIALOG_REFUSED",
      "DIALOG_TERMINATED",
    ]);
    expect(sent("INVITE")).toBe(1);
    expect(caller.media.log).toEqual(["createOffer modify", "rollback", "close alice"]);
    bob.core.dialogs.add(callee.usage.dialog as never);
    callee.usage.terminate();
    await expectNothingLeft();
  });

  test("that nobody answers ends the call (RFC 3261 §12.2.1.2)", async () => {
    const { clock, network, caller, callee, expectNothingLeft } = await setUp();
    network.partition("10.0.0.2");
    await expect(clock.advanceUntil(caller.usage.modify("modify"))).rejects.toMatchObject({ code: "DIALOG_TIMEOUT", statusCode: 408 });
    expect(caller.usage.state).toBe("Terminating");
    network.heal();
    await clock.advance(2_000);
    expect(caller.termination).toMatchObject({ reason: "DialogGone", statusCode: 408 });
    expect(callee.termination).toMatchObject({ endedBy: "remote", reason: "Bye" });
    await expectNothingLeft();
  });

  test("can be taken back while it waits, and while it is under way", async () => {
    const { clock, caller, callee, sent, hangUp } = await setUp();
    callee.media.modes.acceptOffer = "pending";
    const [first, second] = [new AbortController(), new AbortController()];
    const modifications = [
      caller.usage.modify("modify", { signal: first.signal }),
      caller.usage.modify("modify", { signal: second.signal }),
    ];
    const outcomes = Promise.allSettled(modifications);
    await clock.advance(300);
    second.abort(new Error("not any more"));
    first.abort(new Error("too slow"));
    await clock.advance(50);
    expect(await outcomes).toEqual([
      { status: "rejected", reason: new Error("too slow") },
      { status: "rejected", reason: new Error("not any more") },
    ]);
    expect([sent("INVITE"), sent("CANCEL"), sent("SIP/2.0 487")]).toEqual([1, 1, 1]);
    expect(caller.media.log).toEqual(["createOffer modify", "rollback"]);
    expect(callee.media.log).toEqual(["acceptOffer: offer 2 of alice", "aborted", "rollback"]);
    expect(callee.usage.state).toBe("Established");
    await hangUp();
  });

  test("needs an answered call", async () => {
    const { clock, alice, bob, expectNothingLeft } = await scenario();
    const caller = alice.call(bob.uri);
    await expect(caller.usage.modify("modify")).rejects.toMatchObject({ code: "DIALOG_STATE" });
    caller.usage.cancel();
    await clock.advance(10);
    await expect(caller.usage.modify("modify")).rejects.toMatchObject({ code: "DIALOG_STATE" });
    await expectNothingLeft();
  });
});
