import { offerAnswerPatterns, offerRights, type OfferAnswerSituation } from "@sidetone/dialog-core";
import { describe, expect, test } from "vitest";
import { rawScenario } from "./support/raw-scenario.ts";
import { description } from "./support/test-media.ts";

describe("Who may offer when (RFC 6337, RFC 3261 §14)", () => {
  test("each pattern has one offer and one answer, the offer first", () => {
    for (const pattern of Object.values(offerAnswerPatterns)) {
      const roles = Object.values(pattern);
      expect(roles.filter((role) => role === "offer")).toHaveLength(1);
      expect(roles.filter((role) => role === "answer")).toHaveLength(1);
      expect(roles.indexOf("offer")).toBeLessThan(roles.indexOf("answer"));
    }
  });

  test("an INVITE is sent only when none is under way either way", () => {
    const now = Object.entries(offerRights).filter(([, { send }]) => send === "now");
    expect(now.map(([situation]) => situation)).toEqual(["Idle"]);
  });

  test.each<[OfferAnswerSituation, string | number]>([
    ["Idle", "take"],
    ["InviteSent", 491],
    ["SuccessReceived", 491],
    ["InviteReceived", 500],
    ["AnswerSent", "take"],
    ["OfferSent", 491],
  ])("a peer's INVITE that finds us in %s: %s", (situation, decision) => {
    expect(offerRights[situation].receive).toBe(decision);
  });

  test("a description in an unreliable 1xx to an INVITE without offer is none of our business", async () => {
    const { alice, clock, peer, peerUri, expectNothingLeft } = await rawScenario();
    const caller = alice.call(peerUri, { lateOffer: true });
    await clock.advance(10);
    const headers = ["Contact: <sip:raw@10.0.0.2:5060>"];
    peer.respond(peer.lastRequest("INVITE"), "183 Session Progress", { headers, body: "an offer that may not be here" });
    await clock.advance(10);
    peer.respond(peer.lastRequest("INVITE"), "200 OK", { headers, body: "the offer" });
    await clock.advance(10);
    expect(caller.media.log).toEqual(["acceptOffer: the offer"]);
    expect(peer.lastRequest("ACK").body.toString()).toBe(description("answer of alice to the offer").content.toString());
    caller.usage.terminate();
    await expectNothingLeft();
  });
});
