import { createSocket } from "node:dgram";
import { lookup } from "node:dns";
import { abortable } from "../abort.ts";
import { addressFamily } from "../ip-address.ts";
import { NetworkError } from "../network-error.ts";
import type {
  AddressFamily,
  BindDatagramOptions,
  ConnectStreamOptions,
  DatagramReceiver,
  DatagramSocket,
  ListenStreamOptions,
  Network,
  ResolvedAddress,
  StreamConnection,
  StreamListener,
  StreamReceiver,
  StreamServer,
} from "../network.ts";
import { AddressWatch } from "./address-watch.ts";
import { networkErrorFrom } from "./network-error-from.ts";
import { bindNodeDatagram } from "./node-datagram-socket.ts";
import { connectNodeStream } from "./node-stream-connection.ts";
import { listenNodeStream } from "./node-stream-server.ts";

/** The discard service: a connected UDP socket needs some port, and nothing is sent to it. */
const discardPort = 9;

/** The sockets and the resolver of the operating system. */
export class NodeNetwork implements Network {
  readonly #addressWatch = new AddressWatch();

  bindDatagram(options: BindDatagramOptions, receiver: DatagramReceiver): Promise<DatagramSocket> {
    return bindNodeDatagram(options, receiver);
  }

  listenStream(options: ListenStreamOptions, listener: StreamListener): Promise<StreamServer> {
    return listenNodeStream(options, listener);
  }

  connectStream(options: ConnectStreamOptions, receiver: StreamReceiver): Promise<StreamConnection> {
    return connectNodeStream(options, receiver);
  }

  async lookup(
    name: string,
    { family, signal }: { family?: AddressFamily; signal?: AbortSignal } = {},
  ): Promise<readonly ResolvedAddress[]> {
    signal?.throwIfAborted();
    const numeric = addressFamily(name);
    if (numeric && (family ?? numeric) === numeric) return [{ address: name, family: numeric }];
    if (numeric || name === "") throw new NetworkError("NETWORK_NAME_NOT_FOUND", `"${name}" is not an address of the family asked for`);
    return abortable(lookUpAll(name, family), signal);
  }

  sourceAddressFor(address: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const family = addressFamily(address);
      const action = `Cannot find the local address towards ${address}`;
      if (!family) throw new NetworkError("NETWORK_UNREACHABLE", `${action}: it is not numeric; look the name up first`);
      const socket = createSocket(family === 6 ? "udp6" : "udp4");
      const finish = (error?: Error): void => {
        if (error) reject(new NetworkError("NETWORK_UNREACHABLE", networkErrorFrom(error, action).message, { cause: error }));
        else resolve(socket.address().address);
        socket.close();
      };
      socket.once("error", finish);
      socket.connect(discardPort, address, finish as () => void);
    });
  }

  localAddresses(): readonly string[] {
    return this.#addressWatch.addresses;
  }

  onAddressesChanged(listener: () => void): () => void {
    return this.#addressWatch.add(listener);
  }
}

/** The process's network. */
export const nodeNetwork: Network = new NodeNetwork();

function lookUpAll(name: string, family: AddressFamily | undefined): Promise<readonly ResolvedAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(name, { all: true, verbatim: true, family: family ?? 0 }, (error, addresses) => {
      if (error) reject(networkErrorFrom(error, `Cannot resolve "${name}"`));
      else resolve(addresses.map((found) => ({ address: found.address, family: found.family === 6 ? 6 : 4 })));
    });
  });
}
