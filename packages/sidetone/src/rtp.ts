export * from "@sidetone/rtp-core";
