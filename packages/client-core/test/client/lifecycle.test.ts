import { createClient } from "@sidetone/client-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { rejection, scenario } from "../support/scenario.ts";

describe("the life of a client", () => {
  test("port 0 takes any free port, the same for UDP and TCP", async () => {
    const environment = virtualEnvironment();
    const client = await environment.clock.advanceUntil(createClient({ environment, listen: "10.0.0.1:0" }));
    const ports = client.listeningPoints.map(({ port, transport }) => `${transport} ${port}`);
    const { port } = client.listeningPoints[0]!;
    expect(port).toBeGreaterThan(0);
    expect(ports).toEqual([`UDP ${port}`, `TCP ${port}`]);
    expect(client.uri).toBe(`sip:anonymous@10.0.0.1:${port}`);
    await environment.clock.advanceUntil(client.close());
    expect(environment.network.openSockets).toBe(0);
    expect(environment.clock.pendingTimers).toBe(0);
  });

  test("only the transports asked for are opened", async () => {
    const environment = virtualEnvironment();
    const client = await environment.clock.advanceUntil(createClient({ environment, listen: "10.0.0.1:5060", transports: ["TCP"] }));
    expect(client.listeningPoints.map(({ transport }) => transport)).toEqual(["TCP"]);
    expect(client.uri).toBe("sip:anonymous@10.0.0.1:5060;transport=tcp");
    await environment.clock.advanceUntil(client.close());
  });

  test("stop hangs up, frees the ports, and start opens them again", async () => {
    const { alice, bob, bobUri, connect, settle, environments, clock } = await scenario();
    const events: string[] = [];
    bob.on("started", () => events.push("started"));
    bob.on("stopped", () => events.push("stopped"));
    const { call, bobs } = await connect();
    await settle(Promise.all([bob.stop(), bob.stop()]));
    expect(bobs.end).toMatchObject({ cause: "Closed", endedBy: "local" });
    expect(bobs.state).toBe("Terminated");
    expect(await settle(call.ended)).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    expect([bob.isRunning, bob.listeningPoints.length, environments.bob.network.openSockets]).toEqual([false, 0, 0]);
    expect(() => bob.dial("sip:alice@10.0.0.1")).toThrow(expect.objectContaining({ code: "CLIENT_STOPPED" }));
    expect(await rejection(bob.userAgent.request({ method: "OPTIONS", requestUri: bobUri }))).toMatchObject({ code: "CLIENT_STOPPED" });
    expect(() => bob.incomingCalls()).toThrow(expect.objectContaining({ code: "CLIENT_STOPPED" }));

    await settle(Promise.all([bob.start(), bob.start()]));
    expect(bob.isRunning).toBe(true);
    expect((await settle(alice.call(bobUri))).state).toBe("Connected"); // the handler is still there
    await settle(Promise.all([bob.stop(), bob.start(), bob.stop(), bob.start()]));
    expect([bob.isRunning, bob.callCount]).toEqual([true, 0]);
    await clock.advance(10);
    expect(events).toEqual(["stopped", "started", "stopped", "started"]);
  });

  test("a start that fails may be tried again", async () => {
    const environment = virtualEnvironment();
    const { clock } = environment;
    const first = await clock.advanceUntil(createClient({ environment, listen: "10.0.0.1:5060" }));
    const second = await clock.advanceUntil(createClient({ environment, listen: "10.0.0.1:5061" }));
    await clock.advanceUntil(second.stop());
    const squatter = await environment.network.bindDatagram(
      { address: "10.0.0.1", port: 5061 },
      { onDatagram: () => {}, onSocketError: () => {} },
    );
    expect(await clock.advanceUntil(rejection(second.start()))).toMatchObject({ code: "RESOURCE_UNAVAILABLE" });
    await second.stop();
    await squatter.close();
    await clock.advanceUntil(second.start());
    expect(second.isRunning).toBe(true);
    await clock.advanceUntil(Promise.all([first.close(), second.close()]));
  });

  test("a closed client refuses everything, for good", async () => {
    const { alice, bob, settle } = await scenario();
    const incoming = bob.incomingCalls();
    await settle(Promise.all([bob.close(), bob.close()]));
    for await (const call of incoming) throw new Error(String(call));
    expect(bob.isClosed).toBe(true);
    expect(await rejection(bob.start())).toMatchObject({ code: "CLIENT_STOPPED" });
    expect(await rejection(bob.call("sip:alice@10.0.0.1"))).toMatchObject({ code: "CLIENT_STOPPED" });
    expect(bob.calls).toEqual([]);
    await bob[Symbol.asyncDispose]();
    expect(alice.isRunning).toBe(true);
  });

  test("closing with silent peers takes at most 5 s, and no timer stays", async () => {
    const { alice, bob, bobUri, connect, settle, clock, network, nextIncoming } = await scenario();
    await connect();
    const ringing = alice.dial(bobUri);
    await nextIncoming();
    void alice.dial("sip:bob@10.0.0.2:5099");
    await clock.advance(100);
    network.partition("10.0.0.2");
    const from = clock.now();
    await settle(alice.close());
    expect(clock.now() - from).toBeLessThanOrEqual(5000);
    expect([alice.callCount, ringing.call.end!.cause]).toEqual([0, "Closed"]);
    await settle(bob.close());
    expect(clock.pendingTimers).toBe(0);
  });

  test("closing with a silent TCP peer takes no longer", async () => {
    const { alice, bob, bobUri, settle, clock, network } = await scenario();
    bob.onIncoming((incoming) => incoming.answer());
    const call = await settle(alice.call(`${bobUri};transport=tcp`));
    expect(call.state).toBe("Connected");
    network.partition("10.0.0.2");
    const from = clock.now();
    await settle(alice.close());
    expect(clock.now() - from).toBeLessThanOrEqual(5000);
    await settle(bob.close());
  });

  test("a call that comes while it closes is refused with 480", async () => {
    const { alice, bob, bobUri, connect, settle, clock, network } = await scenario();
    await connect();
    network.setConditions("10.0.0.1", "10.0.0.2", { delayMs: 200 });
    const closing = bob.close();
    const second = rejection(alice.call(bobUri));
    await settle(closing);
    expect(await settle(second)).toMatchObject({ statusCode: 480 });
    await clock.advance(500);
  });
});

describe("what a client says of itself", () => {
  test("Allow and Accept list what runs, Supported nothing, User-Agent and Server who it is", async () => {
    const { alice, bob, bobUri, settle, wire } = await scenario({ both: { userAgent: "MyCompany Softphone v1.0" } });
    const response = await settle(alice.userAgent.request({ method: "OPTIONS", requestUri: bobUri }));
    expect(response.statusCode).toBe(200);
    expect(response.getText("Allow")).toBe("INVITE, ACK, CANCEL, BYE, OPTIONS");
    expect(response.getText("Accept")).toBe("application/sdp");
    expect(response.getText("Supported") ?? "").toBe("");
    bob.onIncoming((incoming) => incoming.answer());
    await settle(alice.call(bobUri));
    const invite = wire.entries.find(({ summary }) => summary.startsWith("INVITE"))!.data.toString();
    expect(invite).toContain("User-Agent: MyCompany Softphone v1.0\r\n");
    expect(invite).not.toContain("Supported");
    expect(/m=audio \d+ RTP\/AVP (.*)\r/.exec(invite)![1]).toBe("0 8 101");
    expect(bob.codecs!.codecs.map(({ encodingName }) => encodingName)).toEqual(["PCMU", "PCMA"]);
  });

  test.each([
    ["MESSAGE", 405],
    ["REFER", 405],
    ["SUBSCRIBE", 405],
    ["REGISTER", 405],
    ["NONSENSE", 501],
    ["BYE", 481],
  ])("%s is answered %i", async (method, statusCode) => {
    const { alice, bobUri, settle } = await scenario();
    expect((await settle(alice.userAgent.request({ method, requestUri: bobUri }))).statusCode).toBe(statusCode);
  });
});

describe("codecs that calls name when they are not told", () => {
  test("are those of the options, later those preferred, also after a restart", async () => {
    const { alice, bobUri, connect, settle } = await scenario({ alice: { media: { codecs: ["PCMA", "PCMU"] } } });
    expect((await connect()).call.codec).toBe("PCMA");
    alice.preferCodecs(["PCMU"]);
    expect((await settle(alice.call(bobUri))).codec).toBe("PCMU");
    await settle(alice.stop());
    await settle(alice.start());
    expect((await settle(alice.call(bobUri))).codec).toBe("PCMU");
    expect(() => alice.preferCodecs(["opus"])).toThrow(expect.objectContaining({ code: "CODEC_UNSUPPORTED" }));
    expect(() => alice.preferCodecs([])).toThrow(expect.objectContaining({ code: "CODEC_UNSUPPORTED" }));
  });
});
