import type { IncomingCallAction } from "@sidetone/client-core";
import { describe, expect, test } from "vitest";
import { managers } from "../support/managers.ts";

describe("an object that handles events", () => {
  test.each([
    ["Accept", "INVITE 200 ACK"],
    ["Reject", "INVITE 486 ACK"],
    [{ reject: 603 }, "INVITE 603 ACK"],
    [{ redirect: "sip:carol@10.0.0.3" }, "INVITE 302 ACK"],
    ["Ignore", "INVITE 180"],
  ] as const)("%j decides about a call, at once", async (action, signalling) => {
    const scene = await managers();
    const { a, b, bobUri, clock, settle } = scene;
    const asked: string[] = [];
    b.handleEvents({
      onIncomingCall: ({ remote, state }) => {
        asked.push(`${remote.user} ${state}`);
        return action as IncomingCallAction;
      },
    });
    const call = await a.makeCall(bobUri);
    await clock.advance(20);
    expect(asked).toEqual(["alice IncomingPending"]);
    expect(scene.signalling()).toBe(signalling);
    if (action === "Ignore") await settle(b.answerCall(b.listCalls()[0]!));
    await settle(a.terminateCall(call));
  });

  test("may take its time, while the call rings; who was quicker wins", async () => {
    const { a, b, bobUri, clock, settle, signalling } = await managers();
    let decide!: (action: IncomingCallAction) => void;
    b.handleEvents({ onIncomingCall: () => new Promise((resolve) => (decide = resolve)) });
    const call = await a.makeCall(bobUri);
    await clock.advance(1000);
    expect(signalling()).toBe("INVITE 180");
    await b.rejectCall(b.listCalls()[0]!, { statusCode: 480 });
    decide("Accept");
    expect(await settle(call.ended)).toMatchObject({ statusCode: 480 });
  });

  test("that makes up its mind after a command has answered changes nothing", async () => {
    const { a, b, bobUri, clock, settle } = await managers();
    let decide!: (action: IncomingCallAction) => void;
    b.handleEvents({ onIncomingCall: () => new Promise((resolve) => (decide = resolve)) });
    const call = await a.makeCall(bobUri);
    await clock.advance(100);
    await settle(b.answerCall(b.listCalls()[0]!));
    decide("Reject");
    await clock.advance(100);
    expect(call.state).toBe("Connected");
  });

  test("that gives nonsense refuses the call with 500, and it is an event", async () => {
    const { a, b, bobUri, settle } = await managers({ onListenerError: "collect" });
    const errors: (string | undefined)[] = [];
    b.handleEvents({ onIncomingCall: () => "Perhaps" as never, onErrorOccurred: ({ code }) => errors.push(code) });
    const call = await a.makeCall(bobUri);
    expect(await settle(call.ended)).toMatchObject({ statusCode: 500 });
    expect(errors).toEqual(["CONFIG_INVALID"]);
  });

  test("hears of what it has methods for, with its own `this`, until it is removed", async () => {
    const { a, established, settle } = await managers();
    class Handler {
      readonly heard: string[] = [];
      onCallStateChanged({ state }: { state: string }): void {
        this.heard.push(state);
      }
      onHoldStateChanged({ local }: { local: boolean }): void {
        this.heard.push(`hold ${local}`);
      }
    }
    const handler = new Handler();
    const remove = a.handleEvents(handler);
    const { id } = await established();
    await settle(a.holdCall(id));
    remove();
    await settle(a.resumeCall(id));
    expect(handler.heard).toEqual(["Initiating", "Connected", "hold true", "OnHold"]);
  });

  test("removed after another took over leaves that one deciding", async () => {
    const { a, b, bobUri, settle } = await managers();
    const removeFirst = b.handleEvents({ onIncomingCall: () => "Reject" });
    b.handleEvents({ onIncomingCall: () => "Accept" });
    removeFirst();
    const call = await a.makeCall(bobUri);
    await settle(call.once("mediaActive"));
    expect(call.state).toBe("Connected");
  });
});
