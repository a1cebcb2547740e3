export * from "@sidetone/sip-transport";
