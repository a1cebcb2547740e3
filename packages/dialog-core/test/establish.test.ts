import { Accept, Allow, Contact, From, To } from "@sidetone/sip-core";
import { describe, expect, test } from "vitest";
import { scenario } from "./support/scenario.ts";
import { TestMedia } from "./support/test-media.ts";

async function setUp() {
  const parts = await scenario({ alice: { userAgent: "Alice/1.0" }, bob: { userAgent: "Bob/1.0" } });
  const sent = (startLine: string) => parts.log.sipStartLines.filter((line) => line.startsWith(startLine)).length;
  return { ...parts, sent };
}

describe("A call (RFC 3261 §13, §15)", () => {
  test("goes through INVITE, 180, 200, ACK, BYE and 200", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    const callee = bob.lastCall;
    callee.usage.ring();
    await clock.advance(10);
    callee.usage.answer();
    await clock.advance(10);
    caller.usage.terminate();
    await clock.advance(10);
    expect(log.sipStartLines).toEqual([
      "INVITE sip:bob@10.0.0.2:5060 SIP/2.0",
      "SIP/2.0 180 Ringing",
      "SIP/2.0 200 OK",
      "ACK sip:bob@10.0.0.2:5060 SIP/2.0",
      "BYE sip:bob@10.0.0.2:5060 SIP/2.0",
      "SIP/2.0 200 OK",
    ]);
    expect(caller.events).toEqual(["180", "answered", "established", "local Bye"]);
    expect(callee.events).toEqual(["answered", "established", "remote Bye"]);
    await expectNothingLeft();
  });

  test("carries the offer in the INVITE and the answer in the 2xx", async () => {
    const { establish, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    expect(caller.media.log).toEqual(["createOffer initial", "acceptAnswer final: answer of bob to offer 1 of alice"]);
    expect(callee.media.log).toEqual(["acceptOffer: offer 1 of alice"]);
    callee.usage.terminate();
    await expectNothingLeft();
    expect(caller.media.log.at(-1)).toBe("close alice");
    expect([caller.media.closed, callee.media.closed]).toEqual([1, 1]);
  });

  test("says in INVITE and 2xx what its side can do (RFC 3261 §13.2.1, §13.3.1.4)", async () => {
    const { clock, alice, bob, establish, log, expectNothingLeft } = await setUp();
    const { callee } = await establish();
    for (const entry of [log.entries[0]!, log.entries[1]!]) {
      const text = entry.data.toString();
      expect(text).toContain("\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n");
      expect(text).toContain("\r\nAccept: application/sdp\r\n");
      expect(text, "nothing is supported that does not run").not.toMatch(/^Supported:/m);
    }
    expect(log.entries[0]!.data.toString()).toContain("\r\nUser-Agent: Alice/1.0\r\n");
    expect(log.entries[1]!.data.toString()).toContain("\r\nServer: Bob/1.0\r\n");
    expect([Allow.name, Accept.name]).toEqual(["Allow", "Accept"]);
    callee.usage.terminate();
    await clock.advance(10);
    expect([alice.core.dialogCount, bob.core.dialogCount]).toEqual([0, 0]);
    await expectNothingLeft();
  });

  test("makes the same dialog on both sides", async () => {
    const { alice, bob, establish, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    const [mine, theirs] = [caller.usage.dialog!, callee.usage.dialog!];
    expect(mine.callId).toBe(theirs.callId);
    expect(mine.callId).toBe(caller.usage.callId);
    expect([mine.localTag, mine.remoteTag]).toEqual([theirs.remoteTag, theirs.localTag]);
    expect([mine.localUri, mine.remoteUri]).toEqual([theirs.remoteUri, theirs.localUri]);
    expect(mine.remoteTarget).toBe("sip:bob@10.0.0.2:5060");
    expect(theirs.remoteTarget).toBe("sip:alice@10.0.0.1:5060");
    expect([mine.isCallIdOwner, theirs.isCallIdOwner]).toEqual([true, false]);
    expect([mine.state, theirs.state]).toEqual(["Confirmed", "Confirmed"]);
    expect([alice.core.dialogCount, bob.core.dialogCount]).toEqual([1, 1]);
    caller.usage.terminate();
    await expectNothingLeft();
    expect(mine.state).toBe("Terminated");
  });

  test("lets go of the INVITE once it is established", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri, { headers: [["Subject", "lunch"]] });
    await clock.advance(10);
    const { usage } = bob.lastCall;
    expect(usage.request.getText("Subject")).toBe("lunch");
    expect(usage.request.require(From).tag).toBeDefined();
    expect(usage.request.require(To).tag).toBeUndefined();
    expect(usage.request.getAll(Contact)).toHaveLength(1);
    usage.answer();
    await clock.advance(10);
    expect(() => usage.request).toThrow(expect.objectContaining({ code: "DIALOG_STATE" }));
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("is answered 100 by itself when nobody decides within 200 ms (RFC 3261 §17.2.1)", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(150);
    expect(caller.events).toEqual([]);
    await clock.advance(100);
    expect(caller.events).toEqual(["100"]);
    expect(log.sipStartLines).toContain("SIP/2.0 100 Trying");
    bob.lastCall.usage.reject(486);
    await expectNothingLeft();
  });

  test("rings by itself when the core is told to", async () => {
    const parts = await scenario({ bob: { ringing: "automatic" } });
    const caller = parts.alice.call(parts.bob.uri);
    await parts.clock.advance(10);
    expect(caller.events).toEqual(["180"]);
    caller.usage.cancel();
    await parts.expectNothingLeft();
  });

  test("repeats its 180 every minute while it rings (RFC 3261 §13.3.1.1)", async () => {
    const { clock, alice, bob, log, sent, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    bob.lastCall.usage.ring({ headers: [["X-Ring", "1"]] });
    bob.lastCall.usage.ring({ statusCode: 182 });
    await clock.advance(125_000);
    expect([sent("SIP/2.0 180"), sent("SIP/2.0 182")]).toEqual([1, 3]);
    bob.lastCall.usage.answer();
    await clock.advance(125_000);
    expect(sent("SIP/2.0 182")).toBe(3);
    expect(log.sipStartLines.at(-1)).toMatch(/^ACK/);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("refuses header fields that cannot be sent before anything happens", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const invalid = expect.objectContaining({ code: "SIP_HEADER_INVALID" });
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    const { usage } = bob.lastCall;
    for (const field of [
      ["X-Evil", "a\r\nX-Injected: b"],
      ["Bad name", "x"],
      ["Via", "x"],
      ["From", "<sip:x@y>"],
      ["Content-Length", "7"],
    ] as const) {
      const headers = [field];
      expect(() => usage.ring({ headers })).toThrow(invalid);
      expect(() => usage.answer({ headers })).toThrow(invalid);
      expect(() => usage.reject(486, { headers })).toThrow(invalid);
      expect(() => usage.terminate({ headers })).toThrow(invalid);
      expect(() => caller.usage.cancel({ headers })).toThrow(invalid);
      expect(() => alice.call(bob.uri, { headers })).toThrow(invalid);
    }
    expect(() => usage.answer({ headers: [["Contact", "<sip:x@y>"]] }), "the stack's own").toThrow(invalid);
    expect(() => usage.reject(486, { reasonPhrase: "a\r\nb" })).toThrow(expect.objectContaining({ code: "SIP_START_LINE_INVALID" }));
    expect(() => usage.reject(200)).toThrow(expect.objectContaining({ code: "DIALOG_OPTION" }));
    expect(usage.state).toBe("Trying");
    usage.answer();
    await clock.advance(10);
    expect(caller.events).toEqual(["answered", "established"]);
    await expect(caller.usage.modify("modify", { headers: [["X-Evil", "\n"]] })).rejects.toMatchObject({ code: "SIP_HEADER_INVALID" });
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("is answered inside onInvite when the media answers at once", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    bob.decide = ({ usage }) => {
      usage.ring();
      usage.answer();
    };
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    expect(log.sipStartLines.slice(0, 3)).toEqual(["INVITE sip:bob@10.0.0.2:5060 SIP/2.0", "SIP/2.0 180 Ringing", "SIP/2.0 200 OK"]);
    expect(caller.events).toEqual(["180", "answered", "established"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("over TCP names TCP in Contact, Via and every request that follows", async () => {
    const parts = await scenario({ alice: { transport: "TCP" }, bob: { transport: "TCP" } });
    const { caller, callee } = await parts.establish();
    expect(caller.usage.dialog!.remoteTarget).toBe("sip:bob@10.0.0.2:5060;transport=tcp");
    callee.usage.terminate();
    await parts.clock.advance(20);
    expect(caller.events.at(-1)).toBe("remote Bye");
    expect(parts.log.entries.filter(({ kind }) => kind === "SIP").every(({ protocol }) => protocol === "TCP")).toBe(true);
    await parts.expectNothingLeft();
  });
});

describe("An INVITE without an offer (RFC 3261 §13.2.1)", () => {
  test("gets the offer in the 2xx and answers it in the ACK", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri, { lateOffer: true });
    await clock.advance(10);
    bob.lastCall.usage.answer();
    await clock.advance(10);
    expect(caller.media.log).toEqual(["acceptOffer: offer 1 of bob"]);
    expect(bob.lastCall.media.log).toEqual(["createOffer initial", "acceptAnswer final: answer of alice to offer 1 of bob"]);
    expect(caller.events).toEqual(["answered", "established"]);
    expect(bob.lastCall.events).toEqual(["answered", "established"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("holds the ACK back until the media has the answer; the repeated 2xx is not answered before", async () => {
    const { clock, alice, bob, sent, expectNothingLeft } = await setUp();
    const media = new TestMedia("alice");
    media.modes.acceptOffer = "pending";
    const caller = alice.call(bob.uri, { lateOffer: true, media });
    await clock.advance(10);
    bob.lastCall.usage.answer();
    await clock.advance(1_600);
    expect(caller.usage.state).toBe("AnswerPending");
    expect([sent("SIP/2.0 200"), sent("ACK")]).toEqual([3, 0]);
    media.resolve();
    await clock.advance(10);
    expect(sent("ACK")).toBe(1);
    expect(bob.lastCall.usage.state).toBe("Established");
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("is acknowledged and ended with BYE when the offer of the 2xx does not fit", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const media = new TestMedia("alice");
    media.modes.acceptOffer = "refuse";
    const caller = alice.call(bob.uri, { lateOffer: true, media });
    await clock.advance(10);
    bob.lastCall.usage.answer();
    await clock.advance(10);
    expect(caller.events).toEqual(["answered", "local MediaFailed"]);
    await expectNothingLeft();
  });

  test("is ended with BYE by the callee when the ACK carries no answer", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const media = new TestMedia("bob");
    media.modes.acceptAnswer = "refuse";
    alice.call(bob.uri, { lateOffer: true });
    await clock.advance(10);
    bob.lastCall.media.modes.acceptAnswer = "refuse";
    bob.lastCall.usage.answer();
    await clock.advance(10);
    expect(bob.lastCall.events).toEqual(["answered", "local MediaFailed"]);
    await expectNothingLeft();
  });
});

describe("Early media (RFC 3261 §13.2.1, RFC 6337 §3.1.1)", () => {
  test("comes with the answer in a 183 that the 200 repeats", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    const callee = bob.lastCall;
    callee.usage.ring({ earlyMedia: true, statusCode: 183 });
    await clock.advance(10);
    expect(caller.media.log.at(-1)).toBe("acceptAnswer provisional: answer of bob to offer 1 of alice");
    callee.usage.answer();
    await clock.advance(10);
    expect(callee.media.log, "the answer is made once").toEqual(["acceptOffer: offer 1 of alice"]);
    expect(caller.media.log.at(-1)).toBe("acceptAnswer final: answer of bob to offer 1 of alice");
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("that makes no sense is the callee's mistake: no error of the application, and the 200 may put it right", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const media = new TestMedia("alice");
    media.modes.preview = "refuse";
    const caller = alice.call(bob.uri, { media });
    await clock.advance(10);
    bob.lastCall.usage.ring({ earlyMedia: true, statusCode: 183 });
    await clock.advance(10);
    expect(media.log.at(-1)).toBe("acceptAnswer provisional: answer of bob to offer 1 of alice");
    expect(alice.environment.listenerErrors).toEqual([]);
    bob.lastCall.usage.answer();
    await clock.advance(10);
    expect(caller.events.at(-1)).toBe("established");
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("that is still being negotiated when the call is answered goes into the 200", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    const callee = bob.lastCall;
    callee.media.modes.acceptOffer = "pending";
    callee.usage.ring({ earlyMedia: true });
    expect(callee.usage.state).toBe("EarlyMediaPending");
    callee.usage.answer({ headers: [["X-Answer", "yes"]] });
    expect(callee.usage.state).toBe("AnswerPending");
    callee.media.resolve();
    await clock.advance(10);
    expect(caller.events).toEqual(["answered", "established"]);
    expect(log.entries.some(({ data }) => data.includes("X-Answer: yes"))).toBe(true);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("needs an offer in the INVITE", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri, { lateOffer: true });
    await clock.advance(10);
    expect(() => bob.lastCall.usage.ring({ earlyMedia: true })).toThrow(expect.objectContaining({ code: "DIALOG_OPTION" }));
    caller.usage.cancel();
    await expectNothingLeft();
  });
});

describe("A call that does not come about", () => {
  test("is refused with the callee's status code, reason phrase and header fields", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    bob.lastCall.usage.reject(486, { reasonPhrase: "At lunch", headers: [["Retry-After", "3600"]] });
    await clock.advance(10);
    expect(caller.events).toEqual(["remote Refused"]);
    expect(caller.termination).toMatchObject({ statusCode: 486, reasonPhrase: "At lunch" });
    expect(caller.termination!.response!.getText("Retry-After")).toBe("3600");
    expect(bob.lastCall.termination).toEqual({ endedBy: "local", reason: "Refused", statusCode: 486, reasonPhrase: "At lunch" });
    await expectNothingLeft();
  });

  test("is redirected, and the caller learns where to", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    bob.lastCall.usage.redirect(["sip:desk@example.com", "<sip:mobile@example.com>;q=0.5"]);
    await clock.advance(10);
    expect(caller.termination).toMatchObject({ endedBy: "remote", reason: "Redirected", statusCode: 302 });
    expect(caller.termination!.response!.getAll(Contact).map(String)).toEqual(["<sip:desk@example.com>", "<sip:mobile@example.com>;q=0.5"]);
    await expectNothingLeft();
  });

  test("is refused with 488 when the media does not accept the offer", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    const callee = bob.lastCall;
    callee.media.modes.acceptOffer = "refuse";
    callee.usage.answer();
    await clock.advance(10);
    expect(caller.termination).toMatchObject({ reason: "Refused", statusCode: 488 });
    expect(callee.termination).toMatchObject({ reason: "MediaFailed", statusCode: 488, error: new Error("acceptOffer is refused") });
    await expectNothingLeft();
  });

  test("is acknowledged and ended with BYE when the answer does not fit the offer", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    const media = new TestMedia("alice");
    media.modes.acceptAnswer = "refuse";
    const caller = alice.call(bob.uri, { media });
    await clock.advance(10);
    bob.lastCall.usage.answer();
    await clock.advance(10);
    expect(log.sipStartLines.map((line) => line.split(" ", 2).join(" "))).toEqual([
      "INVITE sip:bob@10.0.0.2:5060",
      "SIP/2.0 200",
      "ACK sip:bob@10.0.0.2:5060",
      "BYE sip:bob@10.0.0.2:5060",
      "SIP/2.0 200",
    ]);
    expect(caller.events).toEqual(["answered", "local MediaFailed"]);
    await expectNothingLeft();
  });

  test("sends nothing when there is no offer to send", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    const media = new TestMedia("alice");
    media.modes.createOffer = "refuse";
    const caller = alice.call(bob.uri, { media });
    expect(caller.events, "nothing is reported before invite() has returned").toEqual([]);
    await clock.advance(10);
    expect(caller.events).toEqual(["local MediaFailed"]);
    expect(log.entries).toEqual([]);
    await expectNothingLeft();
  });

  test("ends by Timer B when nobody is there, 64·T1 after the INVITE", async () => {
    const { clock, alice, network, expectNothingLeft } = await setUp();
    network.host("10.0.0.9");
    const caller = alice.call("sip:nobody@10.0.0.9");
    await clock.advance(31_000);
    expect(caller.usage.state).toBe("Calling");
    await clock.advance(2_000);
    expect(caller.termination).toMatchObject({ endedBy: "network", reason: "Timeout", statusCode: 408 });
    await expectNothingLeft();
  });

  test("is unreachable when its host has no address", async () => {
    const { clock, alice, expectNothingLeft } = await setUp();
    const caller = alice.call("sip:bob@no-such-host.example.com");
    await clock.advance(10);
    expect(caller.termination).toMatchObject({ endedBy: "network", reason: "Unreachable", statusCode: 503 });
    await expectNothingLeft();
  });

  test("is refused with 480 when the callee terminates it, and only once", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    const { usage } = bob.lastCall;
    usage.terminate();
    usage.terminate();
    await clock.advance(10);
    expect(caller.termination).toMatchObject({ reason: "Refused", statusCode: 480 });
    expect(() => usage.answer()).toThrow(expect.objectContaining({ code: "DIALOG_STATE" }));
    await expectNothingLeft();
  });

  test("is answered 500 when the application throws, which hears of it", async () => {
    const { clock, alice, bob, expectNothingLeft } = await setUp();
    const errors: unknown[] = [];
    Object.assign(bob.core.environment, { onListenerError: (error: unknown) => errors.push(error) });
    bob.decide = () => {
      throw new Error("a mistake of the application");
    };
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    expect(caller.termination).toMatchObject({ statusCode: 500 });
    expect(errors).toEqual([new Error("a mistake of the application")]);
    await expectNothingLeft();
  });

  test("is refused with 503 when as many calls as allowed are open", async () => {
    const parts = await scenario({ bob: { limits: { inviteUsages: 1 } } });
    const { callee } = await parts.establish();
    const second = parts.alice.call(parts.bob.uri);
    await parts.clock.advance(10);
    expect(second.termination).toMatchObject({ statusCode: 503 });
    expect(second.termination!.response!.getText("Retry-After")).toBe("5");
    callee.usage.terminate();
    await parts.expectNothingLeft();
  });
});
