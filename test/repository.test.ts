import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./support/run-program.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
const packages = readdirSync(join(root, "packages")).filter((name) => existsSync(join(root, "packages", name, "package.json")));
const tracked = trackedFiles();
const texts = tracked.filter((path) => /\.(ts|js|mjs|cjs|json|md|sh|yml|yaml|txt)$|(^|\/)[^./]+$/.test(path));

/** What git tracks; without git, in an unpacked archive, all that is there. */
function trackedFiles(): string[] {
  let paths: string[];
  try {
    paths = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).split("\n");
  } catch {
    const ours = readdirSync(root).filter((name) => name !== "node_modules" && name !== ".git");
    const isTree = (name: string): boolean => statSync(join(root, name)).isDirectory();
    const inside = (name: string): string[] =>
      readdirSync(join(root, name), { recursive: true, encoding: "utf8" }).map((path) => join(name, path));
    paths = ours.flatMap((name) => (isTree(name) ? inside(name) : [name])).filter((path) => !/(^|\/)dist\/|\.tsbuildinfo$/.test(path));
  }
  return paths.filter((path) => path !== "" && existsSync(join(root, path)) && statSync(join(root, path)).isFile());
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Record<string, { source: string; types: string; default: string }>;
  readonly files: readonly string[];
  readonly [field: string]: unknown;
}

const manifest = (folder: string): Manifest => JSON.parse(read(join(folder, "package.json"))) as Manifest;

describe("source files", () => {
  const lengths = tracked
    .filter((path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path))
    .map((path) => ({ path, lines: read(path).trimEnd().split("\n").length }));

  test("have at most 500 lines, nine in ten under 300", () => {
    expect(lengths.length).toBeGreaterThan(300);
    expect(lengths.filter(({ lines }) => lines > 500)).toEqual([]);
    expect(lengths.filter(({ lines }) => lines < 300).length / lengths.length).toBeGreaterThan(0.9);
  });

  test("are named for what happens, not for what kind of thing they hold", () => {
    expect(lengths.map(({ path }) => path).filter((path) => /\/(helpers?|utils?|types|common|misc)\.ts$/.test(path))).toEqual([]);
  });

  test.each(packages)("%s lists its exports by name", (name) => {
    for (const { source } of Object.values(manifest(`packages/${name}`).exports)) {
      if (source.endsWith("/index.ts")) expect(read(join("packages", name, source))).not.toMatch(/^export \*/m);
    }
  });
});

describe("every package", () => {
  const { version } = manifest(".");

  test.each(packages)("%s can be published", (name) => {
    const { exports, files, ...fields } = manifest(`packages/${name}`);
    expect(fields).toMatchObject({
      name: name === "sidetone" ? name : `@sidetone/${name}`,
      version,
      description: expect.stringMatching(/^.{10,}$/) as string,
      keywords: expect.arrayContaining(["sip", "voip"]) as string[],
      license: "MIT OR Apache-2.0",
      type: "module",
      engines: { node: ">=20.19" },
      sideEffects: false,
    });
    expect(fields).not.toHaveProperty("private");
    expect(files).toEqual(expect.arrayContaining(["LICENSE-*", "dist/bundle", "dist/**/*.d.ts", "src"]));
    for (const [subpath, { source, types, default: code }] of Object.entries(exports)) {
      expect(existsSync(join(root, "packages", name, source)), source).toBe(true);
      const compiled = source.replace("./src/", "").replace(/\.ts$/, "");
      expect([subpath, types, code]).toEqual([subpath, `./dist/${compiled}.d.ts`, `./dist/bundle/${compiled}.js`]);
    }
  });

  test("tells its version on the wire and in the changelog", () => {
    expect(read("CHANGELOG.md")).toContain(`## ${version}`);
    const told = tracked
      .filter((path) => path.startsWith("packages/client-core/src/"))
      .flatMap((path) => read(path).match(/Sidetone\/[\d.]+/g) ?? []);
    expect(new Set(told)).toEqual(new Set([`Sidetone/${version}`]));
  });
});

describe("the repository", () => {
  test("has the texts that a user and a contributor look for", () => {
    for (const file of [
      "README.md",
      "ARCHITECTURE.md",
      "CONTRIBUTING.md",
      "SECURITY.md",
      "CHANGELOG.md",
      "LICENSE-MIT",
      "LICENSE-APACHE",
    ]) {
      expect(tracked).toContain(file);
    }
    expect(read("LICENSE-MIT")).toContain("Permission is hereby granted, free of charge");
    expect(read("LICENSE-APACHE")).toContain("Version 2.0, January 2004");
  });

  test.each(tracked.filter((path) => path.endsWith(".md")))("%s: every link leads somewhere", (path) => {
    const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const inside = links.filter((target) => !/^[a-z]+:/.test(target)).map((target) => target.split("#"));
    for (const [file, anchor] of inside) {
      const target = file === "" ? path : normalize(join(dirname(path), file!));
      expect(existsSync(join(root, target)), `${path} → ${target}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(read(target)), `${path} → ${target}#${anchor}`).toContain(anchor);
    }
  });

  test("names no machine, no registry and no unfinished work", () => {
    const forbidden = /\/(?:home|root|Users|work)\/\w|"resolved": "https?:|\b(?:T[O]DO|FI[X]ME|X[X]X)\b/;
    const found = texts.flatMap((path) =>
      read(path)
        .split("\n")
        .filter((line) => forbidden.test(line))
        .map((line) => `${path}: ${line.trim().slice(0, 120)}`),
    );
    expect(found).toEqual([]);
  });

  test("holds no build output", () => {
    expect(tracked.filter((path) => /(^|\/)(dist|node_modules|coverage)\/|\.tsbuildinfo$/.test(path))).toEqual([]);
  });
});

/** The anchors that headings get. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
