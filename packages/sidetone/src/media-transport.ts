export * from "@sidetone/media-transport";
