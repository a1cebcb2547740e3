export * from "@sidetone/testkit";
export * from "@sidetone/testkit/scenario";
