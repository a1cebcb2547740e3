import { describe, expect, test } from "vitest";
import { contactOf, instanceId, registrationSetUp } from "./support/registration-set-up.ts";
import { keepFor } from "./support/scripted-registrar.ts";
import { scenario } from "./support/scenario.ts";

const anywhere = { listenAddress: "0.0.0.0" };
const [old, next] = ["10.0.0.1", "10.0.0.9"];

describe("A registration whose machine gets another address", () => {
  async function setUp(addresses = {}) {
    const parts = await registrationSetUp({ agent: anywhere, instanceId, regId: 1, ...addresses });
    const { alice, environment } = parts;
    const move = async (...to: string[]) => {
      environment.network.setAddresses(...to);
      await alice.transports.followAddresses(() => {});
    };
    return { ...parts, move };
  }

  test("finds that the registrar is reached from another address, and binds that in place of the old one", async () => {
    const { clock, registrar, registration, registered, move, expectNothingLeft } = await setUp();
    await registered();
    expect(await registration.wayOut()).toBe("same");
    registrar.rule = (request) => [200, ["Contact", request.getAllText("Contact")[0]!], ["Contact", `<sip:alice@${old}:5060>`]];
    await move(next);
    expect(await registration.wayOut()).toBe("other");
    registration.renew();
    await clock.advance(10);
    expect(registration.contact).toBe(`sip:alice@${next}:5060`);
    // A registrar that knows nothing of instances keeps both: the old one is taken out.
    expect(registrar.last.getAllText("Contact")[1]).toBe(`<sip:alice@${old}:5060>;expires=0`);
    expect(await registration.wayOut()).toBe("same");
    await expectNothingLeft();
  });

  test("knows when there is no way out", async () => {
    const { registration, registered, move, expectNothingLeft } = await setUp();
    await registered();
    await move();
    expect(await registration.wayOut()).toBe("none");
    await move(old);
    expect(await registration.wayOut()).toBe("same");
    await expectNothingLeft();
  });

  test("does not wait for the answer to a REGISTER that was sent from the old address", async () => {
    const { clock, registrar, registration, registered, heard, move, expectNothingLeft } = await setUp();
    await registered();
    registrar.say(undefined);
    registration.register();
    await clock.advance(10);
    await move(next);
    registration.renew();
    await clock.advance(10);
    expect(registrar.requests.map(contactOf)).toEqual([`sip:alice@${old}:5060`, `sip:alice@${old}:5060`, `sip:alice@${next}:5060`]);
    expect(registrar.requests.map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, 2, 3]);
    await clock.advance(40_000);
    expect([heard, registration.status]).toEqual([["Pending", "Active", "Active"], "Active"]);
    await expectNothingLeft();
  });

  test("that failed and waits is tried again at once; one that is not wanted, or refused for good, is not", async () => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await setUp();
    registration.renew();
    registrar.say([503, ["Retry-After", "3000"]], [403]);
    registration.register();
    await clock.advance(10);
    registration.renew();
    await clock.advance(10);
    registration.renew();
    await clock.advance(100_000);
    expect(heard).toEqual(["Pending", "Failed 503 retry", "Pending 503", "Failed 403"]);
    expect(registrar.requests).toHaveLength(2);
    await expectNothingLeft();
  });
});

describe("A registration whose machine has slept", () => {
  test.each([
    ["less than its life: it is refreshed at once", 600, ["Active"]],
    ["longer than that: it is Expired, and made anew at once", 7200, ["Expired", "Active"]],
  ])("%s", async (_what, sleptSeconds, changes) => {
    const { clock, registrar, registration, registered, heard, expectNothingLeft } = await registrationSetUp();
    registrar.rule = keepFor(3600);
    await registered();
    heard.length = 0;
    const sent = registrar.requests.length;
    registration.renew(sleptSeconds * 1000);
    await clock.advance(100);
    expect([heard, registrar.requests.length - sent]).toEqual([changes, 1]);
    expect(registration.expiresAtMs).toBeGreaterThan(clock.now() + 3_590_000);
    await expectNothingLeft();
  });

  test("while the registrar is not there: the binding runs out when the registrar says so, not when the clock does", async () => {
    const { clock, registrar, registration, registered, heard, expectNothingLeft } = await registrationSetUp();
    registrar.rule = keepFor(3600);
    await registered();
    heard.length = 0;
    registrar.rule = () => undefined;
    registration.renew(3_500_000);
    await clock.advance(99_000);
    expect(heard).toEqual(["Active 408 retry", "Active 408 retry"]);
    await clock.advance(2000);
    expect(registration.status).toBe("Expired");
    await expectNothingLeft();
  });
});

describe("A call whose machine gets another address", () => {
  test.each(["caller", "callee"] as const)("the %s finds it out, and tells the peer by a re-INVITE with another Contact", async (who) => {
    const { alice, bob, clock, log, establish, expectNothingLeft } = await scenario({ alice: anywhere, bob: anywhere });
    const { caller, callee } = await establish();
    const [mover, peer, agent] = who === "caller" ? [caller, callee, alice] : [callee, caller, bob];
    expect(await mover.usage.wayOut()).toBe("same");
    agent.environment.network.setAddresses(next);
    await agent.transports.followAddresses(() => {});
    expect(await mover.usage.wayOut()).toBe("other");
    log.clear();
    await clock.advanceUntil(mover.usage.modify("modify"));
    expect(log.entries[0]!.data.toString()).toContain(`\r\nContact: <sip:${agent.name}@${next}:5060>\r\n`);
    expect(await mover.usage.wayOut()).toBe("same");
    expect(await peer.usage.wayOut()).toBe("same");
    peer.usage.terminate();
    await clock.advance(10);
    expect(mover.termination).toMatchObject({ endedBy: "remote", reason: "Bye" });
    await expectNothingLeft();
  });

  test("a refused re-INVITE leaves the peer where he was", async () => {
    const { alice, clock, establish, expectNothingLeft } = await scenario({ alice: anywhere });
    const { caller, callee } = await establish();
    callee.media.modes.acceptOffer = "refuse";
    alice.environment.network.setAddresses(next);
    await alice.transports.followAddresses(() => {});
    await expect(clock.advanceUntil(caller.usage.modify("modify"))).rejects.toMatchObject({ statusCode: 488 });
    expect(await caller.usage.wayOut()).toBe("other");
    caller.usage.terminate();
    await expectNothingLeft();
  });
});
