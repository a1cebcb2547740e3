export * from "@sidetone/dialog-core";
