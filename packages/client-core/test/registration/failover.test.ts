import { ClientBuilder, createClient, type ClientOptions } from "@sidetone/client-core";
import type { SipRequest } from "@sidetone/sip-core";
import { virtualEnvironment, WireLog } from "@sidetone/testkit";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { description } from "../support/descriptions.ts";
import { rejection } from "../support/scenario.ts";
import { keep, ScriptedRegistrar, type Answer } from "../support/scripted-registrar.ts";

/** A client on 10.0.0.1, registered at the first of two servers behind example.com: 10.0.0.2 and 10.0.0.3. */
async function setUp(options: Partial<ClientOptions> = {}, accountOptions: object = {}) {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock, resolver, virtualNetwork: network } = environment;
  new WireLog(network).printOnFailure(onTestFailed);
  const [first, second] = (await Promise.all(
    ["10.0.0.2", "10.0.0.3"].map((host) => new ScriptedRegistrar(virtualEnvironment({ host, beside: environment })).listen()),
  )) as [ScriptedRegistrar, ScriptedRegistrar];
  for (const server of [first, second]) server.rule = answerTo;
  resolver.setSrv("_sip._udp.example.com", [
    { priority: 1, target: "first.example.com" },
    { priority: 2, target: "second.example.com" },
  ]);
  resolver.setAddresses("first.example.com", ["10.0.0.2"]);
  resolver.setAddresses("second.example.com", ["10.0.0.3"]);
  const account = { uri: "sip:alice@example.com", registrar: "sip:example.com", ...accountOptions };
  const client = await clock.advanceUntil(createClient({ listen: "10.0.0.1:5060", environment, account, media: "external", ...options }));
  const { userAgent } = client;
  onTestFinished(async () => {
    network.heal();
    await clock.advanceUntil(client.close());
    for (const server of [first, second]) await server.close();
    await clock.advance(70_000);
    expect(clock.pendingTimers, "timers left").toBe(0);
  });
  const took = (server: ScriptedRegistrar, method: string): number => server.requests.filter((request) => request.method === method).length;
  const message = () => clock.advanceUntil(userAgent.request({ method: "MESSAGE", requestUri: "sip:bob@example.com" }));
  return { clock, network, client, first, second, took, message };
}

const answerTo = (request: SipRequest): Answer => {
  if (request.method === "REGISTER") return keep(request);
  return [request.method === "INVITE" ? 486 : 200];
};

test("a builder passes the times on, and refuses what they cannot be", async () => {
  const { clock, network, client } = await setUp();
  await clock.advanceUntil(client.stop());
  const { environment } = client;
  const built = await new ClientBuilder()
    .localAddress("10.0.0.1:5060")
    .account({ uri: "sip:alice@example.com" })
    .failover({ silenceMs: 500 })
    .environment(environment)
    .build();
  await clock.advanceUntil(built.start());
  network.partition("10.0.0.2");
  const before = clock.now();
  await clock.advanceUntil(built.client.userAgent.request({ method: "MESSAGE", requestUri: "sip:bob@example.com" }));
  expect(clock.now() - before).toBeLessThan(600);
  await clock.advanceUntil(built.stop());
  await expect(new ClientBuilder().failover({ silenceMs: -1 }).build()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});

describe("an account whose domain has two servers", () => {
  test("the server is lost: the next request moves, the registration follows, and so does everything else", async () => {
    const { clock, network, client, first, second, took, message } = await setUp();
    await message();
    expect([took(first, "REGISTER"), took(first, "MESSAGE"), second.requests.length]).toEqual([1, 1, 0]);
    network.partition("10.0.0.2");
    expect((await message()).statusCode).toBe(200);
    await clock.advance(1_000);
    expect([took(second, "REGISTER"), took(second, "MESSAGE")]).toEqual([1, 1]);
    expect(client.account.registration.state).toBe("Active");
    network.heal();
    await clock.advance(60_000);
    await message(); // not to the first one, where there is no registration any more
    expect([took(first, "MESSAGE"), took(second, "MESSAGE")]).toEqual([1, 2]);
    await clock.advanceUntil(rejection(client.call("bob", { sdp: description("10.0.0.1", 9998) })));
    expect([took(first, "INVITE"), took(second, "INVITE")]).toEqual([0, 1]);
    await clock.advanceUntil(client.account.fetchBindings());
    expect([took(first, "REGISTER"), took(second, "REGISTER")]).toEqual([1, 2]);
  });

  test("goes back after `failBackMs`, though not while it has a call", async () => {
    const { clock, network, client, first, second, took, message } = await setUp({ failover: { silenceMs: 500, failBackMs: 60_000 } });
    network.partition("10.0.0.2");
    const before = clock.now();
    await message();
    expect(clock.now() - before).toBeLessThan(600);
    await clock.advance(1_000);
    network.heal();
    second.rule = (request) => (request.method === "INVITE" ? [180] : answerTo(request));
    const ringing = client.dial("bob", { sdp: description("10.0.0.1", 9998), ringTimeoutSeconds: 0 });
    ringing.answered.catch(() => {});
    await clock.advance(120_000);
    expect([client.callCount, took(second, "INVITE"), took(first, "REGISTER")]).toEqual([1, 1, 1]);
    ringing.cancel();
    await clock.advance(45_000); // the CANCEL gets no answer, which takes 32 s
    expect([client.callCount, took(first, "REGISTER")]).toEqual([0, 2]);
  });

  test("stop and start begin with the best server", async () => {
    const { clock, network, client, first, second, took, message } = await setUp();
    network.partition("10.0.0.2");
    await message();
    await clock.advance(1_000);
    network.heal();
    await clock.advance(30_000);
    await clock.advanceUntil(client.stop());
    expect(took(second, "REGISTER")).toBe(2);
    await clock.advanceUntil(client.start());
    expect([took(first, "REGISTER"), took(second, "REGISTER")]).toEqual([2, 2]);
  });
});
