import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, type Client } from "@sidetone/client-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import ts from "typescript";

// Every code block of README.md and the guide is compiled with the project's flags and run against the built packages. Ports in the text are
// replaced by free ones: 5060 is a phone that echoes, and a block that listens on 5070 is called and sent the digit 0.

const root = new URL("..", import.meta.url).pathname;
const folder = join(root, "node_modules", ".sidetone", `snippets-${process.pid}`);

interface Snippet {
  readonly name: string;
  readonly language: string;
  readonly code: string;
}

function snippetsOf(file: string): Snippet[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/^```(ts|js)\n([\s\S]*?)^```$/gm)].map((match) => {
    const line = text.slice(0, match.index).split("\n").length;
    return { name: `${file}:${line}`, language: match[1]!, code: match[2]! };
  });
}

const files = ["README.md", ...readdirSync(join(root, "docs/guide")).map((name) => `docs/guide/${name}`)];
const snippets = files.flatMap(snippetsOf);

let echo: Client;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, "examples/media/hello.wav"), join(folder, "hello.wav")); // where a block plays from and records to
  echo = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:bob@127.0.0.1" } });
  echo.onIncoming(async (incoming) => {
    (await incoming.answer()).setEcho(true);
  });
});
afterAll(async () => {
  await echo.close();
  rmSync(folder, { recursive: true, force: true });
});

const portOf = (client: Client): number => client.listeningPoints[0]!.port;

/** A port that is free now, for a snippet that listens. */
async function freePort(): Promise<number> {
  await using probe = await createClient({ listen: "127.0.0.1:0", media: "external" });
  return portOf(probe);
}

async function run(snippet: Snippet, index: number): Promise<{ exitCode: number | null; output: string }> {
  const listenPort = await freePort();
  const code = snippet.code
    .replaceAll("127.0.0.1:5060", `127.0.0.1:${portOf(echo)}`)
    .replaceAll("127.0.0.1:5070", `127.0.0.1:${listenPort}`);
  const compiled =
    snippet.language === "js"
      ? code
      : ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } }).outputText;
  const path = join(folder, `snippet-${index}.mjs`);
  writeFileSync(path, compiled);
  const child = spawn(process.execPath, [path], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  if (snippet.code.includes("5070")) await Promise.race([callSnippet(listenPort), closed]);
  const exitCode = await closed;
  return { exitCode, output };
}

/** Calls a snippet that answers, as soon as it listens; says 0 and hangs up. */
async function callSnippet(port: number): Promise<void> {
  await using caller = await createClient({ listen: "127.0.0.1:0" });
  const uri = `sip:127.0.0.1:${port}`;
  while ((await caller.userAgent.request({ method: "OPTIONS", requestUri: uri }).catch(() => undefined))?.statusCode !== 200);
  const call = await caller.call(uri);
  await call.sendDtmf("0");
  await call.hangUp();
}

describe("the code in README and guide", () => {
  test("is there", () => {
    expect(snippets.length).toBeGreaterThan(8);
  });

  test("type-checks with the project's flags", () => {
    const paths = snippets
      .filter(({ language }) => language === "ts")
      .map(({ code }, index) => {
        const path = join(folder, `check-${index}.mts`);
        writeFileSync(path, code);
        return path;
      });
    const { config } = ts.readConfigFile(join(root, "tsconfig.test.json"), ts.sys.readFile);
    const parsed = ts.parseJsonConfigFileContent({ ...config, files: paths }, ts.sys, root);
    const program = ts.createProgram(paths, { ...parsed.options, noEmit: true });
    const problems = ts.getPreEmitDiagnostics(program).map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
    expect(problems).toEqual([]);
  }, 60_000);

  test.concurrent.each(snippets.map((snippet, index) => ({ ...snippet, index })))(
    "$name runs",
    async (snippet) => {
      const { exitCode, output } = await run(snippet, snippet.index);
      expect(output).not.toMatch(/Error|Warning/);
      expect(exitCode).toBe(0);
    },
    60_000,
  );
});
