export * from "@sidetone/infra-common";
