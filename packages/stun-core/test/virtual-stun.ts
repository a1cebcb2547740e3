import type { DatagramSocket, SocketAddress } from "@sidetone/infra-common";
import { BindingServer, parseStun, StunClient, StunMessage, type BindingServerOptions, type StunClientOptions } from "@sidetone/stun-core";
import { virtualEnvironment, type NatOptions, type VirtualEnvironment, type VirtualHost } from "@sidetone/testkit";

export const publicAddress = "203.0.113.1";
export const privateAddress = "192.168.1.10";
export const serverAddress: SocketAddress = { address: "198.51.100.1", port: 3478 };

/** Sees each message as the server gets it, and may answer in place of it: bytes, or undefined for silence. */
export type Interceptor = (message: StunMessage, source: SocketAddress, answer: Buffer | undefined) => Buffer | undefined;

export interface RunningServer {
  readonly server: BindingServer;
  readonly socket: DatagramSocket;
  /** What came, oldest first, and when. */
  readonly received: { readonly message: StunMessage; readonly source: SocketAddress; readonly atMs: number }[];
}

/** A STUN server on a host of the virtual network. */
export async function openServer(
  environment: VirtualEnvironment,
  host: VirtualHost,
  { port = 3478, intercept, ...options }: BindingServerOptions & { port?: number; intercept?: Interceptor } = {},
): Promise<RunningServer> {
  const server = new BindingServer(options);
  const received: RunningServer["received"] = [];
  const socket = await host.bindDatagram(
    { address: host.address, port },
    {
      onDatagram(data, address, sourcePort, own) {
        const source = { address, port: sourcePort };
        const message = parseStun(data);
        if (typeof message === "string") return;
        received.push({ message, source, atMs: environment.clock.now() });
        const answer = server.answer(message, source);
        const sent = intercept ? intercept(message, source, answer) : answer;
        if (sent) own.send(sent, sourcePort, address);
      },
      onSocketError: () => {},
    },
  );
  return { server, socket, received };
}

/** A client on a socket of its own. */
export async function openClient(environment: VirtualEnvironment, host: VirtualHost, options: StunClientOptions = {}) {
  const sent: { readonly data: Buffer; readonly atMs: number }[] = [];
  const datagrams = await host.bindDatagram(
    { address: host.address, port: 5060 },
    {
      onDatagram: (data, address, port) => void client.receiveDatagram(data, address, port),
      onSocketError: (error, _socket, destination) => destination && client.onUnreachable(error, destination),
    },
  );
  const socket = {
    send(data: Uint8Array, port: number, address: string): void {
      sent.push({ data: Buffer.from(data), atMs: environment.clock.now() });
      datagrams.send(data, port, address);
    },
  };
  const client = new StunClient(environment, socket, options);
  return { client, sent, socket: datagrams };
}

/** A client, behind a NAT where one is given, and a server with public addresses. */
export async function setUpStun(
  options: {
    nat?: Partial<NatOptions>;
    server?: BindingServerOptions & { intercept?: Interceptor };
    client?: StunClientOptions;
    icmp?: boolean;
  } = {},
) {
  const environment = virtualEnvironment({ host: serverAddress.address, network: { icmp: options.icmp ?? false } });
  const { clock, virtualNetwork: network } = environment;
  const nat = options.nat && network.nat({ kind: "port-restricted", publicAddress, ...options.nat });
  const host = nat ? nat.host(privateAddress) : network.host("198.51.100.77");
  const running = await openServer(environment, environment.network, options.server);
  return {
    environment,
    clock,
    network,
    nat,
    host,
    ...running,
    ...(await openClient(environment, host, options.client)),
    serverSocket: running.socket,
  };
}

export function readStun(data: Uint8Array): StunMessage {
  const message = parseStun(data);
  if (typeof message === "string") throw new Error(message);
  return message;
}
