export * from "@sidetone/transaction-core";
