import { createClient, type AccountOptions, type Client, type ClientEvent, type ClientOptions } from "@sidetone/client-core";
import { Contact, type ContactAddress, type SipRequest } from "@sidetone/sip-core";
import { virtualEnvironment, WireLog } from "@sidetone/testkit";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { rejection } from "../support/scenario.ts";
import { keep, ScriptedRegistrar } from "../support/scripted-registrar.ts";

const alice: AccountOptions = { uri: "sip:alice@example.com", registrar: "sip:example.com", password: "secret" };
const twoProxies: AccountOptions = { ...alice, outboundProxy: ["sip:10.0.0.8", "sip:10.0.0.9"] };

/** A client on 10.0.0.1 that runs, and two proxies that keep what is registered and refuse calls. Afterwards nothing of them is left. */
async function setUp(account: AccountOptions, options: ClientOptions = {}) {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock, virtualNetwork } = environment;
  const wire = new WireLog(virtualNetwork);
  wire.printOnFailure(onTestFailed);
  const [first, second] = await Promise.all(
    ["10.0.0.8", "10.0.0.9"].map((host) => new ScriptedRegistrar(virtualEnvironment({ host, beside: environment })).listen()),
  );
  for (const proxy of [first!, second!]) proxy.rule = (request) => (request.method === "REGISTER" ? keep(request) : [486]);
  const client: Client = await clock.advanceUntil(createClient({ listen: "10.0.0.1:5060", environment, account, ...options }));
  const network: ClientEvent[] = [];
  client.events.on("NetworkEvent", (event) => network.push(event));
  onTestFinished(async () => {
    await clock.advanceUntil(client.close());
    await first!.close();
    await second!.close();
    await clock.advance(70_000);
    expect(clock.pendingTimers, "timers left").toBe(0);
    expect(environment.network.openSockets, "sockets left").toBe(0);
  });
  /** Calls bob; who of the two got the INVITE. */
  const calledOver = async (): Promise<string[]> => {
    const before = [first!, second!].map(({ requests }) => requests.length);
    await rejection(clock.advanceUntil(client.call("sip:bob@example.com")));
    const has = ({ requests }: ScriptedRegistrar, i: number): boolean =>
      requests.slice(before[i]).some(({ method }) => method === "INVITE");
    return [has(first!, 0) ? "first" : "", has(second!, 1) ? "second" : ""].filter(Boolean);
  };
  const kept = (): string[] => wire.entries.filter(({ kind, from }) => kind !== "SIP" && from === "10.0.0.1:5060").map(({ kind }) => kind);
  return { clock, virtualNetwork, client, first: first!, second: second!, network, calledOver, kept, wire };
}

const regId = (request: SipRequest): number | undefined => (request.getAll(Contact)[0] as ContactAddress).parameters.getInteger("reg-id");
const pings = ({ requests }: ScriptedRegistrar): number => requests.filter(({ method }) => method === "OPTIONS").length;

describe("keepAlive of an account", () => {
  const over = { ...alice, outboundProxy: "sip:10.0.0.9" };

  test("is auto without a word: the flow is kept, and outbound asked for", async () => {
    const { clock, second, kept } = await setUp(over);
    expect(second.last.getText("Supported")).toBe("path, outbound");
    await clock.advance(100_000);
    expect(kept().length).toBeGreaterThanOrEqual(4);
  });

  test("is off: nothing is sent, and nothing asked for", async () => {
    const { clock, second, kept } = await setUp({ ...over, keepAlive: "off" });
    expect(second.last.getText("Supported")).toBe("path");
    await clock.advance(100_000);
    expect([kept(), pings(second)]).toEqual([[], 0]);
  });

  test("has an interval", async () => {
    const { clock, kept } = await setUp({ ...over, keepAlive: { intervalSeconds: 5 } });
    await clock.advance(100_000);
    expect(kept().length).toBeGreaterThanOrEqual(20);
  });

  test("goes by OPTIONS", async () => {
    const { clock, second, kept } = await setUp({ ...over, keepAlive: { options: true, intervalSeconds: 10 } });
    await clock.advance(100_000);
    expect(kept()).toEqual([]);
    expect(pings(second)).toBeGreaterThanOrEqual(10);
  });

  test.each([
    [{ keepAlive: "on" as "off" }, "account.keepAlive"],
    [{ keepAlive: { intervalSeconds: 0 } }, "account.keepAlive.intervalSeconds"],
    [{ keepAlive: { options: 1 as unknown as boolean } }, "account.keepAlive.options"],
    [{ keepAlive: { seconds: 1 } as object }, "account.keepAlive.seconds"],
    [{ registrar: undefined as unknown as string, keepAlive: "auto" as const }, "account.registrar"],
    [{ outboundProxy: [] }, "account.outboundProxy"],
    [{ outboundProxy: ["sip:10.0.0.8", "sip:10.0.0.8"] }, "account.outboundProxy"],
    [{ outboundProxy: ["sip:10.0.0.8", "proxy"] }, "account.outboundProxy[1]"],
    [{ outboundProxy: ["sip:10.0.0.8", "sip:10.0.0.9"], registrar: ["sip:a.example", "sip:b.example"] }, "account.registrar"],
  ])("%j is CONFIG_INVALID, naming %s", async (wrong, field) => {
    const error = await rejection(setUp({ ...alice, ...wrong }));
    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
    expect((error as Error).message).toContain(field);
  });
});

describe("An account with two outbound proxies (RFC 5626 §4.2)", () => {
  const account: AccountOptions = { ...twoProxies, keepAlive: { options: true } };

  test("registers over both, each with a number of its own, and un-registers over both", async () => {
    const { client, clock, first, second } = await setUp(account);
    await clock.advance(1_000);
    expect([regId(first.requests[0]!), regId(second.requests[0]!)]).toEqual([1, 2]);
    expect(first.requests[0]!.getText("Call-ID")).not.toBe(second.requests[0]!.getText("Call-ID"));
    expect(client.account.registration.state).toBe("Active");
    await clock.advanceUntil(client.account.unregister());
    for (const { requests } of [first, second]) expect(requests.at(-1)!.getText("Expires")).toBe("0");
  });

  test("sends over the first that works: when its flow fails over the other, and back when it is restored", async () => {
    const { client, clock, first, second, network, calledOver, virtualNetwork } = await setUp(account);
    await clock.advance(60_000);
    expect(await calledOver()).toEqual(["first"]);
    virtualNetwork.partition("10.0.0.8");
    await clock.advance(29_100);
    expect(network).toMatchObject([
      { kind: "FlowFailed", accountId: "default", server: "sip:10.0.0.8;lr", cause: "SIP_TRANSPORT_KEEP_ALIVE_FAILED" },
    ]);
    expect(client.account.registration.state).toBe("Active");
    expect(await calledOver()).toEqual(["second"]);
    expect(client.account.outboundProxy).toBe("sip:10.0.0.9;lr");
    virtualNetwork.heal();
    await clock.advance(40_000);
    expect(network).toMatchObject([{ kind: "FlowFailed" }, { kind: "FlowRestored", server: "sip:10.0.0.8;lr" }]);
    expect(await calledOver()).toEqual(["first"]);
    expect(pings(second)).toBeGreaterThan(0);
    expect(first.requests.at(-1)!.method).not.toBe("REGISTER");
  });

  test("starts when one of them is away, and is registered there as soon as it is back", async () => {
    const environment = virtualEnvironment({ host: "10.0.0.1" });
    const { clock, virtualNetwork } = environment;
    const only = await new ScriptedRegistrar(virtualEnvironment({ host: "10.0.0.9", beside: environment })).listen();
    const late = new ScriptedRegistrar(virtualEnvironment({ host: "10.0.0.8", beside: environment }));
    virtualNetwork.partition("10.0.0.8");
    const client = await clock.advanceUntil(createClient({ listen: "10.0.0.1:5060", environment, account: twoProxies }));
    expect(client.account.registration.state).toBe("Active");
    expect(client.account.outboundProxy).toBe("sip:10.0.0.9;lr");
    virtualNetwork.heal();
    await late.listen();
    await clock.advance(60_000);
    expect(late.requests.length).toBeGreaterThan(0);
    expect(client.account.outboundProxy).toBe("sip:10.0.0.8;lr");
    await clock.advanceUntil(client.close());
    await Promise.all([only.close(), late.close()]);
    await clock.advance(70_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is called over either", async () => {
    const { client, clock, first, second } = await setUp(account);
    await clock.advance(1_000);
    const called: string[] = [];
    client.onIncoming((incoming) => {
      called.push(`${incoming.account.id} ${incoming.call.remote.uri}`);
      incoming.reject(486);
    });
    for (const [i, proxy] of [first, second].entries()) {
      const contact = (proxy.requests[0]!.getAll(Contact)[0] as ContactAddress).uri.toString();
      const address = `10.0.0.${8 + i}`;
      proxy.send(
        `INVITE ${contact} SIP/2.0\nVia: SIP/2.0/UDP ${address}:5060;branch=z9hG4bKi${i}\nMax-Forwards: 70\nFrom: <sip:carol${i}@example.com>;tag=c\nTo: <sip:alice@example.com>\nCall-ID: in${i}\nCSeq: 1 INVITE\nContact: <sip:carol@${address}:5060>\nContent-Length: 0\n\n`,
        "10.0.0.1",
      );
    }
    await clock.advance(1_000);
    expect(called).toEqual(["default sip:carol0@example.com", "default sip:carol1@example.com"]);
  });
});

describe("An account with two registrars", () => {
  test("is registered at both", async () => {
    const { client, clock, first, second } = await setUp({ ...alice, registrar: ["sip:10.0.0.8", "sip:10.0.0.9"] });
    await clock.advance(1_000);
    expect([first.last.requestUriText, second.last.requestUriText]).toEqual(["sip:10.0.0.8", "sip:10.0.0.9"]);
    expect(client.account.registration.registrar).toBe("sip:10.0.0.8");
  });
});
