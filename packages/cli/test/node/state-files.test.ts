import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { StateFile, stateFile } from "../../src/node/state-files.ts";

function setUp(): { path: string; open(limit: number): StateFile } {
  const folder = mkdtempSync(join(tmpdir(), "sidetone-state-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "deep", "lines");
  const open = (limit: number): StateFile =>
    new StateFile(path, limit, (error) => {
      throw error;
    });
  return { path, open };
}

test("what was appended is there for the next one, of much only the latest", () => {
  const { path, open } = setUp();
  const first = open(3);
  for (let i = 1; i <= 7; i++) first.append(`line ${i}`);
  expect(first.lines).toHaveLength(7);
  expect(open(3).lines).toEqual(["line 5", "line 6", "line 7"]);
  expect(readFileSync(path, "utf8")).toBe("line 5\nline 6\nline 7\n"); // cut, since there were more than twice as many
});

test("a file that cannot be read is told of once, and is not written to", () => {
  const { path } = setUp();
  const problems: Error[] = [];
  const file = new StateFile("/dev/null/lines", 3, (error) => problems.push(error));
  file.append("a");
  file.append("b");
  expect(file.lines).toEqual(["a", "b"]);
  expect(problems).toHaveLength(1);
  writeFileSync(`${path.replace("/deep/lines", "")}/x`, "");
});

test.each([
  [{ XDG_STATE_HOME: "/s", HOME: "/h" }, "/s/sidetone/x"],
  [{ HOME: "/h" }, "/h/.local/state/sidetone/x"],
  [{ XDG_STATE_HOME: "", HOME: "" }, undefined],
])("%j keeps x in %s", (variables, path) => expect(stateFile("x", variables)).toBe(path));
