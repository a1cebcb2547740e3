import { describe, expect, test } from "vitest";
import { description } from "../support/descriptions.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { external, scenario } from "../support/scenario.ts";

describe("an INVITE that forks (RFC 3261 §12.1.2, §13.2.2.4)", () => {
  test("goes on with the fork that answers: hold is offered from its description", async () => {
    const { alice, environments, settle, clock } = await scenario();
    const peer = await new RawPeer(environments.alice.virtualNetwork.host("10.0.0.9"), "10.0.0.1").open();
    const outgoing = alice.dial(peer.uri);
    await clock.advance(10);
    peer.respond("INVITE", "183 Session Progress", { tag: "one", body: description("10.0.0.9", 40_000) });
    await clock.advance(10);
    expect(outgoing.call.negotiatedMedia?.remotePort).toBe(40_000);
    peer.respond("INVITE", "183 Session Progress", { tag: "two", body: description("10.0.0.9", 50_000, { formats: "0" }) });
    await clock.advance(10);
    peer.respond("INVITE", "200 OK", { tag: "two", body: description("10.0.0.9", 50_000, { formats: "0" }) });
    const call = await settle(outgoing.answered);
    expect(call.negotiatedMedia?.remotePort).toBe(50_000);

    const holding = call.hold();
    await clock.advance(10);
    const reinvite = peer.requests.at(-1)!;
    expect([reinvite.method, reinvite.toTag]).toEqual(["INVITE", "two"]);
    expect(Buffer.from(reinvite.body).toString()).toContain("a=sendonly");
    peer.respond("INVITE", "200 OK", { body: description("10.0.0.9", 50_000, { direction: "recvonly", formats: "0", version: 2 }) });
    await settle(holding);
    expect(call.state).toBe("OnHold");
    const ending = call.hangUp();
    await clock.advance(10);
    peer.respond("BYE", "200 OK");
    await settle(ending);
    await peer.close();
  });

  test("with external media, gives the description of the fork that answers", async () => {
    const { alice, environments, settle, clock } = await scenario({ alice: external });
    const peer = await new RawPeer(environments.alice.virtualNetwork.host("10.0.0.9"), "10.0.0.1").open();
    const outgoing = alice.dial(peer.uri, { sdp: description("10.0.0.1", 30_000) });
    await clock.advance(10);
    peer.respond("INVITE", "183 Session Progress", { tag: "one", body: description("10.0.0.9", 40_000) });
    await clock.advance(10);
    peer.respond("INVITE", "200 OK", { tag: "two", body: description("10.0.0.9", 50_000) });
    const call = await settle(outgoing.answered);
    expect(call.remoteSdp).toBe(description("10.0.0.9", 50_000));
    const modifying = call.modify({ sdp: description("10.0.0.1", 30_000, { direction: "sendonly", version: 2 }) });
    await clock.advance(10);
    expect(Buffer.from(peer.requests.at(-1)!.body).toString()).toContain("a=sendonly");
    peer.respond("INVITE", "200 OK", { body: description("10.0.0.9", 50_000, { direction: "recvonly", version: 2 }) });
    await settle(modifying);
    const ending = call.hangUp();
    await clock.advance(10);
    peer.respond("BYE", "200 OK");
    await settle(ending);
    await peer.close();
  });
});
