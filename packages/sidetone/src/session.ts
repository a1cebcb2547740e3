export * from "@sidetone/session-core";
