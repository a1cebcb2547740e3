import { createResponse, type SipRequest } from "@sidetone/sip-core";
import {
  TransactionLayer,
  type ServerTransaction,
  type ServerTransactionUser,
  type TransactionLayerOptions,
  type TransactionUser,
} from "@sidetone/transaction-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { FakeFlow, FakeTransports } from "./fake-transports.ts";

export interface RequestText {
  via?: string;
  branch?: string;
  from?: string;
  to?: string;
  callId?: string;
  sequenceNumber?: number;
  requestUri?: string;
}

/** A request as text, by default a new one without To tag. */
export function requestText(method: string, options: RequestText = {}): string {
  const { branch = "z9hG4bK1", from = "<sip:bob@example.com>;tag=b1", to = "<sip:alice@example.com>", callId = "call@test" } = options;
  const { via = `SIP/2.0/UDP 10.0.0.2:5060;rport;branch=${branch}`, requestUri = "sip:alice@10.0.0.1", sequenceNumber = 7 } = options;
  return (
    `${method} ${requestUri} SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\nFrom: ${from}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\n` +
    `CSeq: ${sequenceNumber} ${method}\r\nContact: <sip:bob@10.0.0.2>\r\nContent-Length: 0\r\n\r\n`
  );
}

export interface ServerSetUpOptions extends TransactionLayerOptions {
  transport?: "UDP" | "TCP";
  /** Whether the transactions have a user, who hears of their end. Default true. */
  isHeard?: boolean;
}

/** A layer that takes requests; `log` is what its user was told. By default nothing is answered. */
export function setUpServer({ transport = "UDP", isHeard = true, ...options }: ServerSetUpOptions = {}) {
  const environment = virtualEnvironment();
  const { clock } = environment;
  const transports = new FakeTransports();
  const log: string[] = [];
  const transactions: ServerTransaction[] = [];
  const acks: SipRequest[] = [];
  const transactionUser: ServerTransactionUser = {
    onTransportError: (_transaction, error) => void log.push(error.message),
    onAcked: () => void log.push("acked"),
    onTerminated: () => void log.push("terminated"),
  };
  const user: TransactionUser = {
    onRequest: (transaction) => {
      if (isHeard) transaction.user = transactionUser;
      transactions.push(transaction);
      log.push(transaction.method);
    },
    onCancelled: (transaction) => void log.push(`cancelled ${transaction.method}`),
    onAck: (ack) => {
      acks.push(ack);
      log.push("ACK");
    },
    onStrayResponse: () => {},
  };
  const layer = new TransactionLayer(environment, transports, user, options);
  const flow = new FakeFlow(clock, transport);
  const receive = (method: string, request: RequestText = {}, over = flow): void => transports.deliver(requestText(method, request), over);
  const respond = (statusCode: number, to = transactions.at(-1)!, toTag = to.toTag): void =>
    to.respond(createResponse(to.request, statusCode, { toTag }));
  return { environment, clock, transports, layer, user, flow, log, acks, transactions, receive, respond };
}
