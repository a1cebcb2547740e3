import { describe, expect, test } from "vitest";
import { rawScenario } from "./support/raw-scenario.ts";

describe("a remote target that no Request-URI can carry (RFC 3261 §12.1.1, §19.1.1 Table 1)", () => {
  test.each([
    ["headers", "<sip:desk@10.0.0.2:5060;x=y?Subject=hi>", "sip:desk@10.0.0.2:5060;x=y"],
    ["a method", "<sip:desk@10.0.0.2:5060;method=BYE>", "sip:desk@10.0.0.2:5060"],
    ["a tel URI", "<tel:+15551234>", "sip:raw@10.0.0.2:5060"],
    ["a mailto URI", "<mailto:desk@example.com>", "sip:raw@10.0.0.2:5060"],
    ["everything", "*", "sip:raw@10.0.0.2:5060"],
  ])("in a 2xx, %s: the ACK and the BYE go out all the same", async (_what, contact, target) => {
    const { alice, clock, peer, peerUri, expectNothingLeft } = await rawScenario();
    const call = alice.call(peerUri);
    await clock.advance(10);
    peer.respond(peer.lastRequest("INVITE"), "200 OK", { headers: [`Contact: ${contact}`], body: "answer" });
    await clock.advance(10);
    expect(peer.lastRequest("ACK").requestUriText).toBe(target);
    call.usage.terminate();
    await clock.advance(10);
    expect(peer.lastRequest("BYE").requestUriText).toBe(target);
    peer.respond(peer.lastRequest("BYE"), "200 OK");
    await expectNothingLeft();
  });

  test.each(["<tel:+15551234>", "<sip:10.0.0.2;lr>, <mailto:p@example.com>", "garbage", ""])(
    "a route set that leads nowhere is refused with 400: %j",
    async (route) => {
      const { alice, clock, peer, expectNothingLeft } = await rawScenario();
      const headers = [`Record-Route: ${route}`];
      peer.request("INVITE", { requestUri: alice.uri, to: `<${alice.uri}>`, cseq: 1, body: "offer", headers });
      await clock.advance(10);
      expect(peer.statusCodes).toEqual([400]);
      expect(alice.calls).toEqual([]);
      await expectNothingLeft();
    },
  );
});
