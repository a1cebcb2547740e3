export * from "@sidetone/media-core";
