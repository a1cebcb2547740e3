import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./support/run-program.ts";

const page = readFileSync(join(root, "docs/security-model.md"), "utf8");
const rows = page.split("\n").filter((line) => /^\| (?!-|what |whom )/.test(line));
const place = (path: string): string => join(root, /^(test|interop)\//.test(path) ? path : join("packages", path));

/** The tests that a row names: a file, and the titles that follow it. */
function testsOf(row: string): { file: string; titles: string[] }[] {
  return [...row.matchAll(/`([\w/.-]+\.test\.ts)`(?:: ((?:"[^"]*"(?:, )?)*))?/g)].map(([, file, titles = ""]) => ({
    file: file!,
    titles: [...titles.matchAll(/"([^"]*)"/g)].map(([, title]) => title!),
  }));
}

describe("docs/security-model.md", () => {
  const checks = rows.filter((row) => row.includes("/src/"));

  test("names files that exist", () => {
    const paths = [...page.matchAll(/`([\w-]+\/[\w/.-]+\.ts)`/g)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.filter((path) => !existsSync(place(path)))).toEqual([]);
  });

  test("has a test in every row that says what is checked", () => {
    expect(checks.length).toBeGreaterThan(20);
    expect(checks.filter((row) => testsOf(row).length === 0)).toEqual([]);
  });

  test("names tests that there are, by their titles", () => {
    const named = checks.flatMap(testsOf).flatMap(({ file, titles }) => titles.map((title) => ({ file, title })));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ file, title }) => !readFileSync(place(file), "utf8").includes(title))).toEqual([]);
  });
});
