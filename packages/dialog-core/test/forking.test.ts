import { describe, expect, test } from "vitest";
import { rawScenario } from "./support/raw-scenario.ts";

async function setUp() {
  const parts = await rawScenario();
  const { alice, clock, peer, peerUri } = parts;
  const caller = alice.call(peerUri);
  await clock.advance(10);
  const invite = peer.lastRequest("INVITE");
  const contact = (name: string) => [`Contact: <sip:${name}@10.0.0.2:5060>`];
  const respond = async (statusLine: string, tag: string, body = "") => {
    peer.respond(invite, statusLine, { tag, headers: contact(tag), body });
    await clock.advance(10);
  };
  return { ...parts, caller, invite, respond };
}

describe("One INVITE that forks (RFC 3261 §13.2.2)", () => {
  test("has an early dialog, and media of its own, for each callee that rings", async () => {
    const { alice, caller, respond, expectNothingLeft } = await setUp();
    await respond("183 Session Progress", "desk", "answer of desk");
    await respond("183 Session Progress", "mobile", "answer of mobile");
    await respond("180 Ringing", "desk");
    expect(alice.core.dialogCount).toBe(2);
    expect(caller.media.log).toEqual([
      "createOffer initial",
      "acceptAnswer provisional: answer of desk",
      "fork",
      "acceptAnswer provisional: answer of mobile",
    ]);
    await respond("486 Busy Here", "desk");
    expect(alice.core.dialogCount).toBe(0);
    expect(caller.termination).toMatchObject({ reason: "Refused", statusCode: 486 });
    expect([caller.media.closed, caller.media.forks[0]!.closed]).toEqual([1, 1]);
    await expectNothingLeft();
  });

  test("goes on with the one that answers; the media of the others is closed", async () => {
    const { alice, caller, respond, expectNothingLeft } = await setUp();
    await respond("180 Ringing", "desk");
    await respond("180 Ringing", "mobile");
    await respond("200 OK", "mobile", "answer of mobile");
    expect(caller.usage.dialog!.remoteTag).toBe("mobile");
    expect(caller.usage.dialog!.remoteTarget).toBe("sip:mobile@10.0.0.2:5060");
    expect(alice.core.dialogCount).toBe(1);
    expect(caller.media.closed, "the first one's media").toBe(1);
    expect(caller.media.forks.map(({ closed }) => closed)).toEqual([0]);
    expect(caller.media.log.at(-2)).toBe("close alice");
    expect(caller.media.log.at(-1)).toBe("acceptAnswer final: answer of mobile");
    caller.usage.terminate();
    await expectNothingLeft();
    expect(caller.media.forks.map(({ closed }) => closed)).toEqual([1]);
  });

  test("leads to 64 early dialogs at most, since whoever answers can make up tags; one beyond them may still answer", async () => {
    const { alice, caller, clock, peer, invite, respond, expectNothingLeft } = await setUp();
    for (let i = 0; i < 200; i++) peer.respond(invite, "180 Ringing", { tag: `t${i}` });
    await clock.advance(10);
    expect(alice.core.dialogCount).toBe(64);
    expect(caller.media.forks).toHaveLength(63);
    expect(caller.events).toHaveLength(200);
    await respond("200 OK", "t150", "answer of t150");
    expect(caller.usage.dialog!.remoteTag).toBe("t150");
    for (let i = 0; i < 200; i++) peer.respond(invite, "200 OK", { tag: `u${i}`, headers: ["Contact: <sip:raw@10.0.0.2:5060>"] });
    await clock.advance(10);
    expect(peer.requests.filter(({ method }) => method === "BYE")).toHaveLength(63);
    caller.usage.terminate();
    await expectNothingLeft();
    expect(caller.media.forks.every(({ closed }) => closed === 1)).toBe(true);
  });

  test("goes on with one that never rang", async () => {
    const { caller, respond, expectNothingLeft } = await setUp();
    await respond("180 Ringing", "desk");
    await respond("200 OK", "voicemail", "answer of voicemail");
    expect(caller.usage.dialog!.remoteTag).toBe("voicemail");
    expect(caller.media.closed).toBe(1);
    expect(caller.media.forks).toHaveLength(1);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("takes the answer of the 183 when the 200 of that dialog has none", async () => {
    const { caller, respond, expectNothingLeft } = await setUp();
    await respond("183 Session Progress", "desk", "answer of desk");
    await respond("183 Session Progress", "desk", "another answer, to be ignored");
    await respond("200 OK", "desk");
    expect(caller.media.log).toEqual([
      "createOffer initial",
      "acceptAnswer provisional: answer of desk",
      "acceptAnswer final: answer of desk",
    ]);
    expect(caller.events.at(-1)).toBe("established");
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("acknowledges a second 2xx and ends that call with BYE; each repeated 2xx gets its own ACK again", async () => {
    const { alice, caller, peer, respond, expectNothingLeft } = await setUp();
    await respond("200 OK", "desk", "answer of desk");
    await respond("200 OK", "mobile", "answer of mobile");
    await respond("200 OK", "desk", "answer of desk");
    await respond("200 OK", "mobile", "answer of mobile");
    const followed = peer.requests.slice(1).map(({ method, toTag, requestUriText }) => [method, toTag, requestUriText]);
    expect(followed).toEqual([
      ["ACK", "desk", "sip:desk@10.0.0.2:5060"],
      ["ACK", "mobile", "sip:mobile@10.0.0.2:5060"],
      ["BYE", "mobile", "sip:mobile@10.0.0.2:5060"],
      ["ACK", "desk", "sip:desk@10.0.0.2:5060"],
      ["ACK", "mobile", "sip:mobile@10.0.0.2:5060"],
    ]);
    expect(caller.events).toEqual(["answered", "established"]);
    expect(alice.core.dialogCount).toBe(1);
    peer.respond(peer.lastRequest("BYE"), "200 OK");
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("acknowledges each repeated 2xx with the same bytes, until 64·T1 after the first", async () => {
    const { clock, caller, log, respond, expectNothingLeft } = await setUp();
    await respond("200 OK", "desk", "answer of desk");
    await respond("200 OK", "desk", "answer of desk");
    await clock.advance(31_900);
    await respond("200 OK", "desk", "answer of desk");
    const acks = log.entries.filter(({ data }) => data.toString().startsWith("ACK"));
    await clock.advance(200);
    await respond("200 OK", "desk", "answer of desk");
    expect(acks).toHaveLength(3);
    expect(acks.every(({ data }) => data.equals(acks[0]!.data))).toBe(true);
    expect(log.entries.filter(({ data }) => data.toString().startsWith("ACK"))).toHaveLength(3);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("acknowledges the 2xx of every fork after a CANCEL that came too late, and ends each with BYE", async () => {
    const { caller, clock, peer, respond, expectNothingLeft } = await setUp();
    await respond("180 Ringing", "desk");
    caller.usage.cancel();
    await respond("200 OK", "desk", "answer of desk");
    await respond("200 OK", "mobile", "answer of mobile");
    await clock.advance(10);
    expect(peer.requests.map(({ method, toTag }) => `${method} ${toTag ?? ""}`)).toEqual([
      "INVITE ",
      "CANCEL ",
      "ACK desk",
      "BYE desk",
      "ACK mobile",
      "BYE mobile",
    ]);
    await expectNothingLeft();
    expect(caller.termination).toMatchObject({ endedBy: "local", reason: "Cancelled" });
  });

  test("takes a response without To tag as that of an element of RFC 2543", async () => {
    const { caller, clock, peer, invite, expectNothingLeft } = await setUp();
    const lines = ["SIP/2.0 200 OK", `Via: ${invite.getText("Via")}`, `From: ${invite.getText("From")}`, `To: ${invite.getText("To")}`];
    lines.push(`Call-ID: ${invite.callId}`, "CSeq: 1 INVITE", "Contact: <sip:old@10.0.0.2:5060>", "Content-Type: application/sdp");
    peer.send(lines.join("\n"), "answer of old");
    await clock.advance(10);
    expect(caller.events).toEqual(["answered", "established"]);
    expect(peer.lastRequest("ACK").toTag).toBeUndefined();
    caller.usage.terminate();
    await expectNothingLeft();
  });
});

describe("The route set (RFC 3261 §12.1.2, §12.2.1.1)", () => {
  test("is the Record-Route of the 2xx in reverse, and recomputed by it", async () => {
    const { caller, clock, peer, invite, expectNothingLeft } = await setUp();
    const recordRoute = (host: string) => `Record-Route: <sip:${host};lr>, <sip:10.0.0.2:5060;lr;first>`;
    peer.respond(invite, "180 Ringing", { headers: [recordRoute("early.example.com"), "Contact: <sip:bob@192.0.2.4>"] });
    await clock.advance(10);
    peer.respond(invite, "200 OK", { headers: [recordRoute("last.example.com"), "Contact: <sip:bob@192.0.2.4>"], body: "answer" });
    await clock.advance(10);
    expect(caller.usage.dialog!.routeSet).toEqual(["<sip:10.0.0.2:5060;lr;first>", "<sip:last.example.com;lr>"]);
    const ack = peer.lastRequest("ACK");
    expect(ack.requestUriText).toBe("sip:bob@192.0.2.4");
    expect(ack.getAllText("Route")).toEqual(["<sip:10.0.0.2:5060;lr;first>", "<sip:last.example.com;lr>"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });

  test("with a strict router first puts it into the Request-URI and the remote target last", async () => {
    const { caller, clock, peer, invite, expectNothingLeft } = await setUp();
    const headers = ["Record-Route: <sip:loose.example.com;lr>, <sip:10.0.0.2:5060>", "Contact: <sip:bob@192.0.2.4>"];
    peer.respond(invite, "200 OK", { headers, body: "answer" });
    await clock.advance(10);
    const ack = peer.lastRequest("ACK");
    expect(ack.requestUriText).toBe("sip:10.0.0.2:5060");
    expect(ack.getAllText("Route")).toEqual(["<sip:loose.example.com;lr>", "<sip:bob@192.0.2.4>"]);
    caller.usage.terminate();
    await expectNothingLeft();
  });
});
