import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findingKinds, type FindingCode } from "../../src/doctor/finding-kinds.ts";
import { checks } from "../../src/doctor/checks.ts";

const source = new URL("../../src/doctor/", import.meta.url);
const guide = readFileSync(new URL("../../../../docs/guide/troubleshooting.md", import.meta.url), "utf8");
const sources = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith("finding-kinds.ts"))
  .map((path) => readFileSync(new URL(path, source), "utf8"))
  .join("\n");
const codes = Object.keys(findingKinds) as FindingCode[];

/** The rows of a section: cells between the bars. */
const rows = (heading: string): string[][] =>
  [
    ...guide
      .split(`## ${heading}`)[1]!
      .split("\n## ")[0]!
      .matchAll(/^\| `(.*)\|$/gm),
  ].map(([, row]) => `\`${row!}`.split("|").map((cell) => cell.trim().replace(/^`|`$/g, "")));

describe("docs/guide/troubleshooting.md", () => {
  test.each([
    ["Problems", "problem", 3],
    ["Notes", "note", 3],
    ["As it should be", "ok", 2],
  ] as const)("%s: every code of that status, the most important first, each with all its cells", (heading, status, cells) => {
    const found = rows(heading);
    expect(found.map(([code]) => code)).toEqual(codes.filter((code) => findingKinds[code] === status));
    for (const row of found)
      expect(
        row.filter((cell) => cell !== ""),
        row[0],
      ).toHaveLength(cells);
  });

  test("every code is one that a check finds", () => {
    expect(codes.filter((code) => !sources.includes(`"${code}"`))).toEqual([]);
  });
});

test("each check has a file of its own, a name and a title", () => {
  const files = readdirSync(new URL("checks/", source));
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  expect(files.sort()).toEqual(checks.map(({ name }) => `${name}.ts`).sort());
});
