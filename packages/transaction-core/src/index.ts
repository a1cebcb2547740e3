export { TransactionLayer, type SendOptions, type TransactionLayerOptions } from "./transaction-layer.ts";
export type { ClientTransactionUser, StatelessRefusal, TransactionUser } from "./transaction-user.ts";
export type {
  ClientTransaction,
  InviteServerTransaction,
  ServerTransaction,
  ServerTransactionUser,
  TransactionState,
} from "./transaction.ts";
export { createBoundedResponse } from "./bounded-response.ts";
export { TransactionError, type TransactionErrorCode } from "./transaction-error.ts";
export { defaultTimers, type TransactionTimers } from "./transaction-timers.ts";
