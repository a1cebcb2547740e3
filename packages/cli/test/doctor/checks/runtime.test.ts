import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { leastNodeVersion, runtimeCheck } from "../../../src/doctor/checks/runtime.ts";
import { machine, surgery } from "../../support/examine.ts";

test.each([
  ["20.19.0", "NODE_VERSION"],
  ["20.20.2", "NODE_VERSION"],
  ["26.0.0", "NODE_VERSION"],
  ["20.18.9", "NODE_TOO_OLD"],
  ["18.20.0", "NODE_TOO_OLD"],
  ["20.19.0-nightly", "NODE_VERSION"],
])("Node %s: %s", async (nodeVersion, code) => {
  const [found] = await surgery().examine(runtimeCheck, { machine: { ...machine, nodeVersion } });
  expect(found).toMatchObject({ code, data: { nodeVersion } });
  expect(found!.advice === undefined).toBe(code === "NODE_VERSION");
});

test("the least version is the one that the package asks for", () => {
  const { engines } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { engines: { node: string } };
  expect(`>=${leastNodeVersion.replace(/\.0$/, "")}`).toBe(engines.node);
});
