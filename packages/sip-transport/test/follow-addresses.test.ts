import { afterEach, describe, expect, test } from "vitest";
import { serializeMessage, createResponse } from "@sidetone/sip-core";
import { viaFor, type Flow, type ListeningChange, type TransportName } from "@sidetone/sip-transport";
import { optionsRequest } from "./messages.ts";
import { twoParties, type Party } from "./parties.ts";

const explicit = { messageBytes: 500, transportIsExplicit: true };
const [old, next, bobs] = ["10.0.0.1", "10.0.0.9", "10.0.0.2"];
const opened: Party[] = [];

async function setUp() {
  const [alice, bob] = twoParties();
  opened.push(alice, bob);
  const { clock, network } = alice.environment;
  const listen = (who: Party, transport: TransportName, address: string, port = 5060, followsMachine = false) =>
    who.transports.listen({ transport, address, port, followsMachine });
  for (const transport of ["UDP", "TCP"] as const) await listen(bob, transport, bobs);
  const flowTo = (transport: TransportName, address = bobs, port = 5060): Promise<Flow> =>
    clock.advanceUntil(alice.transports.flowTo({ transport, address, port, hostName: address }, explicit));
  const changes: string[] = [];
  const note = ({ kind, transport, address, port, previousAddress }: ListeningChange): void =>
    void changes.push([kind, transport, `${address}:${port}`, ...(previousAddress ? [`from ${previousAddress}`] : [])].join(" "));
  /** Gives Alice other addresses, and tells her transports. */
  const move = async (...addresses: string[]) => {
    network.setAddresses(...addresses);
    await alice.transports.followAddresses(note);
    await clock.advance(10);
  };
  return { alice, bob, clock, network, listen, flowTo, changes, move };
}

afterEach(async () => {
  const parties = opened.splice(0);
  const { clock } = parties[0]!.environment;
  await clock.advanceUntil(Promise.all(parties.map(({ transports }) => transports.close())));
  await clock.advance(2000);
  expect(clock.pendingTimers).toBe(0);
  for (const { environment } of parties) expect(environment.network.openSockets).toBe(0);
});

describe("a socket on the wildcard address, when the machine's address changes", () => {
  test("goes on, and shows the new address", async () => {
    const { alice, bob, listen, flowTo, changes, move } = await setUp();
    await listen(alice, "UDP", "0.0.0.0");
    expect((await flowTo("UDP")).sentBy).toBe(`${old}:5060`);
    await move(next);
    const flow = await flowTo("UDP");
    expect(flow.sentBy).toBe(`${next}:5060`);
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await alice.environment.clock.advance(10);
    expect(bob.user.requests[0]!.flow.remoteAddress).toBe(next);
    expect(changes).toEqual([]);
  });

  test("still takes the answer to what was sent before, whose Via names the old address, for a minute", async () => {
    const { alice, bob, clock, listen, flowTo, move } = await setUp();
    await listen(alice, "UDP", "0.0.0.0");
    const before = await flowTo("UDP");
    before.send(optionsRequest(viaFor(before, "z9hG4bK1")));
    await clock.advance(10);
    await move(next);
    const { request } = bob.user.requests[0]!;
    const toNew = (await bob.transports.flowTo({ transport: "UDP", address: next, port: 5060, hostName: next }, explicit)) as Flow;
    const answer = async (): Promise<number> => {
      toNew.send(serializeMessage(createResponse(request, 200)));
      await clock.advance(10);
      return alice.user.responses.length;
    };
    expect(await answer()).toBe(1);
    await clock.advance(65_000);
    expect(await answer()).toBe(1);
  });

  test("leaves what stays within the machine alone", async () => {
    const { alice, listen, flowTo, move } = await setUp();
    await listen(alice, "UDP", "0.0.0.0");
    const loopback = await flowTo("UDP", "127.0.0.1", 5070);
    await move(next);
    expect(await flowTo("UDP", "127.0.0.1", 5070)).toBe(loopback);
  });
});

describe("a listening point on an address of its own", () => {
  test("is lost with its address, reported, and opened again on the same port when that is back", async () => {
    const { alice, listen, changes, move } = await setUp();
    for (const transport of ["UDP", "TCP"] as const) await listen(alice, transport, old);
    await listen(alice, "UDP", "127.0.0.1");
    await move(next);
    expect(changes).toEqual([`lost UDP ${old}:5060`, `lost TCP ${old}:5060`]);
    expect(alice.transports.listeningPoints.map(({ address }) => address)).toEqual(["127.0.0.1"]);
    await move(next, old);
    expect(changes.slice(2)).toEqual([`rebound UDP ${old}:5060`, `rebound TCP ${old}:5060`]);
    expect(alice.transports.listeningPoints).toHaveLength(3);
  });

  test("is tried again when the port is taken meanwhile, more and more rarely", async () => {
    const { alice, clock, network, listen, changes, move } = await setUp();
    await listen(alice, "UDP", old);
    await move();
    network.setAddresses(old);
    const other = await network.bindDatagram({ address: old, port: 5060 }, { onDatagram: () => {}, onSocketError: () => {} });
    await move(old);
    await clock.advance(20_000);
    expect(changes).toEqual([`lost UDP ${old}:5060`]);
    expect(alice.warnings).toHaveLength(5); // at once and after 1, 3, 7 and 15 s
    await other.close();
    await clock.advance(30_000);
    expect(changes.slice(1)).toEqual([`rebound UDP ${old}:5060`]);
  });

  test("that follows the machine goes on at its new main address, as often as that changes, and waits while there is none", async () => {
    const { alice, listen, changes, move } = await setUp();
    await listen(alice, "TCP", old, 5060, true);
    await move(next);
    await move();
    await move("10.0.0.10");
    expect(changes).toEqual([
      `lost TCP ${old}:5060`,
      `rebound TCP ${next}:5060 from ${old}`,
      `lost TCP ${next}:5060`,
      `rebound TCP 10.0.0.10:5060 from ${next}`,
    ]);
  });

  test("that was closed by its owner, or with the transports, does not come back", async () => {
    const { alice, network, listen, changes, move } = await setUp();
    const point = await listen(alice, "UDP", old);
    await point.close();
    await move(next);
    await listen(alice, "UDP", next);
    await move();
    await alice.transports.close();
    await move(next);
    expect([changes, network.openSockets]).toEqual([[`lost UDP ${next}:5060`], 0]);
  });
});

describe("a connection", () => {
  test("whose local address has gone ends with its cause, and the next request opens another", async () => {
    const { alice, flowTo, move } = await setUp();
    const flow = await flowTo("TCP");
    await move(next);
    expect(flow.isClosed).toBe(true);
    expect(alice.user.failures).toMatchObject([
      { flow, error: { code: "SIP_TRANSPORT_CONNECTION_LOST", message: /lost its address 10\.0\.0\.1/ } },
    ]);
    expect((await flowTo("TCP")).localAddress).toBe(next);
  });

  test("from an address that stays is left alone", async () => {
    const { alice, flowTo, move } = await setUp();
    const flow = await flowTo("TCP");
    await move(old, next);
    expect([flow.isClosed, alice.user.failures]).toEqual([false, []]);
  });

  test("that this side has opened ends when it is asked for, one that the peer has opened does not", async () => {
    const { alice, bob, clock, flowTo } = await setUp();
    const flow = await flowTo("TCP");
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await clock.advance(10);
    bob.transports.endOwnConnections("the machine has slept");
    expect(bob.user.failures).toEqual([]);
    alice.transports.endOwnConnections("the machine has slept");
    expect(alice.user.failures).toMatchObject([{ flow, error: { message: /the machine has slept/ } }]);
  });
});
