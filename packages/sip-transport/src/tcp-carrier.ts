import type { ListenStreamOptions, Network, StreamConnection, StreamReceiver, StreamServer } from "@sidetone/infra-common";
import { StreamFramer, type SipLimits, type StreamFramerReceiver } from "@sidetone/sip-core";
import type { Admission } from "./admission.ts";
import {
  linePing,
  type CarriedConnection,
  type Carrier,
  type CarrierListener,
  type ConnectOptions,
  type MessageFramer,
} from "./carrier.ts";

/** Messages lie in the byte stream of a TCP connection (RFC 3261 §18.3). */
export class TcpCarrier implements Carrier {
  readonly name = "TCP";
  readonly secure = false;
  readonly answersPings = false;
  readonly #network: Network;
  readonly #admission: Admission;

  constructor(network: Network, admission: Admission) {
    this.#network = network;
    this.#admission = admission;
  }

  sendPing(connection: StreamConnection): void {
    connection.send(linePing);
  }

  createFramer(receiver: StreamFramerReceiver, limits: SipLimits): MessageFramer {
    return new StreamFramer(receiver, limits);
  }

  listen(options: ListenStreamOptions, listener: CarrierListener): Promise<StreamServer> {
    return this.#network.listenStream(options, {
      onConnection: (connection) => {
        const visitor = this.#admission.admit(connection);
        return visitor && listener.onConnection({ connection, peer: undefined }, visitor);
      },
      onServerError: (error) => listener.onServerError(error),
    });
  }

  async connect({ address, port, localAddress, signal }: ConnectOptions, receiver: StreamReceiver): Promise<CarriedConnection> {
    const from = localAddress === undefined ? {} : { localAddress };
    return { connection: await this.#network.connectStream({ address, port, signal, ...from }, receiver), peer: undefined };
  }

  close(): void {}
}
