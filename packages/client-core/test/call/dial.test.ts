import { ClientError, createClient } from "@sidetone/client-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { rejection, scenario } from "../support/scenario.ts";

describe("dialling", () => {
  test("tells the provisional responses in order, then the answer", async () => {
    const { alice, bob, bobUri, settle, clock, signalling } = await scenario();
    bob.onIncoming(async (incoming) => {
      incoming.ring({ statusCode: 181 });
      incoming.ring();
      await new Promise<void>((resolve) => void clock.setTimer(700, resolve));
      await incoming.answer();
    });
    const outgoing = alice.dial(bobUri);
    expect(outgoing.phase).toBe("Initiating");
    expect(outgoing.state).toBe("Initiating");
    const codes: number[] = [];
    const states: string[] = [];
    void (async () => {
      for await (const { statusCode } of outgoing.progress) {
        codes.push(statusCode);
        states.push(outgoing.call.state);
      }
      states.push("over");
    })();
    const call = await settle(outgoing.answered);
    expect(call).toBe(outgoing.call);
    expect(codes).toEqual([181, 180]);
    expect(states).toEqual(["Proceeding", "Ringing", "over"]);
    expect(call.state).toBe("Connected");
    await clock.advance(10);
    expect(signalling()).toBe("INVITE 181 180 200 ACK");
    const end = await settle(call.hangUp());
    expect(end.setupMs).toBeGreaterThan(700);
    expect(end.setupMs).toBeLessThan(710);
  });

  test("cancel() sends CANCEL, and the answer is settled without waiting for the 487", async () => {
    const { alice, bobUri, nextIncoming, settle, signalling, clock } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    await clock.advance(5);
    outgoing.cancel();
    const error = await rejection(outgoing.answered);
    expect(error).toMatchObject({ code: "CALL_CANCELLED", isRecoverable: false });
    expect(outgoing.call.state).toBe("Terminating");
    expect(await settle(outgoing.call.ended)).toMatchObject({ cause: "Cancelled", endedBy: "local", statusCode: 487, durationMs: 0 });
    expect(await settle(incoming.call.ended)).toMatchObject({ cause: "Cancelled", endedBy: "remote" });
    expect(incoming.call.state).toBe("Cancelled");
    expect(incoming.decided).toBe(true);
    await clock.advance(10);
    expect(signalling()).toBe("INVITE 180 CANCEL 200 487 ACK");
  });

  test("aborting the signal sends CANCEL and rejects with the reason, untouched", async () => {
    const { alice, bobUri, nextIncoming, settle, signalling, clock } = await scenario();
    const controller = new AbortController();
    const answered = alice.call(bobUri, { signal: controller.signal });
    await nextIncoming();
    await clock.advance(5);
    const reason = new Error("changed my mind");
    controller.abort(reason);
    expect(await rejection(answered)).toBe(reason);
    await clock.advance(10);
    expect(signalling()).toContain("CANCEL");
    expect(alice.callCount).toBe(0);
  });

  test("an aborted signal makes no call at all", async () => {
    const { alice, bobUri, signalling, clock } = await scenario();
    const reason = new Error("too late");
    expect(await rejection(alice.call(bobUri, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    await clock.advance(100);
    expect(signalling()).toBe("");
    expect(alice.callCount).toBe(0);
  });

  test("a signal that aborts after the answer leaves the call alone", async () => {
    const { alice, bob, bobUri, settle, clock } = await scenario();
    bob.onIncoming((incoming) => incoming.answer());
    const controller = new AbortController();
    const call = await settle(alice.call(bobUri, { signal: controller.signal }));
    controller.abort();
    await clock.advance(1000);
    expect(call.state).toBe("Connected");
  });

  test("gives up after the ring time-out with CANCEL, at once for the caller", async () => {
    const { alice, bobUri, nextIncoming, clock, settle, signalling } = await scenario();
    const outgoing = alice.dial(bobUri, { ringTimeoutSeconds: 20 });
    const incoming = await nextIncoming();
    await clock.advance(19_900);
    expect(outgoing.call.state).toBe("Ringing");
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "CALL_NO_ANSWER", isRecoverable: true });
    expect(clock.now()).toBeLessThan(20_100);
    expect(await settle(outgoing.call.ended)).toMatchObject({ cause: "NoAnswer", endedBy: "local" });
    expect(outgoing.call.state).toBe("Failed");
    expect(incoming.call.state).toBe("Cancelled");
    expect(signalling()).toBe("INVITE 180 CANCEL 200 487 ACK");
  });

  test("sends subject, identity and header fields of the caller", async () => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri, {
      subject: "Lunch?",
      from: "Alice B. <sip:alice.b@example.com>",
      headers: [["X-Team", "7"]],
      metadata: { ticket: "42" },
    });
    const incoming = await nextIncoming();
    expect(incoming.header("Subject")).toBe("Lunch?");
    expect(incoming.header("X-Team")).toBe("7");
    expect(incoming.remote).toEqual({ uri: "sip:alice.b@example.com", displayName: "Alice B.", user: "alice.b" });
    expect(outgoing.call.metadata).toEqual({ ticket: "42" });
    outgoing.cancel();
    await settle(outgoing.call.ended);
  });

  test.each([
    ["a CR in a value", { headers: [["X-Team", "7\r\nX-Evil: 1"]] }],
    ["a name that is no token", { headers: [["X Team", "7"]] }],
    ["a field that the stack writes", { headers: [["Via", "SIP/2.0/UDP x"]] }],
    ["a subject of two lines", { subject: "a\r\nb" }],
    ["a From that cannot be read", { from: "<sip:" }],
    ["a negative ring time", { ringTimeoutSeconds: -1 }],
    ["an option that does not exist", { ringTimeout: 20 }],
  ] as const)("refuses %s at once, and nothing is left", async (_what, options) => {
    const { alice, bobUri, signalling, clock } = await scenario();
    expect(() => alice.dial(bobUri, options as never)).toThrow(ClientError);
    await clock.advance(1000);
    expect(alice.callCount).toBe(0);
    expect(signalling()).toBe("");
  });

  test("a ring time without end is no limit", async () => {
    const { alice, bobUri, nextIncoming, clock } = await scenario({ bob: { incomingRingSeconds: 0 } });
    const outgoing = alice.dial(bobUri, { ringTimeoutSeconds: Infinity });
    await nextIncoming();
    await clock.advance(3_600_000);
    expect(outgoing.call.state).toBe("Ringing");
  });

  test("a listener may end a call as soon as it is added, and it ends once", async () => {
    const { alice, bob, bobUri, settle, signalling, environments } = await scenario();
    const ended: string[] = [];
    alice.on("callAdded", ({ call }) => void call.hangUp());
    alice.on("callEnded", ({ end }) => ended.push(end.cause));
    const controller = new AbortController();
    const outgoing = alice.dial(bobUri, { signal: controller.signal });
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "CALL_CANCELLED" });
    expect([ended, alice.callCount, signalling()]).toEqual([["Cancelled"], 0, ""]);
    controller.abort();
    bob.on("callAdded", ({ call }) => void call.hangUp({ statusCode: 600 }));
    bob.onIncoming(() => ended.push("asked"));
    const carol = await settle(
      createClient({ environment: virtualEnvironment({ host: "10.0.0.3", beside: environments.alice }), listen: "10.0.0.3:5060" }),
    );
    expect(await settle(rejection(carol.call(bobUri)))).toMatchObject({ code: "CALL_BUSY", statusCode: 600 });
    expect(ended).toEqual(["Cancelled"]);
    await settle(carol.close());
  });

  test("an unknown codec is refused before a call exists", async () => {
    const { alice, bobUri } = await scenario();
    const began: unknown[] = [];
    alice.on("callAdded", () => began.push(1));
    expect(() => alice.dial(bobUri, { codecs: ["opus"] })).toThrow(expect.objectContaining({ code: "CODEC_UNSUPPORTED" }));
    expect([began.length, alice.callCount]).toEqual([0, 0]);
  });

  test("codecs of one call are offered in their order", async () => {
    const { alice, bob, bobUri, settle } = await scenario();
    bob.onIncoming((incoming) => incoming.answer());
    const call = await settle(alice.call(bobUri, { codecs: ["PCMA"] }));
    expect(call.codec).toBe("PCMA");
  });

  test.each([
    ["", "SIP_URI_INVALID"],
    ["sip:", "SIP_URI_INVALID"],
    ["sip:bob@exa mple", "SIP_URI_INVALID"],
    ["bob smith", "SIP_URI_INVALID"],
    ["http://example.com", "SIP_URI_INVALID"],
    ["sips:bob@10.0.0.2;transport=udp", "CONFIG_UNSUPPORTED"],
    ["sip:bob@10.0.0.2;transport=sctp", "CONFIG_UNSUPPORTED"],
  ])("%j is refused with %s", async (target, code) => {
    const { alice } = await scenario();
    expect(() => alice.dial(target)).toThrow(expect.objectContaining({ code }));
    expect(alice.callCount).toBe(0);
  });

  test.each([
    ["bob", "sip:bob@10.0.0.1"],
    ["+49 (30) 123-45", "sip:+493012345@10.0.0.1"],
    ["tel:+1-201-555-0123;phone-context=x", "sip:+12015550123@10.0.0.1"],
    ["bob@10.0.0.2", "sip:bob@10.0.0.2"],
    ["sip:bob@10.0.0.2?Subject=hi", "sip:bob@10.0.0.2"],
  ])("%j is called as %s", async (target, uri) => {
    const { alice, settle } = await scenario();
    const outgoing = alice.dial(target);
    expect(outgoing.remote.uri).toBe(uri);
    outgoing.cancel();
    await settle(outgoing.call.ended);
  });

  test("without an account there is nothing to complete a bare name with", async () => {
    const { environments, settle } = await scenario();
    await using direct = await settle(createClient({ environment: environments.alice, listen: "10.0.0.1:5070" }));
    expect(() => direct.dial("bob")).toThrow(expect.objectContaining({ code: "SIP_URI_INVALID" }));
  });
});
