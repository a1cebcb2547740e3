import type { StunMessage } from "../message/stun-message.ts";
import type { ClientAuthentication, Signature } from "./client-authentication.ts";
import type { ClientTransaction } from "./client-transaction.ts";

/** A response that was accepted. */
export interface ExchangeResult {
  readonly message: StunMessage;
  /** The server wants the request again, signed as it said. */
  readonly isRetry: boolean;
  readonly roundTripMs: number | undefined;
}

/** A request under way, how it was signed, and the promise of its response. */
export class Exchange {
  readonly transaction: ClientTransaction;
  readonly authentication: ClientAuthentication | undefined;
  readonly signature: Signature | undefined;
  /** The server was asked to answer from elsewhere. */
  readonly takesFromAnywhere: boolean;
  readonly result: Promise<ExchangeResult>;
  /** A response was discarded for its integrity: the end is told as such. */
  isIntegrityViolated = false;
  resolve!: (result: ExchangeResult) => void;
  reject!: (error: unknown) => void;

  constructor(
    transaction: ClientTransaction,
    authentication: ClientAuthentication | undefined,
    signature: Signature | undefined,
    takesFromAnywhere: boolean,
  ) {
    this.transaction = transaction;
    this.authentication = authentication;
    this.signature = signature;
    this.takesFromAnywhere = takesFromAnywhere;
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  get id(): string {
    return transactionKey(this.transaction.request.subarray(8, 20));
  }
}

/** A transaction ID as the key of a table. */
export function transactionKey(transactionId: Uint8Array): string {
  return Buffer.from(transactionId.buffer, transactionId.byteOffset, transactionId.length).toString("latin1");
}
