export * from "@sidetone/trace-core";
