import { formatHostPort } from "@sidetone/infra-common";
import type { SipRequest, SipResponse } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import { TransactionError } from "./transaction-error.ts";
import type { TransactionHost } from "./transaction-host.ts";
import { TransactionMachine, type TransactionMessage } from "./transaction-machine.ts";
import type { ClientTransactionUser } from "./transaction-user.ts";
import type { ClientTransaction, TransactionState } from "./transaction.ts";

/** What a client transaction is made of. */
export interface ClientTransactionParts {
  readonly host: TransactionHost;
  /** Without the Via that the transaction adds. */
  readonly request: SipRequest;
  readonly branch: string;
  /** The request as it goes out. */
  readonly bytes: Buffer;
  readonly flow: Flow;
  readonly user: ClientTransactionUser;
  readonly context: unknown;
}

/** What both client transactions share (RFC 3261 §17.1). */
export abstract class ClientMachine<
  State extends TransactionState = TransactionState,
  Input extends string = string,
  Action extends string = string,
>
  extends TransactionMachine<State, Input, Action>
  implements ClientTransaction
{
  readonly branch: string;
  readonly user: ClientTransactionUser;

  constructor(initial: State, { host, request, branch, bytes, flow, user, context }: ClientTransactionParts) {
    super(initial, host, request, flow);
    this.branch = branch;
    this.bytes = bytes;
    this.user = user;
    this.context = context;
  }

  /** Timer A or E, unless the transport is reliable, and Timer B or F. */
  protected abstract startTimers(): void;
  /** Takes a response that matches (RFC 3261 §17.1.3). */
  abstract receive(response: SipResponse): void;
  /** The flow failed, or was closed before the request went out. */
  abstract fail(error: Error): void;

  /** Sends the request for the first time. */
  start(): void {
    if (this.flow.isClosed) return this.startEndTimer(0, failOnClosedFlow);
    this.startTimers();
    this.transmit();
  }

  transmit(): void {
    const { bytes } = this;
    if (bytes) this.flow.send(bytes);
  }

  end(): void {
    this.stopTimers();
    this.host.clientEnded(this);
  }

  passToUser(message: TransactionMessage | undefined): void {
    this.user.onResponse(this, message as SipResponse);
  }

  reportTransportError(message: TransactionMessage | undefined): void {
    this.user.onTransportError(this, message as Error);
  }

  traceTransportError(message: TransactionMessage | undefined): void {
    const { transport, remoteAddress, remotePort } = this.flow;
    const fields = { method: this.method, branch: this.branch, state: this.state, transport, remoteAddress, remotePort, error: message };
    this.host.environment.logger.debug(fields, "transport error that changes nothing for the transaction");
  }
}

function failOnClosedFlow(transaction: Pick<ClientMachine, "fail" | "flow">): void {
  const { transport, remoteAddress, remotePort } = transaction.flow;
  const where = `${transport} ${formatHostPort(remoteAddress, remotePort)}`;
  transaction.fail(new TransactionError("TRANSACTION_FLOW_CLOSED", `The flow over ${where} was closed before the request went out`));
}
