export * from "@sidetone/registrar-core";
