import { readFileSync } from "node:fs";
import { main } from "@sidetone/cli";
import { describe, expect, test } from "vitest";
import { FakeTerminal } from "./support/fake-terminal.ts";

async function run(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const terminal = new FakeTerminal();
  const exitCode = await main(args, terminal);
  expect(terminal.interruptListeners).toBe(0);
  return { exitCode, out: terminal.out, err: terminal.err };
}

describe("sidetone", () => {
  test("without a command shows its commands and exit codes, as help does", async () => {
    const { exitCode, out, err } = await run();
    expect([exitCode, err]).toEqual([0, ""]);
    for (const word of ["call", "answer", "options", "Exit codes: 0 ended normally"]) expect(out).toContain(word);
    expect(await run("help")).toEqual({ exitCode, out, err });
    expect(await run("--help")).toEqual({ exitCode, out, err });
  });

  test.each([
    ["call", ["--play", "--tone", "--record", "--dtmf", "--duration", "--listen", "--user", "--password", "--codecs", "--trace", "--json"]],
    ["answer", ["--listen", "--echo", "--play", "--tone", "--record", "--max-calls", "--ring", "--trace", "--json"]],
    ["options", ["--listen", "--json"]],
  ])("help %s lists its options", async (command, options) => {
    const { exitCode, out } = await run("help", command);
    expect(exitCode).toBe(0);
    for (const option of options) expect(out).toContain(option);
    expect((await run(command, "--help")).out).toBe(out);
  });

  test("help of every command ends with examples, and each can be understood", async () => {
    const { out } = await run();
    const names = [...out.split("Commands:")[1]!.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name!).filter((name) => name !== "help");
    expect(names).toEqual(expect.arrayContaining(["call", "answer", "options", "register", "phone", "registrar", "doctor"]));
    for (const name of names) {
      const examples = (await run("help", name)).out.split("\nExamples:\n")[1]?.trimEnd().split("\n") ?? [];
      expect(examples.length, name).toBeGreaterThan(1);
      for (const example of examples) {
        const [, line] = /(?:^ {2}|\| )sidetone (.*)$/.exec(example)!;
        const words = line!.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ""));
        // What is not understood is told before the help.
        expect(await run(...words, "--help"), example).toMatchObject({ exitCode: 0, err: "" });
        const options = words.filter((word) => word.startsWith("--"));
        const help = (await run("help", name)).out;
        for (const option of options) expect(help, example).toContain(option);
      }
    }
  });

  test("help phone says what there is not yet", async () => {
    expect((await run("help", "phone")).out).toContain("There is no microphone and no loudspeaker yet");
  });

  test("--version is that of the package", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
    expect(await run("--version")).toEqual({ exitCode: 0, out: `${version}\n`, err: "" });
  });

  test.each([
    [["dial"], /unknown command 'dial'/],
    [["call"], /missing required argument 'uri'/],
    [["options"], /missing required argument 'uri'/],
    [["call", "sip:a@b", "sip:c@d"], /too many arguments/],
    [["call", "sip:a@b", "--volume", "3"], /unknown option '--volume'/],
    [["call", "sip:a@b", "--play", "x.wav", "--tone", "440"], /'--play <file>' cannot be used with option '--tone <hz>'/],
    [["answer", "--echo", "--tone", "440"], /'--echo' cannot be used with option '--tone <hz>'/],
    [["answer", "--echo", "--play", "x.wav"], /'--echo' cannot be used with option '--play <file>'/],
    [["call", "sip:a@b", "--tone", "5"], /'--tone <hz>' argument '5' is invalid. Give a frequency in Hz, from 20 to 20000/],
    [["call", "sip:a@b", "--tone", "loud"], /argument 'loud' is invalid/],
    [["call", "sip:a@b", "--dtmf", "1 2"], /'--dtmf <digits>' argument '1 2' is invalid. Give key presses/],
    [["call", "sip:a@b", "--duration", "-1"], /Give a number of seconds/],
    [["call", "sip:a@b", "--duration", ""], /Give a number of seconds/],
    [["call", "sip:a@b", "--duration", "Infinity"], /Give a number of seconds/],
    [["call", "sip:a@b", "--codecs", "PCMU,,PCMA"], /Give codec names separated by commas/],
    [["answer", "--max-calls", "0"], /Give a whole number, 1 or more/],
    [["answer", "--max-calls", "1.5"], /Give a whole number, 1 or more/],
    [["answer", "--ring", "soon"], /Give a number of seconds/],
  ])("%j is a usage error, with advice", async (args, message) => {
    const { exitCode, out, err } = await run(...args);
    expect([exitCode, out]).toEqual([1, ""]);
    expect(err).toMatch(message);
    expect(err).toContain("sidetone help");
  });
});

test("the command line is read without loading the stack", () => {
  expect(staticImports("main.ts").filter((name) => name.startsWith("@sidetone/"))).toEqual(["@sidetone/infra-common"]);
});

/** Packages that a source file imports before it runs, through its siblings too. */
function staticImports(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const text = readFileSync(new URL(`../src/${path}`, import.meta.url), "utf8");
  const names = [...text.matchAll(/^import (?!type )[^;]*?from "([^"]+)";/gm)].map(([, name]) => name!);
  const packages = names.flatMap((name) =>
    name.startsWith(".") ? staticImports(new URL(name, `file:///${path}`).pathname.slice(1), seen) : [name],
  );
  return [...new Set(packages)].sort();
}
