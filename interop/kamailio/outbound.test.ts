import type { AccountOptions, Call, Client } from "sidetone";
import { SipTrace } from "sidetone/trace";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { talk } from "../baresip/open-phone.ts";
import { kamailioDomain, passwordOf } from "../peers/kamailio/start-kamailio.ts";
import { startOutbound, type OutboundServer } from "../peers/kamailio/start-outbound.ts";
import { eventually } from "../peers/process/eventually.ts";
import { relayUdp } from "../peers/process/faulty-relay.ts";
import { describeWith } from "../peers/process/installed.ts";
import { authority } from "../transports/certificates.ts";
import { answerAll } from "../under-test/answer-all.ts";
import { openClient } from "../under-test/open-client.ts";
import { loopback } from "./every-transport.ts";

type EdgeTransport = "UDP" | "TCP" | "TLS";

const portOf = ({ port }: OutboundServer, transport: EdgeTransport): number => (transport === "TLS" ? port + 1 : port);

async function open(registrar?: OutboundServer): Promise<OutboundServer> {
  const server = await startOutbound(loopback, registrar);
  onTestFinished(() => server[Symbol.asyncDispose]());
  onTestFailed(() => console.log(server.process.lastWords));
  return server;
}

/** A registrar, two edge proxies before it, and alice, who calls through the registrar alone. */
async function setUp() {
  const trace = new SipTrace();
  onTestFinished(() => trace.stop());
  onTestFailed(() => console.log(trace.ladder()));
  const registrar = await open();
  const edges = [await open(registrar), await open(registrar)];
  const alice = await openClient({
    account: { uri: `sip:alice@${kamailioDomain}`, outboundProxy: `sip:127.0.0.1:${registrar.port}` },
  });
  const bobOver = (transport: EdgeTransport, ports: readonly number[], options: Partial<AccountOptions> = {}): Promise<Client> =>
    openClient({
      tls: { ca: authority.cert },
      account: {
        uri: `sip:bob@${kamailioDomain}`,
        password: passwordOf("bob"),
        realm: kamailioDomain,
        registrar: `sip:${kamailioDomain}`,
        outboundProxy: ports.map((port) => `sip:127.0.0.1:${port};transport=${transport.toLowerCase()}`),
        transport,
        ...options,
      },
    });
  /** Which edge the INVITE of each call came from. */
  const callsCameFrom = (): OutboundServer[] => {
    const first = new Map<string, string>();
    for (const { text, from } of trace.entries) {
      const callId = /^Call-ID: *(.*)$/m.exec(text)![1]!;
      if (text.startsWith("INVITE sip:bob@127.0.0.1:") && !first.has(callId)) first.set(callId, from);
    }
    return [...first.values()].map((from) => edges.find(({ port }) => [port, port + 1].some((each) => from === `127.0.0.1:${each}`))!);
  };
  return { trace, registrar, edges, alice, bobOver, callsCameFrom };
}

/** Alice calls bob: audio, hold from alice, and from bob, who hangs up; behind a relay, which his requests within a call go past, he does neither. */
async function wholeCall(alice: Client, calls: readonly Call[], options: { behindRelay?: boolean } = {}): Promise<void> {
  const before = calls.length;
  const calling = await alice.call(`sip:bob@${kamailioDomain}`);
  const called = await eventually("bob has answered", () => calls[before]);
  await Promise.all([talk(calling, 200), talk(called, 200)]);
  const ofAlice = [calling, called] as const;
  const ofBob = [called, calling] as const;
  for (const [holder, held] of options.behindRelay ? [ofAlice] : [ofAlice, ofBob]) {
    await holder.hold();
    await eventually("it is held", () => held.holding.remote);
    await holder.resume();
    await eventually("it is resumed", () => !held.holding.remote);
  }
  const [ends, ended] = options.behindRelay ? ofAlice : ofBob;
  const [end] = await Promise.all([ended.ended, ends.hangUp()]);
  expect(end).toMatchObject({ cause: "HungUp", endedBy: "remote" });
}

describeWith(["kamailio", "outbound.so"], "kamailio with its own SIP outbound (RFC 5626)", () => {
  test.each(["UDP", "TCP", "TLS"] as const)(
    "over %s: a flow to each of two edges; when the one of a call has died, the next call comes over the other",
    async (transport) => {
      const { trace, edges, alice, bobOver, callsCameFrom } = await setUp();
      const bob = await bobOver(
        transport,
        edges.map((edge) => portOf(edge, transport)),
      );
      const { instanceId } = bob;
      const both = async () => (await bob.account.fetchBindings()).map(({ regId }) => regId).sort();
      await eventually("both flows are registered", async () => (await both()).length === 2);
      expect(await both()).toEqual([1, 2]);
      expect(await bob.account.fetchBindings()).toMatchObject([{ instanceId }, { instanceId }]);
      const accepted = trace.entries.filter(({ text }) => /^SIP\/2\.0 200 [^]*^Path: <sip:[^@>]+@127\.0\.0\.1:\d+;.*ob>/m.test(text));
      for (const { text } of accepted) expect(text).toContain("Require: outbound");
      expect(new Set(accepted.map(({ from }) => Number(from.split(":")[1])))).toEqual(
        new Set(edges.map((edge) => portOf(edge, transport))),
      );

      const calls = answerAll(bob);
      await wholeCall(alice, calls);
      const [used] = callsCameFrom();
      await used![Symbol.asyncDispose]();
      await wholeCall(alice, calls);
      expect(calls).toHaveLength(2);
      expect(callsCameFrom()).toEqual([used, edges.find((edge) => edge !== used)]);
    },
  );

  test("over UDP: its STUN answers tell that a NAT has rebooted, and calls come over the new flow within 30 s", async () => {
    const { edges, alice, bobOver } = await setUp();
    const relay = await relayUdp(edges[0]!.port);
    onTestFinished(() => relay[Symbol.asyncDispose]());
    const bob = await bobOver("UDP", [relay.port]);
    const calls = answerAll(bob);
    await wholeCall(alice, calls, { behindRelay: true });
    const changes: (string | undefined)[] = [];
    bob.on("flowChanged", ({ change }) => changes.push(change.kind === "FlowFailed" ? change.cause : change.kind));
    relay.fail();
    await eventually("the flow is restored", () => changes.includes("FlowRestored"), { withinMs: 30_000 });
    expect(changes).toEqual(["SIP_TRANSPORT_MAPPING_CHANGED", "FlowRestored"]);
    expect(await bob.account.fetchBindings()).toMatchObject([{ regId: 1 }]); // replaced, not added
    await wholeCall(alice, calls, { behindRelay: true });
  });
});
