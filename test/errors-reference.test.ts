import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;

/** The unions `…ErrorCode` of all packages, by the name of their error class. */
function declaredCodes(): Map<string, string[]> {
  const files = readdirSync(join(root, "packages")).flatMap((name) =>
    readdirSync(join(root, "packages", name, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => join(root, "packages", name, "src", path)),
  );
  const unions = files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/export type (\w+Error)Code =([^;]*);/g)]);
  return new Map(unions.map(([, name, union]) => [name!, [...union!.matchAll(/"([A-Z_\d]+)"/g)].map(([, code]) => code!)]));
}

/** The tables of the page, by heading. */
function documentedCodes(): Map<string, string[]> {
  const page = readFileSync(join(root, "docs/reference/errors.md"), "utf8");
  const sections = page.split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => [section.split("\n", 1)[0]!, [...section.matchAll(/^\| `([A-Z_\d]+)`/gm)].map(([, code]) => code!)]),
  );
}

describe("docs/reference/errors.md", () => {
  const declared = declaredCodes();
  const documented = documentedCodes();

  test("has a section for every error class, and no other", () => {
    expect([...documented.keys()].sort()).toEqual([...declared.keys()].sort());
  });

  test.each([...declared])("lists every code of %s, and no other", (name, codes) => {
    expect([...(documented.get(name) ?? [])].sort()).toEqual([...codes].sort());
  });
});
