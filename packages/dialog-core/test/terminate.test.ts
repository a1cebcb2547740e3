import { describe, expect, test } from "vitest";
import { scenario } from "./support/scenario.ts";

async function setUp() {
  const parts = await scenario();
  const sent = (startLine: string) => parts.log.sipStartLines.filter((line) => line.startsWith(startLine)).length;
  return { ...parts, sent };
}

describe("BYE (RFC 3261 §15)", () => {
  test("ends the call for its sender when it is answered, with its Reason for the peer", async () => {
    const { clock, establish, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    caller.usage.terminate({ headers: [["Reason", 'Q.850;cause=16;text="Terminated"']] });
    expect(caller.usage.state).toBe("Terminating");
    expect(caller.termination).toBeUndefined();
    await clock.advance(10);
    expect(caller.termination).toEqual({ endedBy: "local", reason: "Bye" });
    expect(callee.termination).toEqual({ endedBy: "remote", reason: "Bye", reasonHeader: 'Q.850;cause=16;text="Terminated"' });
    await expectNothingLeft();
  });

  test("ends the call for its sender when nobody answers it", async () => {
    const { clock, establish, network, expectNothingLeft } = await setUp();
    const { caller } = await establish();
    network.partition("10.0.0.2");
    caller.usage.terminate();
    await clock.advance(31_000);
    expect(caller.usage.state).toBe("Terminating");
    await clock.advance(2_000);
    expect(caller.termination).toEqual({ endedBy: "local", reason: "Bye" });
    network.heal();
    await clock.advance(10);
  });

  test("by the callee waits for the ACK", async () => {
    const { clock, alice, bob, sent, expectNothingLeft } = await setUp();
    alice.rules.lose(/^ACK/, 2);
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    const callee = bob.lastCall;
    callee.usage.answer();
    callee.usage.terminate();
    expect(callee.usage.state).toBe("ByePending");
    await clock.advance(1_400);
    expect([sent("SIP/2.0 200"), sent("BYE")]).toEqual([2, 0]);
    await clock.advance(200); // the third 200 gets the first ACK that arrives
    expect(sent("BYE")).toBe(1);
    expect(callee.events).toEqual(["answered", "local Bye"]);
    expect(caller.events).toEqual(["answered", "established", "remote Bye"]);
    await expectNothingLeft();
  });

  test("by the callee goes out without ACK after 64·T1", async () => {
    const { clock, alice, bob, sent, expectNothingLeft } = await setUp();
    alice.rules.lose(/^ACK/, 100);
    alice.call(bob.uri);
    await clock.advance(10);
    const callee = bob.lastCall;
    callee.usage.answer();
    callee.usage.terminate();
    await clock.advance(31_900);
    expect(sent("BYE")).toBe(0);
    await clock.advance(200);
    expect(sent("BYE")).toBe(1);
    expect(callee.termination).toEqual({ endedBy: "local", reason: "Bye" });
    await expectNothingLeft();
  });

  test("for a dialog that is not known is answered 481", async () => {
    const { clock, alice, bob, establish, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    callee.usage.terminate();
    await clock.advance(10);
    const bye = alice.core.request({ method: "BYE", requestUri: bob.uri, to: `<${bob.uri}>` });
    expect((await clock.advanceUntil(bye)).statusCode).toBe(481);
    expect(caller.events.at(-1)).toBe("remote Bye");
    await expectNothingLeft();
  });
});

describe("The 2xx (RFC 3261 §13.3.1.4)", () => {
  test("is repeated after T1, then after twice as long each time up to T2, until 64·T1; then BYE ends the call", async () => {
    const { clock, alice, bob, log, expectNothingLeft } = await setUp();
    alice.rules.lose(/^ACK/, 100);
    alice.call(bob.uri);
    await clock.advance(10);
    const callee = bob.lastCall;
    const answeredAtMs = clock.now();
    callee.usage.answer();
    await clock.advance(33_000);
    const sentAtMs = log.entries
      .filter(({ data }) => data.includes("SIP/2.0 200 OK") && data.includes("1 INVITE"))
      .map(({ atMs }) => atMs - answeredAtMs);
    expect(sentAtMs).toEqual([0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(log.entries.find(({ data }) => data.includes("BYE sip:"))!.atMs - answeredAtMs).toBe(32_000);
    expect(callee.termination).toEqual({ endedBy: "network", reason: "NoAck" });
    await expectNothingLeft();
  });

  test("is repeated over TCP too, since an ACK may get lost beyond a proxy", async () => {
    const parts = await scenario({ alice: { transport: "TCP" }, bob: { transport: "TCP" } });
    const { clock, alice, bob, log } = parts;
    alice.core.transactions.sendAck = () => Buffer.alloc(0);
    const caller = alice.call(bob.uri);
    await clock.advance(10);
    bob.lastCall.usage.answer();
    await clock.advance(1_600);
    expect(log.sipStartLines.filter((line) => line === "SIP/2.0 200 OK")).toHaveLength(3);
    caller.usage.terminate();
    await parts.expectNothingLeft();
  });
});

describe("A request within the dialog (RFC 3261 §12.2)", () => {
  test("carries on the CSeq of its side, and refreshes nothing", async () => {
    const { clock, alice, bob, establish, log, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    await clock.advanceUntil(caller.usage.sendRequest({ method: "OPTIONS" }));
    await clock.advanceUntil(callee.usage.sendRequest({ method: "OPTIONS" }));
    await clock.advanceUntil(caller.usage.sendRequest({ method: "OPTIONS" }));
    const cseqs = log.entries.map(({ data }) => /^OPTIONS[\s\S]*\r\nCSeq: (.*)\r\n/.exec(data.toString())?.[1]).filter(Boolean);
    expect(cseqs).toEqual(["2 OPTIONS", "1 OPTIONS", "3 OPTIONS"]);
    expect([alice.core.dialogCount, bob.core.dialogCount]).toEqual([1, 1]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("of a method that is not allowed is answered 405 and leaves the call alone", async () => {
    const { clock, establish, expectNothingLeft } = await setUp();
    const { caller, callee } = await establish();
    const response = await clock.advanceUntil(caller.usage.sendRequest({ method: "INFO" }));
    expect(response.statusCode).toBe(405);
    expect(response.getText("Allow")).toBe("INVITE, ACK, CANCEL, BYE, OPTIONS");
    expect([caller.usage.state, callee.usage.state]).toEqual(["Established", "Established"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("of a method that is allowed goes to the call's user", async () => {
    const parts = await scenario({ bob: { allowedMethods: ["INFO"] } });
    const { caller, callee } = await parts.establish();
    const info = caller.usage.sendRequest({ method: "INFO", headers: [["Info-Package", "x"]] });
    expect((await parts.clock.advanceUntil(info)).statusCode).toBe(200);
    expect(callee.requests[0]!.request.getText("Info-Package")).toBe("x");
    caller.usage.terminate();
    await parts.expectNothingLeft();
  });

  test("that is answered 481 ends the call with BYE (RFC 3261 §12.2.1.2)", async () => {
    const parts = await scenario({ bob: { allowedMethods: ["INFO"] } });
    const { caller, callee } = await parts.establish();
    callee.onRequest = (_usage, request) => request.respond(481);
    const info = caller.usage.sendRequest({ method: "INFO" });
    expect((await parts.clock.advanceUntil(info)).statusCode).toBe(481);
    await parts.clock.advance(10);
    expect(caller.termination).toMatchObject({ endedBy: "network", reason: "DialogGone", statusCode: 481 });
    expect(callee.termination).toMatchObject({ endedBy: "remote", reason: "Bye" });
    await parts.expectNothingLeft();
  });

  test("is refused when there is no dialog, or when the usage sends it itself", async () => {
    const { clock, alice, bob, establish, expectNothingLeft } = await setUp();
    const unanswered = alice.call(bob.uri);
    await expect(unanswered.usage.sendRequest({ method: "INFO" })).rejects.toMatchObject({ code: "DIALOG_STATE" });
    unanswered.usage.cancel();
    await clock.advance(300);
    const { caller } = await establish();
    await expect(caller.usage.sendRequest({ method: "BYE" })).rejects.toMatchObject({ code: "DIALOG_OPTION" });
    caller.usage.terminate();
    await expectNothingLeft();
  });
});

describe("close()", () => {
  test("rejects what waits for a response, and is what disposal does", async () => {
    const { clock, alice, bob, network } = await setUp();
    network.partition("10.0.0.2");
    const answered = alice.core.request({ method: "OPTIONS", requestUri: bob.uri }).catch((error: unknown) => error);
    await clock.advance(10);
    await alice.core[Symbol.asyncDispose]();
    expect(await answered).toMatchObject({ code: "DIALOG_TERMINATED" });
    await expect(alice.core.request({ method: "OPTIONS", requestUri: bob.uri })).rejects.toMatchObject({ code: "DIALOG_TERMINATED" });
    await bob.core.close();
    await alice.transports.close();
    await bob.transports.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends every call without a message, and leaves no timer", async () => {
    const { clock, alice, bob, establish, log } = await setUp();
    const { caller, callee } = await establish();
    const ringing = alice.call(bob.uri);
    await clock.advance(10);
    const count = log.entries.length;
    await alice.core.close();
    await bob.core.close();
    await alice.core.close();
    expect(caller.events.at(-1)).toBe("local Closed");
    expect(callee.events.at(-1)).toBe("local Closed");
    expect(ringing.events.at(-1)).toBe("local Closed");
    expect(bob.lastCall.events.at(-1)).toBe("local Closed");
    expect(log.entries).toHaveLength(count);
    await alice.transports.close();
    await bob.transports.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
