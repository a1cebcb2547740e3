import { describe, expect, test } from "vitest";
import { rejection, scenario } from "../support/scenario.ts";

describe("refusing a call", () => {
  test.each([
    [400, "CALL_REJECTED"],
    [401, "AUTHENTICATION_FAILED"],
    [403, "CALL_REJECTED"],
    [404, "CALL_REJECTED"],
    [407, "AUTHENTICATION_FAILED"],
    [408, "TIMEOUT"],
    [480, "CALL_NO_ANSWER"],
    [486, "CALL_BUSY"],
    [487, "CALL_REJECTED"],
    [488, "MEDIA_NEGOTIATION_FAILED"],
    [500, "CALL_REJECTED"],
    [503, "SERVER_UNREACHABLE"],
    [600, "CALL_BUSY"],
    [603, "CALL_REJECTED"],
    [606, "MEDIA_NEGOTIATION_FAILED"],
    [699, "CALL_REJECTED"],
  ])("%i reaches the caller as %s", async (statusCode, code) => {
    const { alice, bob, bobUri, settle } = await scenario();
    bob.onIncoming((incoming) => incoming.reject(statusCode, { reasonPhrase: "Because" }));
    const outgoing = alice.dial(bobUri);
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code, statusCode });
    expect(await settle(outgoing.call.ended)).toMatchObject({ cause: "Refused", endedBy: "remote", statusCode, reasonPhrase: "Because" });
    expect(outgoing.call.state).toBe("Failed");
    expect(alice.callCount + bob.callCount).toBe(0);
  });

  test("opens no media port at the callee", async () => {
    const { alice, bob, bobUri, settle, environments } = await scenario();
    const before = environments.bob.network.openSockets;
    let during = 0;
    bob.onIncoming((incoming) => {
      during = environments.bob.network.openSockets;
      incoming.reject();
    });
    await settle(rejection(alice.call(bobUri)));
    expect(during).toBe(before);
  });

  test.each([199, 200, 302, 399, 700, 486.5, Number.NaN])("refuses to reject with %s", async (statusCode) => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    expect(() => incoming.reject(statusCode)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(incoming.decided).toBe(false);
    incoming.reject();
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "CALL_BUSY" });
  });

  test.each([
    [
      "a header with CR",
      (incoming: { reject: (code: number, options: object) => void }) => incoming.reject(486, { headers: [["X", "a\r\nb"]] }),
    ],
    [
      "a reason phrase with CR",
      (incoming: { reject: (code: number, options: object) => void }) => incoming.reject(486, { reasonPhrase: "a\r\nb" }),
    ],
  ])("a refusal that cannot be written (%s) leaves the call undecided", async (_what, refuse) => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    expect(() => refuse(incoming)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(incoming.decided).toBe(false);
    void incoming.answer();
    expect((await settle(outgoing.answered)).state).toBe("Connected");
  });

  test("a redirection gives the caller the contacts, best first", async () => {
    const { alice, bob, bobUri, settle } = await scenario();
    bob.onIncoming((incoming) => incoming.redirect(["sip:carol@10.0.0.3", "dave"], { statusCode: 301 }));
    const outgoing = alice.dial(bobUri);
    const error = await settle(rejection(outgoing.answered));
    expect(error).toMatchObject({ code: "CALL_REDIRECTED", statusCode: 301 });
    expect(String(error)).toContain("sip:carol@10.0.0.3");
    expect(await settle(outgoing.call.ended)).toMatchObject({
      cause: "Redirected",
      contacts: ["sip:carol@10.0.0.3", "sip:dave@10.0.0.2"],
    });
  });

  test("a redirection to nowhere is refused", async () => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    expect(() => incoming.redirect([])).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(() => incoming.redirect("sip:<evil>")).toThrow(expect.objectContaining({ code: "SIP_URI_INVALID" }));
    incoming.reject();
    await settle(outgoing.call.ended);
  });

  test("the second decision is refused", async () => {
    const { alice, bobUri, nextIncoming, settle, clock } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    void incoming.answer();
    expect(incoming.decided).toBe(true);
    expect(await rejection(incoming.answer())).toMatchObject({ code: "CALL_STATE_INVALID" });
    expect(() => incoming.reject()).toThrow(expect.objectContaining({ code: "CALL_STATE_INVALID" }));
    expect(() => incoming.ring()).toThrow(expect.objectContaining({ code: "CALL_STATE_INVALID" }));
    const call = await settle(outgoing.answered);
    await clock.advance(10);
    await settle(call.hangUp());
    expect(await rejection(incoming.answer())).toMatchObject({ code: "CALL_ENDED" });
    expect(() => incoming.header("Subject")).toThrow(expect.objectContaining({ code: "CALL_STATE_INVALID" }));
  });

  test("hanging up a call that was not answered refuses it", async () => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    void incoming.call.hangUp({ statusCode: 603 });
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "CALL_REJECTED", statusCode: 603 });
    expect(incoming.call.end).toMatchObject({ cause: "Refused", endedBy: "local" });
    expect(incoming.call.state).toBe("Terminated");
  });

  test("hanging up with a status code that refuses nothing is refused", async () => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    expect(await rejection(incoming.call.hangUp({ statusCode: 200 }))).toMatchObject({ code: "CONFIG_INVALID" });
    incoming.reject();
    await settle(outgoing.call.ended);
  });
});
