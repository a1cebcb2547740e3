import { VoipError, type VoipErrorOptions } from "@sidetone/infra-common";
import { clientErrorTable, type ClientErrorCategory, type ClientErrorCode, type RecoveryAction } from "./client-error-table.ts";

export interface ClientErrorOptions extends VoipErrorOptions {
  /** SIP status code behind it, if there is one. */
  statusCode?: number | undefined;
}

/**
 * The only error with which client-core rejects; `cause` holds the lower layers' story. An aborted operation rejects with `signal.reason`
 * instead.
 */
export class ClientError extends VoipError<ClientErrorCode> {
  /** SIP status code behind it (300–699), if there is one. */
  readonly statusCode: number | undefined;

  constructor(code: ClientErrorCode, message: string, options: ClientErrorOptions = {}) {
    super(code, message, options);
    this.statusCode = options.statusCode;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "ClientError", configurable: true });
  }

  get category(): ClientErrorCategory {
    return clientErrorTable[this.code].category;
  }

  /** Whether the same operation may succeed when tried again. */
  get isRecoverable(): boolean {
    return this.recoveryAction === "Retry" || this.recoveryAction === "RetryLater";
  }

  get isAuthError(): boolean {
    return this.code === "AUTHENTICATION_FAILED";
  }

  get isCallError(): boolean {
    return this.category === "call";
  }

  /** Plain words for a person. */
  get userMessage(): string {
    return clientErrorTable[this.code].userMessage;
  }

  /** What an application would do about it. */
  get recoveryAction(): RecoveryAction {
    return clientErrorTable[this.code].recoveryAction;
  }
}
