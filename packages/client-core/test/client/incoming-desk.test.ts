import type { IncomingCall } from "@sidetone/client-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { external, rejection, scenario } from "../support/scenario.ts";

describe("who decides about an incoming call", () => {
  test("nobody: 480, and the log says why", async () => {
    const warnings: string[] = [];
    const logger = {
      trace() {},
      debug() {},
      info() {},
      error() {},
      warn: (_fields: object, message: string) => void warnings.push(message),
    };
    const { alice, settle, environments } = await scenario();
    const { createClient } = await import("@sidetone/client-core");
    const carol = await settle(
      createClient({
        environment: { ...virtualEnvironment({ host: "10.0.0.3", beside: environments.alice }), logger },
        listen: "10.0.0.3:5060",
      }),
    );
    expect(await settle(rejection(alice.call("sip:carol@10.0.0.3")))).toMatchObject({ code: "CALL_NO_ANSWER", statusCode: 480 });
    expect(warnings).toEqual(["An incoming call is refused with 480: nobody here decides about calls"]);
    await settle(carol.close());
  });

  test("a handler that answers at once sends no 180", async () => {
    const { alice, bob, bobUri, settle, signalling, clock } = await scenario({
      both: external,
      bob: { external: { answerOffer: (offer) => offer } },
    });
    bob.onIncoming((incoming) => incoming.answer());
    await settle(alice.call(bobUri, { sdp: "v=0\r\n" }));
    await clock.advance(10);
    expect(signalling()).toBe("INVITE 200 ACK");
  });

  test("a handler that takes its time lets the caller hear that it rings", async () => {
    const { alice, bob, bobUri, settle, signalling, clock } = await scenario();
    bob.onIncoming(async (incoming) => {
      await new Promise<void>((resolve) => void clock.setTimer(1000, resolve));
      await incoming.answer();
    });
    await settle(alice.call(bobUri));
    expect(signalling()).toBe("INVITE 180 200 ACK");
  });

  test("with manual ringing only ring() sends a 180", async () => {
    const { alice, bob, bobUri, settle, signalling, clock } = await scenario({ bob: { ringing: "manual" } });
    bob.onIncoming(async (incoming) => {
      await new Promise<void>((resolve) => void clock.setTimer(1000, resolve));
      await incoming.answer();
    });
    await settle(alice.call(bobUri));
    expect(signalling()).toBe("INVITE 100 200 ACK");
  });

  test.each([
    ["at once", () => {}],
    ["later", async () => {}],
  ])("a handler that returns %s without a decision refuses with 480", async (_when, handler) => {
    const { alice, bob, bobUri, settle } = await scenario();
    bob.onIncoming(handler);
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "CALL_NO_ANSWER", statusCode: 480 });
    expect(bob.callCount).toBe(0);
  });

  test("a handler that rings may return and decide later", async () => {
    const { alice, bobUri, nextIncoming, settle, clock } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    await clock.advance(5000);
    expect(outgoing.call.state).toBe("Ringing");
    expect(incoming.call.state).toBe("IncomingPending");
    void incoming.answer();
    expect((await settle(outgoing.answered)).state).toBe("Connected");
  });

  test("a call that rings undecided is refused with 480 after incomingRingSeconds", async () => {
    const { alice, bobUri, nextIncoming, settle, clock } = await scenario({ bob: { incomingRingSeconds: 30 } });
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    await clock.advance(29_900);
    expect(incoming.call.state).toBe("IncomingPending");
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "CALL_NO_ANSWER", statusCode: 480 });
    expect(incoming.call.end).toMatchObject({ cause: "NoAnswer", endedBy: "local" });
  });

  test.each([
    ["throws", () => { throw new Error("handler broke"); }], // prettier-ignore
    ["rejects", async () => { throw new Error("handler broke"); }], // prettier-ignore
  ])("a handler that %s before the answer refuses with 500, and the application hears of it", async (_how, handler) => {
    const { alice, bob, bobUri, settle, environments } = await scenario({ onListenerError: "collect" });
    const errors: string[] = [];
    bob.on("errorOccurred", ({ error, where }) => errors.push(`${where}: ${(error as Error).message}`));
    bob.onIncoming(handler);
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "CALL_REJECTED", statusCode: 500 });
    expect(errors).toEqual(["onIncoming: handler broke"]);
    expect(environments.bob.listenerErrors).toHaveLength(1);
  });

  test("a handler that fails after the answer hangs up", async () => {
    const { alice, bob, bobUri, settle } = await scenario({ onListenerError: "collect" });
    bob.onIncoming(async (incoming) => {
      await incoming.answer();
      throw new Error("handler broke");
    });
    const call = await settle(alice.call(bobUri));
    expect(await settle(call.ended)).toMatchObject({ cause: "HungUp", endedBy: "remote" });
  });

  test("a handler whose answer() fails because the caller gave up has not failed", async () => {
    const { alice, bob, bobUri, settle, clock } = await scenario();
    const failures: unknown[] = [];
    bob.onIncoming(async (incoming) => {
      await new Promise<void>((resolve) => void clock.setTimer(1000, resolve));
      await incoming.answer();
    });
    bob.on("errorOccurred", ({ error }) => failures.push(error));
    const outgoing = alice.dial(bobUri);
    await clock.advance(500);
    outgoing.cancel();
    await settle(outgoing.call.ended);
    await clock.advance(2000);
    expect(failures).toEqual([]);
  });

  test("without a handler the reader of incomingCalls() decides", async () => {
    const { alice, bob, bobUri, settle } = await scenario();
    const seen: string[] = [];
    void (async () => {
      for await (const incoming of bob.incomingCalls()) {
        seen.push(incoming.remote.user!);
        await incoming.answer();
      }
      seen.push("over");
    })();
    const call = await settle(alice.call(bobUri));
    await settle(call.hangUp());
    await settle(rejection(alice.call(bobUri).then((second) => second.hangUp().then(() => Promise.reject(new Error("done"))))));
    await settle(bob.close());
    expect(seen).toEqual(["alice", "alice", "over"]);
  });

  test("a reader that stops by its signal leaves nobody deciding", async () => {
    const { alice, bob, bobUri, settle } = await scenario();
    const controller = new AbortController();
    const reading = (async () => {
      for await (const incoming of bob.incomingCalls({ signal: controller.signal })) incoming.reject(486);
    })();
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "CALL_BUSY" });
    controller.abort(new Error("enough"));
    expect(await rejection(reading)).toMatchObject({ message: "enough" });
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ statusCode: 480 });
  });

  test("without handler and reader a listener of incomingCall decides", async () => {
    const { alice, bob, bobUri, settle, signalling, clock } = await scenario();
    let incoming!: IncomingCall;
    bob.on("incomingCall", (event) => void (incoming = event.incoming));
    const outgoing = alice.dial(bobUri);
    await clock.advance(3000);
    expect(signalling()).toBe("INVITE 180");
    void incoming.answer();
    await settle(outgoing.answered);
  });

  test("more calls than maxCalls are busy, also for a caller of our own", async () => {
    const { alice, bob, bobUri, aliceUri, connect, settle } = await scenario({ bob: { maxCalls: 1 } });
    const { call } = await connect();
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "CALL_BUSY", statusCode: 486 });
    expect(() => bob.dial(aliceUri)).toThrow(expect.objectContaining({ code: "TOO_MANY_CALLS" }));
    const { statusCode } = await settle(alice.userAgent.request({ method: "OPTIONS", requestUri: bobUri }));
    expect(statusCode).toBe(486); // "the response … MUST be the same that would have been chosen had the request been an INVITE" (RFC 3261 §11.2)
    await settle(call.hangUp());
    expect((await settle(alice.userAgent.request({ method: "OPTIONS", requestUri: bobUri }))).statusCode).toBe(200);
    expect((await settle(alice.call(bobUri))).state).toBe("Connected");
  });

  test("a listener that throws disturbs nothing and is told", async () => {
    const { alice, bob, bobUri, settle } = await scenario({ onListenerError: "collect" });
    const told: string[] = [];
    bob.on("errorOccurred", ({ where }) => {
      told.push(where);
      throw new Error("this one fails too");
    });
    bob.on("callAdded", () => {
      throw new Error("listener broke");
    });
    bob.onIncoming((incoming) => incoming.answer());
    expect((await settle(alice.call(bobUri))).state).toBe("Connected");
    expect(told).toEqual(["callAdded"]);
  });
});
