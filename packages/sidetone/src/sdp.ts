export * from "@sidetone/sdp-core";
