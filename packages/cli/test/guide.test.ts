import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../src/exit-code.ts";

const source = new URL("../src/", import.meta.url).pathname;
const guide = readFileSync(new URL("../../../docs/guide/terminal.md", import.meta.url), "utf8");
const sources = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(join(source, path), "utf8"))
  .join("\n");

/** First cells of the table rows of a section. */
const rows = (heading: string): string[] =>
  [
    ...guide
      .split(`## ${heading}`)[1]!
      .split("\n## ")[0]!
      .matchAll(/^\| +`?(\w+)`? +\|/gm),
  ].map(([, cell]) => cell!);

describe("docs/guide/terminal.md", () => {
  test("lists every kind of line that --json writes", () => {
    const said = [...sources.matchAll(/(?:say|tell)\(\s*"(\w+)"|type: "(\w+)"/g)].map(([, event, report]) => event ?? report!);
    expect(
      rows("For programs: `--json`")
        .filter((name) => name !== "type")
        .sort(),
    ).toEqual([...new Set(said)].sort());
  });

  test("names every field of the CallReport", () => {
    const [, body] = /export interface CallReport \{([\s\S]*?)\n\}/.exec(sources)!;
    for (const [, field] of body!.matchAll(/readonly (\w+):/g)) expect(guide).toContain(field === "type" ? "`CallReport`" : `\`${field}\``);
  });

  test("explains every exit code", () => {
    const explained = rows("Exit codes").filter((code) => code !== "code");
    expect(explained).toEqual([...new Set([...Object.values(exitCodes), 3, 5, 6])].sort((a, b) => a - b).map(String));
  });
});
