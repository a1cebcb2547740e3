import { createClient, type ClientError } from "@sidetone/client-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { rejection, scenario } from "../support/scenario.ts";

describe("a callee that cannot be reached", () => {
  test.each(["10.0.0.1:5070", "0.0.0.0:5070"])("by a name that does not resolve, from %s", async (listen) => {
    const { environments, settle, clock } = await scenario();
    const client = await settle(createClient({ environment: environments.alice, listen }));
    const from = clock.now();
    const outgoing = client.dial("sip:bob@no-such-host.example");
    const error = (await settle(rejection(outgoing.answered))) as ClientError;
    expect(error).toMatchObject({ code: "SERVER_UNREACHABLE", category: "network", isRecoverable: true });
    expect(error.message).toContain("no-such-host.example");
    expect(error.cause).toBeDefined();
    expect(clock.now() - from).toBeLessThan(100);
    expect(await settle(outgoing.call.ended)).toMatchObject({ cause: "Unreachable", endedBy: expect.any(String) as string });
    expect(client.callCount).toBe(0);
    await settle(client.close());
  });

  test("at a dead port over UDP: Timer B, 64·T1, with seven INVITEs", async () => {
    const { alice, settle, clock, signalling } = await scenario();
    const outgoing = alice.dial("sip:bob@10.0.0.2:5099");
    const error = await settle(rejection(outgoing.answered));
    expect(error).toMatchObject({ code: "TIMEOUT", statusCode: 408, isRecoverable: true });
    expect(clock.now()).toBeCloseTo(32_000, -2);
    expect(signalling()).toBe("INVITE INVITE INVITE INVITE INVITE INVITE INVITE");
    expect(outgoing.call.end).toMatchObject({ cause: "Timeout", endedBy: "network" });
  });

  test("at a host that is away: the same", async () => {
    const { alice, settle } = await scenario();
    expect(await settle(rejection(alice.call("sip:bob@10.9.9.9")))).toMatchObject({ code: "TIMEOUT" });
  });

  test("at a dead port over TCP: refused at once", async () => {
    const { alice, settle, clock } = await scenario();
    const outgoing = alice.dial("sip:bob@10.0.0.2:5099;transport=tcp");
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "SERVER_UNREACHABLE" });
    expect(clock.now()).toBeLessThan(5000);
    expect(outgoing.call.end).toMatchObject({ cause: "Unreachable", endedBy: "network" });
  });

  test("of another address family than the client listens on", async () => {
    const { alice, settle } = await scenario();
    expect(await settle(rejection(alice.call("sip:bob@[fd00::2]")))).toMatchObject({ code: "SERVER_UNREACHABLE" });
  });

  test("giving up on a silent one settles at once, though SIP waits on", async () => {
    const { alice, settle, clock } = await scenario();
    const outgoing = alice.dial("sip:bob@10.0.0.2:5099", { ringTimeoutSeconds: 2 });
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "CALL_NO_ANSWER", statusCode: undefined });
    expect(clock.now()).toBeCloseTo(2000, -1);
    expect(await settle(outgoing.call.ended)).toMatchObject({ cause: "NoAnswer" });
  });

  test("OPTIONS to nobody is a TIMEOUT, to an unknown name SERVER_UNREACHABLE", async () => {
    const { alice, settle } = await scenario();
    const options = { method: "OPTIONS", requestUri: "sip:10.0.0.2:5099" };
    expect(await settle(rejection(alice.userAgent.request(options)))).toMatchObject({ code: "TIMEOUT" });
    expect(await settle(rejection(alice.userAgent.request({ ...options, requestUri: "sip:no-such-host.example" })))).toMatchObject({
      code: "SERVER_UNREACHABLE",
    });
    expect(await rejection(alice.userAgent.request({ ...options, requestUri: "nonsense" }))).toMatchObject({ code: "SIP_URI_INVALID" });
    expect(await rejection(alice.userAgent.request({ ...options, method: "INVITE" }))).toMatchObject({ code: "CONFIG_INVALID" });
    expect(await rejection(alice.userAgent.request({ ...options, headers: [["Via", "x"]] }))).toMatchObject({ code: "CONFIG_INVALID" });
  });

  test("no RTP port left is RESOURCE_UNAVAILABLE for who calls", async () => {
    const { alice, bob, bobUri, settle } = await scenario({ alice: { media: { rtpPorts: { first: 20_000, last: 20_001 } } } });
    bob.onIncoming((incoming) => incoming.answer());
    const call = await settle(alice.call(bobUri));
    const second = alice.dial(bobUri);
    expect(await settle(rejection(second.answered))).toMatchObject({ code: "RESOURCE_UNAVAILABLE" });
    expect(await settle(second.call.ended)).toMatchObject({ cause: "MediaFailed", endedBy: "local" });
    await settle(call.hangUp());
  });

  test("no RTP port left at who is called is told as 503, not as a fault of the offer", async () => {
    const { alice, bob, bobUri, settle } = await scenario({ bob: { media: { rtpPorts: { first: 20_000, last: 20_001 } } } });
    const answers: unknown[] = [];
    bob.onIncoming((incoming) => incoming.answer().catch((error: unknown) => answers.push(error)));
    const call = await settle(alice.call(bobUri));
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "SERVER_UNREACHABLE", statusCode: 503 });
    expect(answers).toMatchObject([{ code: "RESOURCE_UNAVAILABLE" }]);
    await settle(call.hangUp());
  });
});

describe("opening a client", () => {
  test("on a port that is taken is RESOURCE_UNAVAILABLE, and leaves nothing open", async () => {
    const { environments, settle } = await scenario();
    const before = environments.bob.network.openSockets;
    const error = await settle(rejection(createClient({ environment: environments.bob, listen: ["10.0.0.2:0", "10.0.0.2:5060"] })));
    expect(error).toMatchObject({ code: "RESOURCE_UNAVAILABLE", category: "system" });
    expect(String(error)).toContain("5060");
    expect(environments.bob.network.openSockets).toBe(before);
  });

  test("on an address that is not here is CONFIG_INVALID", async () => {
    const environment = virtualEnvironment();
    expect(await environment.clock.advanceUntil(rejection(createClient({ environment, listen: "10.0.0.77:5060" })))).toMatchObject({
      code: "CONFIG_INVALID",
    });
    expect(environment.network.openSockets).toBe(0);
    expect(environment.clock.pendingTimers).toBe(0);
  });
});
