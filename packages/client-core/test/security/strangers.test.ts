import { ClientBuilder, type ClientOptions } from "@sidetone/client-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { rejection, scenario } from "../support/scenario.ts";
import { ScriptedRegistrar } from "../support/scripted-registrar.ts";

/** Bob ignores strangers, and answers every call that he hears of. */
async function setUp(bob: ClientOptions = {}, names: Readonly<Record<string, readonly string[]>> = {}) {
  const pair = await scenario({ bob: { strangers: "ignore", peers: [], ...bob } });
  const heard: string[] = [];
  pair.bob.onIncoming((incoming) => {
    heard.push(incoming.remote.uri);
    return incoming.answer();
  });
  for (const [name, addresses] of Object.entries(names)) pair.network.setName(name, ...addresses);
  return { ...pair, heard };
}

describe("A client that ignores strangers", () => {
  test("answers nothing that they send, and its application hears of nothing", async () => {
    const { alice, bob, bobUri, heard, settle, signalling } = await setUp();
    const events: unknown[] = [];
    for (const name of ["callAdded", "callEnded", "incomingCall"] as const) bob.on(name, (event) => events.push(event));
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "TIMEOUT" });
    expect(await settle(rejection(alice.userAgent.request({ method: "OPTIONS", requestUri: bobUri })))).toMatchObject({ code: "TIMEOUT" });
    expect([heard, events, bob.callCount]).toEqual([[], [], 0]);
    expect(signalling()).toMatch(/^(INVITE )+(OPTIONS ?)+$/);
    expect(bob.turnedAway).toMatchObject({ ignored: 7 + 11, refused: 0 });
  });

  test.each([
    ["not those of strangers", [], 0],
    ["those of known peers", ["10.0.0.7"], 1],
  ])("answers Binding requests (STUN) as it answers SIP: %s", async (_whose, peers, answers) => {
    const { clock, environments } = await setUp({ peers });
    const { network } = virtualEnvironment({ host: "10.0.0.7", beside: environments.bob });
    const heard: Buffer[] = [];
    const receiver = { onDatagram: (data: Buffer) => void heard.push(data), onSocketError: () => {} };
    const socket = await network.bindDatagram({ address: "10.0.0.7", port: 4000 }, receiver);
    socket.send(Buffer.from("000100002112a442000102030405060708090a0b", "hex"), 5060, "10.0.0.2");
    await clock.advance(1000);
    expect(heard).toHaveLength(answers);
    await socket.close();
  });

  test.each([
    ["an address", ["10.0.0.1"]],
    ["a network", ["10.0.0.0/30"]],
    ["an IPv6 network beside it", ["2001:db8::/32", "10.0.0.1/32"]],
  ])("hears of those whom it was told of as %s", async (_what, peers) => {
    const { alice, bobUri, heard, settle } = await setUp({ peers });
    await settle(alice.call(bobUri));
    expect(heard).toHaveLength(1);
  });

  test.each([[["10.0.0.4/30"]], [["10.0.0.10"]], [["10.0.0.2"]]])("and not of others: %j", async (peers) => {
    const { alice, bobUri, heard, settle } = await setUp({ peers });
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "TIMEOUT" });
    expect(heard).toEqual([]);
  });

  test("takes what comes within its own calls", async () => {
    const { alice, bob, aliceUri, clock, settle } = await setUp();
    alice.onIncoming((incoming) => incoming.answer());
    const call = await settle(bob.call(aliceUri));
    await clock.advance(10); // the ACK
    await settle(alice.calls[0]!.hold());
    await settle(alice.calls[0]!.hangUp());
    expect(await settle(call.ended)).toMatchObject({ endedBy: "remote" });
  });

  test("knows its registrar and its outbound proxy by their addresses", async () => {
    const environment = virtualEnvironment({ host: "10.0.0.1" });
    const { clock, virtualNetwork } = environment;
    virtualNetwork.setName("pbx.example.com", "10.0.0.9");
    const open = (address: string): Promise<ScriptedRegistrar> =>
      new ScriptedRegistrar(virtualEnvironment({ host: address, beside: environment })).listen();
    const [registrar, stranger] = [await open("10.0.0.9"), await open("10.0.0.8")];
    const client = await new ClientBuilder({ environment, localSipAddress: "10.0.0.1:5060", strangers: "ignore" })
      .account({ uri: "sip:alice@pbx.example.com", registrar: "sip:pbx.example.com" })
      .build();
    onTestFinished(async () => {
      await clock.advanceUntil(client.close());
      await Promise.all([registrar.close(), stranger.close()]);
    });
    await clock.advanceUntil(client.start());
    const options = (host: string): string =>
      `OPTIONS sip:alice@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP ${host};branch=z9hG4bK${host}\nMax-Forwards: 9\nFrom: <sip:x@y>;tag=1\n` +
      `To: <sip:alice@z>\nCall-ID: ${host}\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n`;
    registrar.send(options("10.0.0.9"), "10.0.0.1");
    stranger.send(options("10.0.0.8"), "10.0.0.1");
    await clock.advance(100);
    expect([registrar.responses.map(({ statusCode }) => statusCode), stranger.responses]).toEqual([[200], []]);
    expect(client.getClientStats().turnedAway).toMatchObject({ ignored: 1 });
  });

  test("starts although a peer's name leads nowhere, and looks it up again", async () => {
    const { alice, bob, bobUri, clock, heard, network, settle } = await setUp({ peers: ["later.example.com"] });
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ code: "TIMEOUT" });
    network.setName("later.example.com", "10.0.0.1");
    await clock.advance(300_000);
    await settle(alice.call(bobUri)); // its first INVITE has the name looked up, the second is let in
    expect([heard.length, bob.turnedAway.ignored]).toEqual([1, 7 + 1]);
  });
});

describe("The rate of strangers", () => {
  test("is limited by default, and known peers have no limit", async () => {
    for (const [peers, refused] of [
      [[], 20],
      [["10.0.0.1"], 0],
    ] as const) {
      const { alice, bob, bobUri, settle } = await setUp({
        strangers: "answer",
        peers,
        limits: { requestsPerSecond: 1, requestBurst: 10 },
      });
      const asked = Array.from({ length: 30 }, () => alice.userAgent.request({ method: "OPTIONS", requestUri: bobUri }));
      const codes = (await settle(Promise.all(asked))).map(({ statusCode }) => statusCode);
      expect(codes.filter((code) => code === 503)).toHaveLength(refused);
      expect(bob.turnedAway.limited).toBe(refused);
    }
  });

  test("is limited by 200 a second, 1,000 at once, when nobody says otherwise", async () => {
    const { alice, bobUri, settle } = await setUp({ strangers: "answer" });
    const asked = Array.from({ length: 1010 }, () => alice.userAgent.request({ method: "OPTIONS", requestUri: bobUri }));
    const codes = (await settle(Promise.all(asked))).map(({ statusCode }) => statusCode);
    expect(codes.filter((code) => code === 503)).toHaveLength(10);
  });
});
