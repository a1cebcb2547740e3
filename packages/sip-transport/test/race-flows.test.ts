import { afterEach, describe, expect, test } from "vitest";
import type { SipTarget } from "@sidetone/sip-transport";
import { virtualEnvironment } from "@sidetone/testkit";
import { party, type Party } from "./parties.ts";

const opened: Party[] = [];

/** Bob listens at both addresses, or at those that are left to him. */
async function setUp({ bobListensAt = ["fd00::2", "10.0.0.2"] } = {}) {
  const network = virtualEnvironment().virtualNetwork;
  const alice = party({ network, host: network.host("10.0.0.5", { addresses: ["fd00::5"] }) });
  const bob = party({ network, host: network.host("10.0.0.2", { addresses: ["fd00::2"] }) });
  opened.push(alice, bob);
  for (const address of bobListensAt) await bob.transports.listen({ transport: "TCP", address, port: 5060 });
  const { clock } = alice.environment;
  const target: SipTarget = { transport: "TCP", address: "fd00::2", otherAddress: "10.0.0.2", port: 5060, hostName: "bob.example.com" };
  const flowTo = (signal?: AbortSignal) =>
    alice.transports.flowTo(target, { messageBytes: 400, transportIsExplicit: true, ...(signal && { signal }) });
  return { alice, bob, clock, network, flowTo, connect: () => clock.advanceUntil(flowTo()) };
}

afterEach(async () => {
  for (const { transports, environment } of opened.splice(0)) {
    await environment.clock.advanceUntil(transports.close());
    await environment.clock.advance(1_000);
    expect(environment.network.openSockets).toBe(0);
    expect(environment.clock.pendingTimers).toBe(0);
  }
});

describe("a server with an address of each family (RFC 8305 §5)", () => {
  test("is connected to at the first one when that answers", async () => {
    const { connect, alice } = await setUp();
    expect((await connect()).remoteAddress).toBe("fd00::2");
    expect(alice.environment.network.openSockets).toBe(1);
  });

  test("at the other one as soon as the first refuses", async () => {
    const { connect, clock } = await setUp({ bobListensAt: ["10.0.0.2"] });
    expect((await connect()).remoteAddress).toBe("10.0.0.2");
    expect(clock.now()).toBeLessThan(250);
  });

  test("at the other one after 250 ms of silence, and at that one first for ten minutes", async () => {
    const { connect, clock, network } = await setUp();
    network.partition("fd00::2");
    const flow = await connect();
    expect(flow.remoteAddress).toBe("10.0.0.2");
    expect(clock.now()).toBeGreaterThanOrEqual(250);
    expect(clock.now()).toBeLessThan(300);
    const before = clock.now();
    expect(await connect()).toBe(flow);
    expect(clock.now()).toBe(before);
    network.heal();
    await clock.advance(600_000);
    expect((await connect()).remoteAddress).toBe("fd00::2");
  });

  test("fails as the first did when neither can be reached", async () => {
    const { connect } = await setUp({ bobListensAt: [] });
    await expect(connect()).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED", message: expect.stringContaining("fd00::2") });
  });

  test("is left alone once the signal aborts", async () => {
    const { flowTo, clock, network, alice } = await setUp();
    network.partition(["fd00::2", "10.0.0.2"]);
    const abort = new AbortController();
    const failed = flowTo(abort.signal).catch((error: unknown) => error);
    await clock.advance(400);
    abort.abort(new Error("enough"));
    expect(await failed).toEqual(new Error("enough"));
    await clock.advance(0);
    expect(alice.environment.network.openSockets).toBe(0);
    await expect(flowTo(AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
  });
});
