export * from "@sidetone/sip-core";
