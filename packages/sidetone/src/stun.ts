export * from "@sidetone/stun-core";
