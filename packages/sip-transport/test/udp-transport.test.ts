import { afterEach, describe, expect, test } from "vitest";
import { sipTraceChannel, type DatagramSocket } from "@sidetone/infra-common";
import { createResponse, serializeMessage } from "@sidetone/sip-core";
import { viaFor, type Flow, type WireRecord } from "@sidetone/sip-transport";
import { virtualEnvironment, type VirtualHost } from "@sidetone/testkit";
import { optionsRequest } from "./messages.ts";
import { party, twoParties, type Party } from "./parties.ts";

const explicit = { messageBytes: 500, transportIsExplicit: true };
const opened: Party[] = [];

function setUp() {
  const [alice, bob] = twoParties();
  opened.push(alice, bob);
  const { clock } = alice.environment;
  const listen = (who: Party, address: string, port = 5060) => who.transports.listen({ transport: "UDP", address, port });
  const flowTo = (who: Party, address: string, port = 5060): Promise<Flow> =>
    clock.advanceUntil(who.transports.flowTo({ transport: "UDP", address, port, hostName: address }, explicit));
  return { alice, bob, clock, listen, flowTo };
}

afterEach(async () => {
  for (const { transports, environment } of opened.splice(0)) {
    await transports.close();
    expect(environment.clock.pendingTimers).toBe(0);
    expect(environment.network.openSockets).toBe(0);
  }
});

describe("a socket bound to a wildcard", () => {
  test("shows the address that the system sends from, never 0.0.0.0", async () => {
    const { alice, bob, listen, flowTo } = setUp();
    await listen(alice, "0.0.0.0");
    await listen(bob, "10.0.0.2");
    const flow = await flowTo(alice, "10.0.0.2");
    expect(flow).toMatchObject({ localAddress: "10.0.0.1", sentBy: "10.0.0.1:5060" });
    expect((await flowTo(alice, "127.0.0.1")).sentBy).toBe("127.0.0.1:5060");
  });

  test("holds a stranger's first datagrams until it knows which address answers, and keeps their order", async () => {
    const { alice, bob, clock, listen, flowTo } = setUp();
    await listen(alice, "10.0.0.1");
    await listen(bob, "0.0.0.0");
    const flow = await flowTo(alice, "10.0.0.2");
    for (const callId of ["one", "two", "three"]) flow.send(optionsRequest(viaFor(flow, "z9hG4bK1"), { callId }));
    await clock.advance(10);
    expect(bob.user.requests.map(({ request }) => request.callId)).toEqual(["one", "two", "three"]);
    expect(bob.user.requests[0]!.flow.localAddress).toBe("10.0.0.2");
  });

  test("goes on taking strangers in, however many have come", async () => {
    const { alice, bob, clock, listen, flowTo } = setUp();
    await listen(alice, "10.0.0.1");
    await listen(bob, "0.0.0.0");
    const flow = await flowTo(alice, "10.0.0.2");
    for (let n = 1; n <= 300; n++) {
      const stranger = await alice.environment.virtualNetwork
        .host(`10.1.${n >> 8}.${n & 255}`)
        .bindDatagram({ address: `10.1.${n >> 8}.${n & 255}`, port: 5060 }, { onDatagram: () => {}, onSocketError: () => {} });
      stranger.send(optionsRequest(viaFor(flow, `z9hG4bK${n}`)), 5060, "10.0.0.2");
      await clock.advance(2);
      await stranger.close();
    }
    expect(bob.user.requests).toHaveLength(300);
  });

  test("follows the system when its route to a peer changes", async () => {
    const { alice, clock, listen, flowTo } = setUp();
    await listen(alice, "0.0.0.0");
    const before = await flowTo(alice, "10.0.0.2");
    alice.environment.network.sourceAddressFor = () => Promise.resolve("10.0.0.77");
    expect(await flowTo(alice, "10.0.0.2")).toBe(before);
    await clock.advance(61_000);
    await flowTo(alice, "10.0.0.2");
    await clock.advance(0);
    expect((await flowTo(alice, "10.0.0.2")).sentBy).toBe("10.0.0.77:5060");
  });

  test("takes a response to what it sent from another of its addresses (RFC 3261 §18.1.2)", async () => {
    const { alice, bob, clock, listen, flowTo } = setUp();
    await listen(alice, "0.0.0.0");
    await listen(bob, "10.0.0.2");
    await flowTo(alice, "127.0.0.1");
    const back = await flowTo(bob, "10.0.0.1");
    for (const host of ["127.0.0.1", "127.0.0.9", "10.0.0.1"])
      back.send(Buffer.from(responseText(`SIP/2.0/UDP ${host}:5060;branch=z9hG4bK1`)));
    await clock.advance(10);
    expect(alice.user.responses.map(({ response }) => response.topVia.host)).toEqual(["127.0.0.1", "10.0.0.1"]);
  });

  test("takes a response to what it sent from any of its addresses", async () => {
    const { alice, bob, clock, listen, flowTo } = setUp();
    await listen(alice, "0.0.0.0");
    await listen(bob, "10.0.0.2");
    const flow = await flowTo(alice, "10.0.0.2");
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await clock.advance(10);
    const { request, flow: arrival } = bob.user.requests[0]!;
    (bob.transports.responseFlow(request, arrival) as Flow).send(Buffer.from(responseText(request.topVia.toString())));
    await clock.advance(10);
    expect(alice.user.responses).toHaveLength(1);
  });

  test("reports a target without a route when a flow is asked for", async () => {
    const { alice, listen } = setUp();
    await listen(alice, "0.0.0.0");
    const target = { transport: "UDP", address: "fd00::2", port: 5060, hostName: "fd00::2" } as const;
    await expect(alice.transports.flowTo(target, explicit)).rejects.toMatchObject({ code: "SIP_TRANSPORT_NOT_LISTENING" });
  });
});

describe("IPv6", () => {
  test("has a socket of its own and brackets in sent-by", async () => {
    const alice = partyWithAddresses("10.9.0.1", "fd00::1");
    opened.push(alice);
    await alice.transports.listen({ transport: "UDP", address: "fd00::1", port: 5060 });
    await alice.transports.listen({ transport: "UDP", address: "10.9.0.1", port: 5060 });
    const six = await alice.transports.flowTo({ transport: "UDP", address: "fd00::1", port: 5060, hostName: "fd00::1" }, explicit);
    const four = await alice.transports.flowTo({ transport: "UDP", address: "10.9.0.1", port: 5060, hostName: "10.9.0.1" }, explicit);
    expect(six.sentBy).toBe("[fd00::1]:5060");
    expect(four.sentBy).toBe("10.9.0.1:5060");
    six.send(optionsRequest(viaFor(six, "z9hG4bK6")));
    await alice.environment.clock.advance(10);
    expect(alice.user.requests[0]!.request.topVia).toMatchObject({ host: "fd00::1", received: "fd00::1", rport: 5060 });
  });
});

test("the zone of a link-local address stays out of the message, and the response finds its way (RFC 4007 §11.2)", async () => {
  const beside = virtualEnvironment();
  const alice = party({ host: beside.virtualNetwork.host("10.9.0.1", { addresses: ["fe80::1%eth0"] }), beside });
  opened.push(alice);
  await alice.transports.listen({ transport: "UDP", address: "fe80::1%eth0", port: 5060 });
  const target = { transport: "UDP", address: "fe80::1%eth0", port: 5060, hostName: "" } as const;
  const flow = await alice.transports.flowTo(target, explicit);
  expect(flow.sentBy).toBe("[fe80::1]:5060");
  flow.send(optionsRequest(viaFor(flow, "z9hG4bK7")));
  await beside.clock.advance(10);
  const { request, flow: arrival } = alice.user.requests[0]!;
  expect(request.topVia.received).toBe("fe80::1");
  const back = alice.transports.responseFlow(request, arrival) as Flow;
  expect(back).toBe(arrival);
  back.send(serializeMessage(createResponse(request, 200, { toTag: "x" })));
  await beside.clock.advance(10);
  expect(alice.user.responses).toHaveLength(1);
});

describe("the way of a response (RFC 3261 §18.2.2, RFC 3581 §4)", () => {
  async function receivedWith(via: string) {
    const { alice, bob, clock, listen, flowTo } = setUp();
    await listen(alice, "10.0.0.1", 7000);
    await listen(bob, "10.0.0.2");
    const flow = await flowTo(alice, "10.0.0.2");
    flow.send(optionsRequest(via));
    await clock.advance(10);
    const { request, flow: arrival } = bob.user.requests[0]!;
    const response = createResponse(request, 200, { toTag: "b1" });
    return { arrival, back: bob.transports.responseFlow(response, arrival) as Flow };
  }

  test("with rport: the source port, whatever sent-by says", async () => {
    const { arrival, back } = await receivedWith("SIP/2.0/UDP 10.0.0.1:5999;rport;branch=z9hG4bK1");
    expect(back).toBe(arrival);
    expect(back.remotePort).toBe(7000);
  });

  test("without rport: the source address and the port of sent-by, from the same socket", async () => {
    const { back } = await receivedWith("SIP/2.0/UDP alice.example.com:5999;branch=z9hG4bK1");
    expect(back).toMatchObject({ remoteAddress: "10.0.0.1", remotePort: 5999, localAddress: "10.0.0.2", localPort: 5060 });
  });

  test("without a port: 5060", async () => {
    const { back } = await receivedWith("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1");
    expect(back.remotePort).toBe(5060);
  });

  test("with maddr: that address and the port of sent-by", async () => {
    const { back } = await receivedWith("SIP/2.0/UDP 10.0.0.1:5999;maddr=10.0.0.9;rport;branch=z9hG4bK1");
    expect(back).toMatchObject({ remoteAddress: "10.0.0.9", remotePort: 5999 });
  });

  test("a received that the client wrote itself counts for nothing", async () => {
    const { back } = await receivedWith("SIP/2.0/UDP 10.0.0.1:7000;received=10.0.0.66;branch=z9hG4bK1");
    expect(back.remoteAddress).toBe("10.0.0.1");
  });
});

test("a keep-alive of NUL bytes or an empty datagram is nothing", async () => {
  const { alice, bob, clock, listen, flowTo } = setUp();
  await listen(alice, "10.0.0.1");
  await listen(bob, "10.0.0.2");
  const flow = await flowTo(alice, "10.0.0.2");
  const dropped: string[] = [];
  const listener = (record: unknown): void => {
    const { direction, bytes } = record as WireRecord;
    if (direction === "dropped") dropped.push(Buffer.from(bytes).toString());
  };
  sipTraceChannel.subscribe(listener);
  for (const bytes of ["", "\0", "\0\0\0\0", "\r\n", "\r\n\r\n", "jaK"]) flow.send(Buffer.from(bytes));
  await clock.advance(10);
  sipTraceChannel.unsubscribe(listener);
  expect(dropped).toEqual(["jaK"]);
  expect(bob.user).toEqual(expect.objectContaining({ requests: [], responses: [], malformed: [], failures: [] }));
});

test("a datagram that the system refuses fails the flow that it was sent over, with the cause", async () => {
  const { alice, listen, flowTo } = setUp();
  let socket: DatagramSocket | undefined;
  let fail = (_error: Error, _socket: DatagramSocket, _to: { address: string; port: number }): void => {};
  const host: VirtualHost = alice.environment.network;
  const bind = host.bindDatagram.bind(host);
  host.bindDatagram = async (options, receiver) => {
    fail = (...failure) => receiver.onSocketError(...failure);
    return (socket = await bind(options, receiver));
  };
  await listen(alice, "10.0.0.1");
  const [flow] = [await flowTo(alice, "10.0.0.2"), await flowTo(alice, "10.0.0.3")];
  const cause = new Error("no buffer");
  fail(cause, socket!, { address: "10.0.0.2", port: 5060 });
  expect(alice.user.failures).toMatchObject([{ flow, error: { code: "SIP_TRANSPORT_SEND_FAILED", cause } }]);
});

test("of several sockets the one that the system would send from is taken", async () => {
  const alice = partyWithAddresses("10.9.0.1", "10.9.0.7");
  opened.push(alice);
  for (const address of ["127.0.0.1", "10.9.0.7", "10.9.0.1"]) await alice.transports.listen({ transport: "UDP", address, port: 5060 });
  const flow = await alice.transports.flowTo({ transport: "UDP", address: "10.9.0.33", port: 5060, hostName: "" }, explicit);
  expect(flow.localAddress).toBe("10.9.0.1");
});

test("small kernel buffers are warned of", async () => {
  const { alice, listen } = setUp();
  const host: VirtualHost = alice.environment.network;
  const bind = host.bindDatagram.bind(host);
  host.bindDatagram = async (options, receiver) => {
    expect(options).toMatchObject({ receiveBufferBytes: 4 * 2 ** 20, sendBufferBytes: 4 * 2 ** 20 });
    return Object.defineProperty(await bind(options, receiver), "receiveBufferBytes", { value: 212_992 });
  };
  await listen(alice, "10.0.0.1");
  expect(alice.warnings).toMatchObject([{ fields: { askedBytes: 4_194_304, grantedBytes: 212_992 } }]);
});

function partyWithAddresses(address: string, ...addresses: string[]): Party {
  const beside = virtualEnvironment();
  return party({ host: beside.virtualNetwork.host(address, { addresses }), beside });
}

function responseText(via: string): string {
  return `SIP/2.0 200 OK\r\nVia: ${via}\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;
}

test("the flow that is used stays remembered, however many strangers come", async () => {
  const alice = party({}, { udpFlows: 8 });
  opened.push(alice);
  await alice.transports.listen({ transport: "UDP", address: "10.0.0.1", port: 5060 });
  const flowTo = (port: number) => alice.transports.flowTo({ transport: "UDP", address: "10.0.0.2", port, hostName: "" }, explicit);
  const [faithful, loyal, early] = [await flowTo(1), await flowTo(2), await flowTo(3)];
  for (let port = 100; port < 200; port++) {
    expect(await flowTo(1)).toBe(faithful);
    expect(await flowTo(2)).toBe(loyal);
    await flowTo(port);
  }
  expect(await flowTo(3)).not.toBe(early);
});
