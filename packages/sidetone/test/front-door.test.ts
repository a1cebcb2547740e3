import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const source = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Names that a module exports from others, types included. */
function exportedNames(text: string): string[] {
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, list]) => list!.split(","))
    .map((name) => name.replace(/^\s*type /, "").trim())
    .filter((name) => name !== "");
}

describe("sidetone", () => {
  test("exports by name all that applications use of client-core", () => {
    const names = exportedNames(source("sidetone/src/index.ts"));
    expect(exportedNames(source("client-core/src/index.ts")).filter((name) => !names.includes(name))).toEqual([]);
    expect(source("sidetone/src/index.ts")).not.toContain("export *");
  });

  test("imports neither the command nor the test kit", () => {
    const imported = [...source("sidetone/src/index.ts").matchAll(/from "([^"]+)"/g)].map(([, name]) => name);
    expect(imported).toEqual(["@sidetone/client-core", "@sidetone/infra-common"]);
  });

  test.each([
    ["sip", ["sip-core"]],
    ["sdp", ["sdp-core"]],
    ["rtp", ["rtp-core"]],
    ["stun", ["stun-core"]],
    ["media", ["media-core"]],
    ["transport", ["sip-transport"]],
    ["transaction", ["transaction-core"]],
    ["dialog", ["dialog-core"]],
    ["registrar", ["registrar-core"]],
    ["session", ["session-core"]],
    ["trace", ["trace-core"]],
    ["media-transport", ["media-transport"]],
    ["infra", ["infra-common"]],
    ["testkit", ["testkit", "testkit/scenario"]],
  ])("sidetone/%s is the package beneath, with the same objects", async (subpath, packages) => {
    const front = (await import(/* @vite-ignore */ `sidetone/${subpath}`)) as Record<string, unknown>;
    const beneath = await Promise.all(
      packages.map((name) => import(/* @vite-ignore */ `@sidetone/${name}`) as Promise<Record<string, unknown>>),
    );
    const expected = Object.assign({}, ...beneath) as Record<string, unknown>;
    expect(Object.keys(front).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(front)) expect(value, name).toBe(expected[name]);
  });

  test("has no subpath but these", () => {
    const { exports } = JSON.parse(source("sidetone/package.json")) as { exports: Record<string, unknown> };
    expect(Object.keys(exports)).toHaveLength(15);
  });
});
