import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createConnection } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { delay, NodeNetwork, systemClock, type DatagramReceiver, type StreamConnection, type StreamReceiver } from "@sidetone/infra-common";

// The rules that every Network keeps are in the testkit's compliance suite; here is what only the system's sockets have.

const loopback = "127.0.0.1";
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function setUp() {
  const network = new NodeNetwork();
  const bind = async (receiver: Partial<DatagramReceiver> = {}, options = {}) => {
    const socket = await network.bindDatagram(
      { address: loopback, port: 0, ...options },
      { onDatagram: () => {}, onSocketError: () => {}, ...receiver },
    );
    closers.push(() => socket.close());
    return socket;
  };
  return { network, bind };
}

describe("datagram sockets of the system", () => {
  test("say how large their buffers are, in the bytes that were asked for", async () => {
    const { bind } = setUp();
    const socket = await bind({}, { receiveBufferBytes: 65_536, sendBufferBytes: 32_768 });
    expect([socket.receiveBufferBytes, socket.sendBufferBytes]).toEqual([65_536, 32_768]);
    const greedy = await bind({}, { receiveBufferBytes: 2 ** 31 - 1 });
    expect(greedy.receiveBufferBytes).toBeGreaterThan(0);
    expect(greedy.receiveBufferBytes).toBeLessThan(2 ** 31 - 1);
    expect((await bind()).receiveBufferBytes).toBeGreaterThan(0);
  });

  test("have sent the datagram when send returns: the bytes may change in the same tick", async () => {
    const { bind } = setUp();
    const received: string[] = [];
    const plain = createSocket("udp4");
    closers.push(() => plain.close());
    plain.on("message", (data) => received.push(data.toString()));
    await new Promise<void>((resolve) => plain.bind(0, loopback, resolve));
    const socket = await bind();
    const bytes = Buffer.from("first");
    socket.send(bytes, plain.address().port, loopback);
    bytes.fill("x");
    socket.send(Buffer.from("end"), plain.address().port, loopback);
    while (received.length < 2) await new Promise((resolve) => plain.once("message", resolve));
    expect(received).toEqual(["first", "end"]);
  });

  test("hold the process open until closed", async () => {
    const { bind } = setUp();
    const open = () => process.getActiveResourcesInfo().filter((resource) => resource === "UDPWRAP" || resource === "UDPWrap").length;
    const before = open();
    const socket = await bind();
    expect(open()).toBe(before + 1);
    await socket.close();
    while (open() > before) await delay(systemClock, 1);
  });
});

describe("streams of the system", () => {
  test("report a peer that breaks the connection, with the system's error as cause", async () => {
    const { network } = setUp();
    const closed = new Promise<Error | undefined>((resolve) => {
      const receiver: StreamReceiver = { onData: () => {}, onDrain: () => {}, onClosed: (error) => resolve(error) };
      void network
        .listenStream({ address: loopback, port: 0 }, { onConnection: () => receiver, onServerError: () => {} })
        .then((server) => {
          closers.push(() => server.close());
          const socket = createConnection(server.localPort, loopback, () => socket.resetAndDestroy());
        });
    });
    await expect(closed).resolves.toMatchObject({ code: "NETWORK_FAILED", cause: { code: "ECONNRESET" } });
  });

  test("of a server and client on IPv6 have numeric addresses", async () => {
    const { network } = setUp();
    const remote: string[] = [];
    const receiver: StreamReceiver = { onData: () => {}, onDrain: () => {}, onClosed: () => {} };
    const server = await network.listenStream(
      { address: "::1", port: 0 },
      { onConnection: (connection) => (remote.push(connection.remoteAddress), receiver), onServerError: () => {} },
    );
    closers.push(() => server.close());
    const client = await network.connectStream({ address: "::1", port: server.localPort, localAddress: "::1" }, receiver);
    closers.push(() => client.close({ abort: true }));
    expect([server.family, client.localAddress, client.remoteAddress]).toEqual([6, "::1", "::1"]);
  });

  test("give their socket away, and then tell of the end alone", async () => {
    const { network } = setUp();
    const seen: string[] = [];
    const receiver: StreamReceiver = {
      onData: () => seen.push("data"),
      onDrain: () => seen.push("drain"),
      onClosed: (error) => seen.push(error ? error.message : "closed"),
    };
    const accepted: { connection: StreamConnection; socket: Duplex }[] = [];
    const onConnection = (connection: StreamConnection): StreamReceiver => {
      accepted.push({ connection, socket: connection.takeSocket!({ hasEnded: false }) as Duplex });
      return receiver;
    };
    const server = await network.listenStream({ address: loopback, port: 0 }, { onConnection, onServerError: () => {} });
    closers.push(() => server.close());
    const client = await network.connectStream({ address: loopback, port: server.localPort }, receiver);
    const taken = client.takeSocket!({ hasEnded: false });
    while (accepted.length === 0) await delay(systemClock, 1);
    const { socket, connection } = accepted[0]!;
    taken.write("INVITE");
    const [data] = (await once(socket, "data")) as [Buffer];
    expect(data.toString()).toBe("INVITE");
    await connection.close({ abort: true });
    while (seen.length < 2) await delay(systemClock, 1);
    expect(seen).toEqual(["closed", expect.stringContaining("ECONNRESET")]);
  });

  test("connect only from an address of this machine", async () => {
    const { network } = setUp();
    const receiver: StreamReceiver = { onData: () => {}, onDrain: () => {}, onClosed: () => {} };
    const connecting = network.connectStream({ address: loopback, port: 9, localAddress: "203.0.113.77" }, receiver);
    await expect(connecting).rejects.toMatchObject({ name: "NetworkError", cause: { code: "EADDRNOTAVAIL" } });
  });
});
