import { afterEach, describe, expect, test } from "vitest";
import type { StreamConnection, StreamReceiver } from "@sidetone/infra-common";
import { createResponse, serializeMessage, SipUri } from "@sidetone/sip-core";
import { viaFor, type Flow, type SipTransportsOptions } from "@sidetone/sip-transport";
import { optionsRequest } from "./messages.ts";
import { party, type Party } from "./parties.ts";
import { testCertificates } from "./support/certificates.ts";
import { settled } from "./support/settled.ts";

const explicit = { messageBytes: 500, transportIsExplicit: true };
const opened: Party[] = [];

async function setUp(server: SipTransportsOptions = {}, client: SipTransportsOptions = {}) {
  const alice = party({ host: "10.0.0.1" }, client);
  const bob = party({ host: "10.0.0.2", beside: alice.environment }, server);
  opened.push(alice, bob);
  const { clock } = alice.environment;
  await settled(clock, bob.transports.listen({ transport: "WS", address: "10.0.0.2", port: 80 }));
  const target = { address: "10.0.0.2", hostName: "edge.example.com" };
  const flowTo = (transport: "WS" | "WSS" = "WS", port = 80): Promise<Flow> =>
    settled(clock, alice.transports.flowTo({ ...target, transport, port }, explicit));
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; !condition() && i < 300; i++) await clock.advance(1);
    expect(condition()).toBe(true);
  };
  return { alice, bob, clock, flowTo, until };
}

/** A peer that speaks bytes, and HTTP when it wants to. */
async function rawPeer({ alice, clock, until }: Awaited<ReturnType<typeof setUp>>) {
  let heard = Buffer.alloc(0);
  let isClosed = false;
  const receiver: StreamReceiver = {
    onData: (data) => void (heard = Buffer.concat([heard, data])),
    onDrain: () => {},
    onClosed: () => void (isClosed = true),
  };
  const connecting = alice.environment.network.connectStream({ address: "10.0.0.2", port: 80 }, receiver);
  const connection: StreamConnection = await settled(clock, connecting);
  const say = async (data: string | Buffer): Promise<void> => {
    connection.send(Buffer.from(data));
    await clock.advance(20);
    await clock.advance(20);
  };
  const upgrade = (fields: string): Promise<void> =>
    say(
      `GET / HTTP/1.1\r\nHost: edge.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${fields}\r\n`,
    );
  const status = async (): Promise<number> => {
    await until(() => heard.includes("\r\n\r\n"));
    return Number(heard.toString("latin1").split(" ", 2)[1]);
  };
  return { say, upgrade, status, connection, heard: () => heard, isClosed: () => isClosed };
}

const sip = "Sec-WebSocket-Protocol: sip\r\n";

/** A client's frame with a mask of zeros (RFC 6455 §5.2): opcode 1 text, 2 binary, 0 continuation. */
function frame(payload: string | Buffer, { opcode = 1, fin = true, claimedLength = Buffer.byteLength(payload) } = {}): Buffer {
  const size = claimedLength < 126 ? Buffer.from([0x80 | claimedLength]) : Buffer.alloc(9);
  if (claimedLength >= 126) {
    size[0] = 0x80 | 127;
    size.writeBigUInt64BE(BigInt(claimedLength), 1);
  }
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode]), size, Buffer.alloc(4), Buffer.from(payload)]);
}

const via = "SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK1";

afterEach(async () => {
  const parties = opened.splice(0);
  for (const { transports, environment } of parties) await settled(environment.clock, transports.close());
  for (const { environment } of parties) {
    await environment.clock.advance(100);
    expect(environment.network.openSockets).toBe(0);
    expect(environment.clock.pendingTimers).toBe(0);
  }
});

describe("the handshake (RFC 7118 §4.1)", () => {
  test("the subprotocol is sip", async () => {
    const peer = await rawPeer(await setUp());
    await peer.upgrade("Sec-WebSocket-Protocol: chat, sip\r\n");
    expect(await peer.status()).toBe(101);
    expect(peer.heard().toString("latin1")).toMatch(/\r\nSec-WebSocket-Protocol: sip\r\n/);
  });

  test.each([
    ["no subprotocol", "", 400],
    ["another subprotocol", "Sec-WebSocket-Protocol: chat\r\n", 400],
    ["an origin that is not in the list", `${sip}Origin: https://evil.example\r\n`, 403],
    ["an origin of the list", `${sip}Origin: https://good.example\r\n`, 101],
    ["no origin", sip, 101],
  ])("with %s it is answered with 101, or refused", async (_what, fields, statusCode) => {
    const parties = await setUp({ webSocket: { origins: ["https://good.example"] } });
    const peer = await rawPeer(parties);
    await peer.upgrade(fields);
    expect(await peer.status()).toBe(statusCode);
    if (statusCode !== 101) await parties.until(peer.isClosed);
  });

  test("no compression is agreed on", async () => {
    const peer = await rawPeer(await setUp());
    await peer.upgrade(`${sip}Sec-WebSocket-Extensions: permessage-deflate\r\n`);
    expect(await peer.status()).toBe(101);
    expect(peer.heard().toString("latin1")).not.toMatch(/extensions/i);
  });

  test("another HTTP request is answered 426", async () => {
    const peer = await rawPeer(await setUp());
    await peer.say("GET / HTTP/1.1\r\nHost: edge.example.com\r\n\r\n");
    expect(await peer.status()).toBe(426);
  });

  test("a client says where it comes from when told to, and is refused where that is not wanted", async () => {
    const { flowTo } = await setUp({ webSocket: { origins: ["https://good.example"] } }, { webSocket: { origin: "https://evil.example" } });
    await expect(flowTo()).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED" });
    await expect(flowTo()).rejects.toThrow("403");
  });
});

describe("messages (RFC 7118 §5)", () => {
  test.each([
    ["text", 1],
    ["binary", 2],
  ])("come in %s frames, with or without Content-Length", async (_name, opcode) => {
    const { bob, ...parties } = await setUp();
    const peer = await rawPeer({ bob, ...parties });
    await peer.upgrade(sip);
    const bytes = optionsRequest(via, { body: "hello" }).toString().replace("Content-Length: 5\r\n", "");
    await peer.say(frame(bytes, { opcode }));
    expect(bob.user.requests).toHaveLength(1);
    expect(Buffer.from(bob.user.requests[0]!.request.body).toString()).toBe("hello");
  });

  test("come in fragments", async () => {
    const { bob, ...parties } = await setUp();
    const peer = await rawPeer({ bob, ...parties });
    await peer.upgrade(sip);
    const bytes = optionsRequest(via);
    await peer.say(frame(bytes.subarray(0, 100), { fin: false }));
    await peer.say(frame(bytes.subarray(100), { opcode: 0 }));
    expect(bob.user.requests).toHaveLength(1);
  });

  test("that are malformed are reported, and the next one counts", async () => {
    const { bob, ...parties } = await setUp();
    const peer = await rawPeer({ bob, ...parties });
    await peer.upgrade(sip);
    await peer.say(frame(optionsRequest(via, { extra: "Max-Forwards: many" })));
    await peer.say(frame("neither SIP nor anything\r\n\r\n"));
    await peer.say(frame(optionsRequest(via)));
    expect(bob.user.malformed.map(({ error }) => error.statusCode)).toEqual([400]);
    expect(bob.user.requests).toHaveLength(1);
  });

  test("that are no UTF-8 go in binary frames and arrive as they were", async () => {
    const { alice, bob, flowTo, until } = await setUp();
    const flow = await flowTo();
    const bytes = Buffer.concat([optionsRequest(viaFor(flow, "z9hG4bK1")).subarray(0, -5), Buffer.from("1\r\n\r\n\xff", "latin1")]);
    flow.send(bytes);
    await until(() => bob.user.requests.length === 1);
    expect(Buffer.from(bob.user.requests[0]!.request.body)).toEqual(Buffer.from([0xff]));
    expect(alice.user.failures).toEqual([]);
  });

  test("CRLF CRLF is answered by CRLF", async () => {
    const peer = await rawPeer(await setUp());
    await peer.upgrade(sip);
    const before = (await peer.status(), peer.heard().length);
    await peer.say(frame("\r\n\r\n"));
    expect(peer.heard().subarray(before)).toEqual(Buffer.from([0x81, 2, 0x0d, 0x0a]));
  });
});

describe("a client without an address (RFC 7118 §8)", () => {
  test("writes a name in .invalid into Via, and takes the response to it", async () => {
    const { alice, bob, flowTo, until } = await setUp();
    const flow = await flowTo();
    expect(flow.sentBy).toMatch(/^[a-z0-9]{12}\.invalid$/);
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await until(() => bob.user.requests.length === 1);
    const { request, flow: arrival } = bob.user.requests[0]!;
    const response = createResponse(request, 200, { toTag: "b1" });
    (bob.transports.responseFlow(response, arrival) as Flow).send(serializeMessage(response));
    await until(() => alice.user.responses.length === 1);
  });

  test("is found by that name, as long as its connection is open", async () => {
    const { alice, bob, flowTo, until, clock } = await setUp();
    const flow = await flowTo();
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await until(() => bob.user.requests.length === 1);
    const { request, flow: arrival } = bob.user.requests[0]!;
    const contact = SipUri.parse(`sip:alice@${flow.sentBy};transport=ws`);
    const [target] = await bob.transports.locate(contact);
    expect(await bob.transports.flowTo(target!, explicit)).toBe(arrival);
    await settled(clock, alice.transports.close());
    await until(() => arrival.isClosed);
    await expect(bob.transports.locate(contact)).rejects.toMatchObject({ code: "SIP_TRANSPORT_NAME_NOT_FOUND" });
    await expect(bob.transports.responseFlow(request, arrival)).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECTION_LOST" });
  });

  test("does not get the name of another", async () => {
    const { bob, ...parties } = await setUp();
    const first = await rawPeer({ bob, ...parties });
    const second = await rawPeer({ bob, ...parties });
    for (const peer of [first, second]) {
      await peer.upgrade(sip);
      await peer.say(frame(optionsRequest(via)));
    }
    const [target] = await bob.transports.locate(SipUri.parse("sip:alice@DF7JAL23LS0D.invalid;transport=ws"));
    expect(await bob.transports.flowTo(target!, explicit)).toBe(bob.user.requests[0]!.flow);
  });

  test("connects again when its connection has gone", async () => {
    const { bob, flowTo, until, clock } = await setUp();
    const flow = await flowTo();
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await until(() => bob.user.requests.length === 1);
    await settled(clock, bob.transports.close());
    await until(() => flow.isClosed);
    const again = party({ host: bob.environment.network, beside: bob.environment });
    opened.push(again);
    await settled(clock, again.transports.listen({ transport: "WS", address: "10.0.0.2", port: 80 }));
    const next = await flowTo();
    expect(next).not.toBe(flow);
    expect(next.sentBy).toBe(flow.sentBy);
  });
});

describe("a URI with transport=ws (RFC 7118 §5.2.2)", () => {
  const { ca, good } = testCertificates();

  test("of a server that is connected over WSS there takes that connection, and no other", async () => {
    const { bob, flowTo } = await setUp({ tls: { cert: good.cert, key: good.key } }, { tls: { ca: ca.cert, serverName: "example.com" } });
    await bob.transports.listen({ transport: "WSS", address: "10.0.0.2", port: 443 });
    const secure = await flowTo("WSS", 443);
    expect(secure.transport).toBe("WSS");
    expect(await flowTo("WS", 443)).toBe(secure);
    expect(await flowTo("WS", 80)).toMatchObject({ transport: "WS", secure: false });
  });
});

describe("liveness (RFC 6455 §5.5.2)", () => {
  test("a quiet connection is pinged, and stays while the peer answers", async () => {
    const { flowTo, clock } = await setUp({ webSocket: { pingIntervalMs: 1000, pongTimeoutMs: 500 }, firstMessageTimeoutMs: 1e9 });
    const flow = await flowTo();
    for (let i = 0; i < 100; i++) await clock.advance(100);
    expect(flow.isClosed).toBe(false);
  });

  test("a peer that does not answer is given up", async () => {
    const parties = await setUp({ webSocket: { pingIntervalMs: 1000, pongTimeoutMs: 500 } });
    const peer = await rawPeer(parties);
    await peer.upgrade(sip);
    await peer.say(frame(optionsRequest(via)));
    const { flow } = parties.bob.user.requests[0]!;
    await parties.clock.advance(3000);
    expect(flow.isClosed).toBe(true);
    expect(parties.bob.user.failures).toMatchObject([{ error: { code: "SIP_TRANSPORT_CONNECTION_LOST" } }]);
    await parties.until(peer.isClosed);
  });
});

describe("hostile peers", () => {
  test("a frame that claims to be longer than a message may be is refused on its length", async () => {
    const parties = await setUp({ limits: { headBytes: 2000, bodyBytes: 2000, datagramBytes: 4000, headerFields: 64, sameHeader: 16 } });
    const peer = await rawPeer(parties);
    await peer.upgrade(sip);
    await peer.say(frame("OPTIONS", { claimedLength: 4001 }));
    await parties.until(peer.isClosed);
    expect(parties.bob.user.malformed).toEqual([]);
  });

  test("an upgrade that does not end is given up after the time for the first message", async () => {
    const parties = await setUp({ firstMessageTimeoutMs: 5000 });
    const peer = await rawPeer(parties);
    await peer.say("GET / HTTP/1.1\r\nHost: a\r\n");
    for (let i = 0; i < 4; i++) {
      await peer.say(`X-${i}: a\r\n`);
      await parties.clock.advance(900);
    }
    expect(peer.isClosed()).toBe(false);
    await parties.clock.advance(2000);
    expect(peer.isClosed()).toBe(true);
  });

  test("so is an open WebSocket over which no message comes", async () => {
    const parties = await setUp({ firstMessageTimeoutMs: 5000 });
    const peer = await rawPeer(parties);
    await peer.upgrade(sip);
    expect(await peer.status()).toBe(101);
    await parties.clock.advance(5100);
    await parties.until(peer.isClosed);
  });

  test("a frame that comes byte by byte and does not end is given up after the message time", async () => {
    const parties = await setUp({ messageTimeoutMs: 5000, webSocket: { pingIntervalMs: 0 } });
    const peer = await rawPeer(parties);
    await peer.upgrade(sip);
    await peer.say(frame(optionsRequest(via)));
    const slow = frame(optionsRequest(via));
    for (let i = 0; i < 10 && !peer.isClosed(); i++) {
      await peer.say(slow.subarray(i, i + 1));
      await parties.clock.advance(700);
    }
    await parties.until(peer.isClosed);
    expect(parties.bob.user.requests).toHaveLength(1);
  });

  test("a message in fragments that does not end is given up, too, whatever Pings come between them", async () => {
    const parties = await setUp({ messageTimeoutMs: 5000, webSocket: { pingIntervalMs: 0 } });
    const peer = await rawPeer(parties);
    await peer.upgrade(sip);
    await peer.say(frame(optionsRequest(via)));
    await peer.say(frame("OPTIONS sip:x", { fin: false }));
    for (let i = 0; i < 10 && !peer.isClosed(); i++) {
      await peer.say(Buffer.concat([frame("a", { opcode: 0, fin: false }), frame("", { opcode: 9 })]));
      await parties.clock.advance(700);
    }
    await parties.until(peer.isClosed);
    expect(parties.bob.user.requests).toHaveLength(1);
  });

  test("fragments that together are longer than a message may be are refused", async () => {
    const parties = await setUp({ limits: { headBytes: 2000, bodyBytes: 2000, datagramBytes: 4000, headerFields: 64, sameHeader: 16 } });
    const peer = await rawPeer(parties);
    await peer.upgrade(sip);
    await peer.say(frame("x".repeat(100), { fin: false }));
    for (let i = 0; i < 45 && !peer.isClosed(); i++) await peer.say(frame("x".repeat(100), { opcode: 0, fin: false }));
    await parties.until(peer.isClosed);
  });

  test("Pings alone, and messages in pieces that end in time, keep the connection", async () => {
    const parties = await setUp({ messageTimeoutMs: 5000, webSocket: { pingIntervalMs: 0 } });
    const peer = await rawPeer(parties);
    await peer.upgrade(sip);
    const whole = Buffer.concat([frame(optionsRequest(via)), frame("", { opcode: 9 }), frame(optionsRequest(via))]);
    for (let i = 0; i < whole.length; i += 50) await peer.say(whole.subarray(i, i + 50));
    for (let i = 0; i < 5; i++) {
      await parties.clock.advance(3000);
      await peer.say(frame("", { opcode: 9 }));
    }
    expect([peer.isClosed(), parties.bob.user.requests.length]).toEqual([false, 2]);
  });

  test("a head of HTTP that is too long is refused", async () => {
    const parties = await setUp();
    const peer = await rawPeer(parties);
    await peer.say(`GET / HTTP/1.1\r\nX: ${"a".repeat(20_000)}`);
    await parties.until(peer.isClosed);
  });

  test("a frame without a mask is refused (RFC 6455 §5.1)", async () => {
    const parties = await setUp();
    const peer = await rawPeer(parties);
    await peer.upgrade(sip);
    await peer.say(Buffer.from([0x81, 2, 0x0d, 0x0a]));
    await parties.until(peer.isClosed);
  });
});
