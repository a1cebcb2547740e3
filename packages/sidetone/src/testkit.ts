export * from "@sidetone/testkit";
