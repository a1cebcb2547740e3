import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Something between a client and a server on 127.0.0.1 that can go wrong as networks do: a firewall that forgets, a NAT that reboots. */
export interface FaultyRelay extends AsyncDisposable {
  readonly port: number;
  /** Over TCP: swallows all that comes on the connections that are open, and closes none. Over UDP: sends from another port from now on. */
  fail(): void;
}

/** Passes TCP connections on to `port`. New ones work after a fault. */
export async function relayTcp(port: number): Promise<FaultyRelay> {
  const open = new Set<Socket>();
  let generation = 0;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const born = generation;
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      open.add(from);
      from.on("data", (data) => void (born === generation && to.write(data)));
      from.on("error", () => {});
      from.on("close", () => {
        open.delete(from);
        if (born === generation) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    fail: () => void generation++,
    [Symbol.asyncDispose]: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Passes datagrams on to `port`, and the answers back to whoever sent last. */
export async function relayUdp(port: number): Promise<FaultyRelay> {
  const near = await bound();
  let client: { port: number; address: string } | undefined;
  const outside = async (): Promise<DatagramSocket> => {
    const socket = await bound();
    socket.on("message", (data) => void (socket === far && client && near.send(data, client.port, client.address)));
    return socket;
  };
  let far = await outside();
  const spare = await outside();
  near.on("message", (data, from) => {
    client = from;
    far.send(data, port, "127.0.0.1");
  });
  return {
    port: near.address().port,
    fail: () => void (far = spare),
    [Symbol.asyncDispose]: async () => {
      const all = new Set([near, far, spare]);
      await Promise.all([...all].map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
    },
  };
}

async function bound(): Promise<DatagramSocket> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return socket;
}
