import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Below the range from which the system gives ports to clients, and apart from the default range of RTP. */
const firstPort = 21_000;
const lastPort = 31_000;

/** The first of `count` ports in a row that are free on 127.0.0.1, for UDP and TCP. Peers that take no port 0 are told these. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = firstPort + 2 * Math.floor((Math.random() * (lastPort - firstPort - count)) / 2);
    if (await areFree(first, count)) return first;
  }
  throw new Error(`No ${count} free ports in a row between ${firstPort} and ${lastPort}`);
}

async function areFree(first: number, count: number): Promise<boolean> {
  for (let port = first; port < first + count; port++) {
    if (!(await isFree(port, "UDP")) || !(await isFree(port, "TCP"))) return false;
  }
  return true;
}

/** Whether nobody has this port of 127.0.0.1. A peer that says nothing when it is ready has taken it then. */
export function isFree(port: number, transport: "UDP" | "TCP"): Promise<boolean> {
  return transport === "UDP" ? canBindUdp(port) : canListen(port);
}

function canBindUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
