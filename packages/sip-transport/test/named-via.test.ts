import { afterEach, describe, expect, test } from "vitest";
import { parseMessage } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import { twoParties, type Party } from "./parties.ts";

const opened: Party[] = [];

/** Alice has a request of Bob, whose Via names a host, over a connection that has gone. */
async function setUp({ sentBy = "bob.example.com", bobListensAt = 5060 } = {}) {
  const [alice, bob] = twoParties();
  opened.push(alice, bob);
  const { clock, resolver } = alice.environment;
  await alice.transports.listen({ transport: "TCP", address: "10.0.0.1", port: 5060 });
  await bob.transports.listen({ transport: "TCP", address: "10.0.0.2", port: bobListensAt });
  const text = [
    "OPTIONS sip:alice@10.0.0.1 SIP/2.0",
    `Via: SIP/2.0/TCP ${sentBy};branch=z9hG4bK1;received=10.0.0.9`,
    ...["From: <sip:b@b.invalid>;tag=1", "To: <sip:a@a.invalid>", "Call-ID: 1", "CSeq: 1 OPTIONS", "Max-Forwards: 70"],
    "\r\n",
  ].join("\r\n");
  const request = parseMessage(Buffer.from(text));
  const flowBack = () => clock.advanceUntil(Promise.resolve(alice.transports.responseFlow(request, closedFlow)));
  return { resolver, flowBack };
}

/** The connection from 10.0.0.9, where nobody is any more. */
const closedFlow: Flow = {
  transport: "TCP",
  reliable: true,
  secure: false,
  localAddress: "10.0.0.1",
  localPort: 5060,
  remoteAddress: "10.0.0.9",
  remotePort: 40_000,
  sentBy: "10.0.0.1:5060",
  isClosed: true,
  send() {},
};

afterEach(async () => {
  for (const { transports, environment } of opened.splice(0)) {
    await environment.clock.advanceUntil(transports.close());
    await environment.clock.advance(1_000);
    expect(environment.clock.pendingTimers).toBe(0);
  }
});

describe("a response whose connection and address have gone (RFC 3263 §5)", () => {
  test("goes by SRV where the Via names a host without a port", async () => {
    const { resolver, flowBack } = await setUp({ bobListensAt: 5071 });
    resolver.setSrv("_sip._tcp.bob.example.com", [{ target: "a.example.com", port: 5071 }]);
    resolver.setAddresses("a.example.com", ["10.0.0.2"]);
    expect(await flowBack()).toMatchObject({ remoteAddress: "10.0.0.2", remotePort: 5071 });
  });

  test("goes to the host's addresses, one after the other, where it names a port", async () => {
    const { resolver, flowBack } = await setUp({ sentBy: "bob.example.com:5060" });
    resolver.setAddresses("bob.example.com", ["10.0.0.8", "10.0.0.2"]);
    expect(await flowBack()).toMatchObject({ remoteAddress: "10.0.0.2", remotePort: 5060 });
    expect(resolver.questions).not.toContain("SRV _sip._tcp.bob.example.com");
  });

  test.each(["bob.example.com", "10.0.0.7:5060"])("fails as the first attempt did when %s leads nowhere", async (sentBy) => {
    const { flowBack } = await setUp({ sentBy });
    await expect(flowBack()).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED", message: expect.stringContaining("10.0.0.9") });
  });
});
