import { createResponse, SipRequest, type HeaderInput, type SipResponse } from "@sidetone/sip-core";
import { TransactionLayer, type ClientTransactionUser, type TransactionTimers, type TransactionUser } from "@sidetone/transaction-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { FakeFlow, FakeTransports } from "./fake-transports.ts";

export interface ClientSetUpOptions {
  method?: string;
  transport?: "UDP" | "TCP";
  timers?: Partial<TransactionTimers>;
  headers?: readonly HeaderInput[];
  isFlowClosed?: boolean;
}

/** One client transaction that has just sent its request; `log` is what its user was told. */
export function setUpClient({ method = "INVITE", transport = "UDP", timers, headers = [], isFlowClosed = false }: ClientSetUpOptions = {}) {
  const environment = virtualEnvironment();
  const { clock } = environment;
  const transports = new FakeTransports();
  const log: string[] = [];
  const layerUser: TransactionUser = {
    onRequest: () => {},
    onCancelled: () => {},
    onAck: () => {},
    onStrayResponse: ({ statusCode }) => void log.push(`stray ${statusCode}`),
  };
  const layer = new TransactionLayer(environment, transports, layerUser, timers);
  const flow = new FakeFlow(clock, transport);
  flow.isClosed = isFlowClosed;
  const request = SipRequest.create({
    method,
    requestUri: "sip:bob@example.com;transport=udp",
    headers: [
      ["Max-Forwards", "70"],
      ["Route", "<sip:p1.example.com;lr>, <sip:p2.example.com;lr>"],
      ["From", "Alice <sip:alice@example.com>;tag=a1"],
      ["To", "Bob <sip:bob@example.com>"],
      ["Call-ID", "call@test"],
      ["CSeq", `77 ${method}`],
      ["Contact", "<sip:alice@10.0.0.1>"],
      ...headers,
    ],
    body: { contentType: "text/plain", content: Buffer.from("hello") },
  });
  const user: ClientTransactionUser = {
    onResponse: (_transaction, { statusCode }) => void log.push(String(statusCode)),
    onTimeout: () => void log.push("timeout"),
    onTransportError: (_transaction, error) => void log.push(error.message),
  };
  const transaction = layer.sendRequest(request, flow, user, { context: "mine" });
  const sentRequest = flow.sent[0]?.message as SipRequest;
  const receive = (statusCode: number, of = sentRequest, change: (response: SipResponse) => SipResponse = (same) => same): void =>
    transports.user.onResponse(change(createResponse(of, statusCode, { toTag: `b${statusCode}` })), flow);
  const fail = (message = "broken"): void => transports.user.onFlowFailed(flow, new Error(message));
  return { environment, clock, transports, layer, flow, request, user, transaction, sentRequest, log, receive, fail };
}
