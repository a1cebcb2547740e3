import { describe, expect, test } from "vitest";
import { rawScenario } from "./support/raw-scenario.ts";
import type { TestAgentOptions } from "./support/test-agent.ts";

/** The peer has called Alice, who answered: an established call with the peer as caller. */
async function setUp(options: TestAgentOptions = {}) {
  const parts = await rawScenario(options);
  const { alice, clock, peer } = parts;
  peer.request("INVITE", { requestUri: alice.uri, to: `<${alice.uri}>`, cseq: 1, body: "first offer" });
  await clock.advance(10);
  const call = alice.lastCall;
  call.usage.answer();
  await clock.advance(10);
  const to = `<${alice.uri}>;tag=${call.usage.dialog!.localTag}`;
  const send = async (method: string, cseq: number, options: { body?: string; headers?: string[]; branch?: string } = {}) => {
    const branch = peer.request(method, { requestUri: alice.uri, to, cseq, ...options });
    await clock.advance(10);
    return branch;
  };
  await send("ACK", 1);
  call.media.log.length = 0;
  const bye = async (cseq: number) => {
    await send("BYE", cseq);
    await parts.expectNothingLeft();
  };
  return { ...parts, call, send, bye };
}

describe("A re-INVITE of ours that the peer leaves open when the call ends", () => {
  test.each([
    ["100 Trying", "before the BYE"],
    ["183 Session Progress", "after it"],
  ])("with a %s %s is forgotten after 64·T1", async (statusLine, when) => {
    const { call, clock, peer, expectNothingLeft } = await setUp();
    const modified = call.usage.modify("modify").catch((error: unknown) => error);
    await clock.advance(10);
    if (when === "before the BYE") peer.respond(peer.lastRequest("INVITE"), statusLine);
    await clock.advance(10);
    call.usage.terminate();
    await clock.advance(10);
    if (when !== "before the BYE") peer.respond(peer.lastRequest("INVITE"), statusLine);
    peer.respond(peer.lastRequest("BYE"), "200 OK");
    expect(await modified).toMatchObject({ code: "DIALOG_TERMINATED" });
    await expectNothingLeft();
    expect(peer.requests.map(({ method }) => method)).not.toContain("CANCEL");
  });

  test("with a challenge is not sent again", async () => {
    const credentials = { get: () => ({ username: "alice", password: "secret" }) };
    const { call, clock, peer, expectNothingLeft } = await setUp({ credentials });
    void call.usage.modify("modify").catch(() => {});
    await clock.advance(10);
    call.usage.terminate();
    await clock.advance(10);
    const invite = peer.lastRequest("INVITE");
    peer.respond(invite, "401 Unauthorized", { headers: ['WWW-Authenticate: Digest realm="10.0.0.2", nonce="n", algorithm=MD5'] });
    peer.respond(peer.lastRequest("BYE"), "200 OK");
    await clock.advance(10);
    expect(peer.lastRequest("INVITE").sequenceNumber).toBe(invite.sequenceNumber);
    await expectNothingLeft();
  });
});

describe("A re-INVITE from the peer (RFC 3261 §14.2)", () => {
  test("without an offer is answered with one, and its ACK brings the answer", async () => {
    const { call, peer, send, bye } = await setUp();
    await send("INVITE", 2);
    expect(peer.responses.at(-1)!.body.toString()).toBe("offer 1 of alice");
    expect(call.events).not.toContain("modified");
    await send("ACK", 2, { body: "answer of peer" });
    expect(call.media.log).toEqual(["createOffer modify", "acceptAnswer final: answer of peer"]);
    expect(call.events.at(-1)).toBe("modified");
    await bye(3);
  });

  test("whose answer in the ACK is missing or refused ends the call", async () => {
    const { call, clock, peer, send, expectNothingLeft } = await setUp();
    await send("INVITE", 2);
    await send("ACK", 2);
    expect(peer.lastRequest("BYE").sequenceNumber).toBe(1);
    peer.respond(peer.lastRequest("BYE"), "200 OK");
    await clock.advance(10);
    expect(call.events.at(-1)).toBe("local MediaFailed");
    await expectNothingLeft();
  });

  test("refreshes the remote target when it is accepted, not when it is refused (RFC 3261 §12.2.2)", async () => {
    const { call, clock, peer, send, expectNothingLeft } = await setUp();
    const elsewhere = (name: string) => ({ body: "offer", headers: [`Contact: <sip:${name}@10.0.0.2:5060>`] });
    call.media.modes.acceptOffer = "refuse";
    const branch = await send("INVITE", 2, elsewhere("refused"));
    await send("ACK", 2, { branch });
    expect(call.usage.dialog!.remoteTarget).toBe("sip:raw@10.0.0.2:5060");
    call.media.modes.acceptOffer = "value";
    await send("INVITE", 3, elsewhere("accepted"));
    await send("ACK", 3);
    call.usage.terminate();
    await clock.advance(10);
    expect(peer.lastRequest("BYE").requestUriText).toBe("sip:accepted@10.0.0.2:5060");
    peer.respond(peer.lastRequest("BYE"), "200 OK");
    await expectNothingLeft();
  });

  test("of ours refreshes the remote target by its 2xx (RFC 3261 §12.2.1.2)", async () => {
    const { call, clock, peer, expectNothingLeft } = await setUp();
    const modified = call.usage.modify("modify");
    await clock.advance(10);
    peer.respond(peer.lastRequest("INVITE"), "200 OK", { headers: ["Contact: <sip:moved@10.0.0.2:5060>"], body: "answer" });
    await clock.advanceUntil(modified);
    await clock.advance(10);
    expect(peer.lastRequest("ACK").requestUriText).toBe("sip:moved@10.0.0.2:5060");
    call.usage.terminate();
    await clock.advance(10);
    peer.respond(peer.lastRequest("BYE"), "200 OK");
    await expectNothingLeft();
  });

  test("is refused with 500 and a Retry-After of 0 to 10 s while the one before has no final response", async () => {
    const { call, clock, peer, send, bye } = await setUp();
    call.media.modes.acceptOffer = "pending";
    await send("INVITE", 2, { body: "second offer" });
    await send("INVITE", 3, { body: "third offer" });
    const response = peer.responses.at(-1)!;
    expect(response.statusCode).toBe(500);
    expect(Number(response.getText("Retry-After"))).toSatisfy((seconds: number) => seconds >= 0 && seconds <= 10);
    call.media.resolve();
    await clock.advance(10);
    expect(peer.responses.at(-1)!.statusCode).toBe(200);
    await send("ACK", 2);
    await bye(4);
  });

  test("that is cancelled while the media makes the answer is answered 487, and rolled back", async () => {
    const { call, peer, send, bye } = await setUp();
    call.media.modes.acceptOffer = "pending";
    const branch = await send("INVITE", 2, { body: "second offer" });
    await send("CANCEL", 2, { branch });
    expect(peer.statusCodes.slice(-2)).toEqual([200, 487]);
    expect(call.media.log).toEqual(["acceptOffer: second offer", "aborted", "rollback"]);
    await send("ACK", 2, { branch });
    expect(call.usage.state).toBe("Established");
    await bye(3);
  });

  test("that is never acknowledged ends the call with BYE after 64·T1", async () => {
    const { call, clock, peer, send, expectNothingLeft } = await setUp();
    await send("INVITE", 2, { body: "second offer" });
    await clock.advance(32_100);
    peer.respond(peer.lastRequest("BYE"), "200 OK");
    await clock.advance(10);
    expect(call.termination).toEqual({ endedBy: "network", reason: "NoAck" });
    await expectNothingLeft();
  });

  test("is answered 487 when a BYE overtakes its answer (RFC 3261 §15.1.2)", async () => {
    const { call, peer, send, expectNothingLeft } = await setUp();
    call.media.modes.acceptOffer = "pending";
    const branch = await send("INVITE", 2, { body: "second offer" });
    await send("BYE", 3);
    expect(peer.statusCodes.slice(-2)).toEqual([200, 487]);
    await send("ACK", 2, { branch });
    expect(call.media.log).toEqual(["acceptOffer: second offer", "aborted", "close alice"]);
    await expectNothingLeft();
  });

  test("gets the same 200 again when it is repeated", async () => {
    const { peer, send, bye } = await setUp();
    const branch = await send("INVITE", 2, { body: "second offer" });
    const count = peer.responses.length;
    await send("INVITE", 2, { body: "second offer", branch });
    expect(peer.responses.length, "RFC 6026 §7.1: absorbed").toBe(count);
    await send("ACK", 2);
    await bye(3);
  });
});

describe("A request within the dialog (RFC 3261 §12.2.2)", () => {
  test("with a lower CSeq than the one before is answered 500", async () => {
    const { peer, send, bye } = await setUp();
    await send("OPTIONS", 7);
    expect(peer.responses.at(-1)!.statusCode).toBe(200);
    await send("OPTIONS", 6);
    expect(peer.responses.at(-1)!.statusCode).toBe(500);
    await send("OPTIONS", 100);
    expect(peer.responses.at(-1)!.statusCode).toBe(200);
    await bye(101);
  });

  test("with another From tag, To tag or Call-ID is answered 481", async () => {
    const { alice, call, clock, peer, bye } = await setUp();
    const to = `<${alice.uri}>;tag=${call.usage.dialog!.localTag}`;
    for (const wrong of [{ fromTag: "other" }, { callId: "other" }, { to: `<${alice.uri}>;tag=other` }]) {
      peer.request("BYE", { requestUri: alice.uri, to, cseq: 5, ...wrong });
      await clock.advance(10);
      expect(peer.responses.at(-1)!.statusCode).toBe(481);
    }
    expect(call.usage.state).toBe("Established");
    await bye(6);
  });
});

describe("A BYE on the early dialog (RFC 3261 §15, RFC 5407 Appendix A)", () => {
  test("is answered 200, and the INVITE 487", async () => {
    const { alice, clock, peer, expectNothingLeft } = await rawScenario();
    const branch = peer.request("INVITE", { requestUri: alice.uri, to: `<${alice.uri}>`, cseq: 1, body: "offer" });
    await clock.advance(10);
    const call = alice.lastCall;
    call.usage.ring();
    const to = `<${alice.uri}>;tag=${call.usage.dialog!.localTag}`;
    peer.request("BYE", { requestUri: alice.uri, to, cseq: 2 });
    await clock.advance(10);
    expect(peer.statusCodes).toEqual([180, 200, 487]);
    peer.request("ACK", { requestUri: alice.uri, to, cseq: 1, branch });
    await clock.advance(10);
    expect(call.termination).toEqual({ endedBy: "remote", reason: "Bye", statusCode: 487 });
    await expectNothingLeft();
  });

  test("from a callee, who may not send one, ends the call with CANCEL", async () => {
    const { alice, clock, peer, peerUri, expectNothingLeft } = await rawScenario();
    const caller = alice.call(peerUri);
    await clock.advance(10);
    const invite = peer.lastRequest("INVITE");
    peer.respond(invite, "180 Ringing", { headers: ["Contact: <sip:raw@10.0.0.2:5060>"] });
    await clock.advance(10);
    peer.request("BYE", { requestUri: alice.uri, to: invite.getText("From")!, callId: invite.callId, cseq: 1 });
    await clock.advance(10);
    expect(peer.lastRequest("CANCEL").callId).toBe(invite.callId);
    peer.respond(peer.lastRequest("CANCEL"), "200 OK");
    peer.respond(invite, "487 Request Terminated");
    await clock.advance(10);
    expect(caller.termination).toMatchObject({ endedBy: "remote", reason: "Bye" });
    await expectNothingLeft();
  });
});
