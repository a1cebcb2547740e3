import type { Network } from "@sidetone/infra-common";
import { createResponse, parseMessage, serializeMessage, SipRequest, type HeaderInput } from "@sidetone/sip-core";

export interface StubServer {
  /** Requests in the order they came, retransmissions too. */
  readonly requests: readonly SipRequest[];
  close(): Promise<void>;
}

/** Answers every request but ACK over UDP with the status and header fields that `decide` gives, without any state. */
export async function stubServer(
  network: Network,
  address: string,
  decide: (request: SipRequest) => [statusCode: number, ...headers: HeaderInput[]],
): Promise<StubServer> {
  const requests: SipRequest[] = [];
  const socket = await network.bindDatagram(
    { address, port: 5060 },
    {
      onDatagram: (data, sourceAddress, port) => {
        if (data[0]! < 0x20) return; // keep-alive
        const request = parseMessage(data);
        if (!(request instanceof SipRequest)) return;
        requests.push(request);
        if (request.method === "ACK") return;
        const [statusCode, ...headers] = decide(request);
        socket.send(serializeMessage(createResponse(request, statusCode, { toTag: "stub", headers })), port, sourceAddress);
      },
      onSocketError: () => {},
    },
  );
  return { requests, close: () => socket.close() };
}
