import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { expect, test } from "vitest";
import { fileJsonSchema } from "../../src/settings/settings-schema.ts";

test("config.schema.json is what editors check a config file with: as the command does", async () => {
  const schema = fileJsonSchema();
  expect(schema).toMatchObject({
    additionalProperties: false,
    properties: { accounts: { items: { required: ["uri"], additionalProperties: false } } },
  });
  const text = await format(JSON.stringify(schema), { parser: "json", printWidth: 140 });
  await expect(text).toMatchFileSnapshot(fileURLToPath(new URL("../../config.schema.json", import.meta.url))); // vitest -u writes it anew
});
