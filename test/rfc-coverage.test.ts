import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./support/run-program.ts";

const page = readFileSync(join(root, "docs/reference/rfc-coverage.md"), "utf8");

/** The RFCs that the sources of all packages cite, with one place each. */
function citedRfcs(): Map<string, string> {
  const cited = new Map<string, string>();
  for (const name of readdirSync(join(root, "packages"))) {
    const folder = join("packages", name, "src");
    for (const path of existsSync(join(root, folder)) ? readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }) : []) {
      if (!path.endsWith(".ts")) continue;
      const text = readFileSync(join(root, folder, path), "utf8");
      for (const [, number] of text.matchAll(/RFC (\d{4})/g)) cited.set(number!, join(folder, path));
    }
  }
  return cited;
}

describe("docs/reference/rfc-coverage.md", () => {
  const paths = [...new Set([...page.matchAll(/`([\w-]+\/[\w/.-]+\.ts)`/g)].map(([, path]) => path!))];

  test("names files that exist", () => {
    expect(paths.length).toBeGreaterThan(150);
    const places = (path: string): string => join(root, /^(test|interop)\//.test(path) ? path : join("packages", path));
    expect(paths.filter((path) => !existsSync(places(path)))).toEqual([]);
  });

  test("has code in every row of what is there, and a test or the word that there is none", () => {
    const rows = page.split("\n").filter((line) => /^\| \d/.test(line));
    expect(rows.length).toBeGreaterThan(70);
    const bare = rows.filter((row) => !/\| no\b/.test(row) && !(/\/src\/.*\|/.test(row) && /\.test\.ts`|none yet/.test(row)));
    expect(bare).toEqual([]);
  });

  test("leaves out no RFC that a source cites", () => {
    const known = new Set(page.match(/\b\d{4}\b/g));
    expect([...citedRfcs()].filter(([number]) => !known.has(number))).toEqual([]);
  });
});
