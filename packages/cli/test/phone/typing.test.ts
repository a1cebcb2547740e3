import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { wordsOf } from "../../src/phone/parse-line.ts";
import { phoneLine } from "../support/phone-line.ts";

describe("a phone that somebody types at", () => {
  test("shows what it does before what is typed, and needs no line numbers", async () => {
    const { registrar, alice, bob, clock, type } = phoneLine();
    await registrar();
    const there = bob("", { interactive: true });
    const here = alice("", { interactive: true, columns: 200 });
    await clock.advance(200);
    expect(here.terminal.screen).toContain("help lists the commands, Tab completes them, Ctrl-D leaves");
    expect(here.terminal.lines.prompts).toEqual(["alice not registered> ", "alice registering> ", "alice registered> "]);
    await type(here, "hodl");
    expect(here.terminal.err).toBe('sidetone: "hodl" is no command; did you mean hold? help lists them\n');
    await type(here, "call bob");
    expect(here.terminal.lines.prompts.at(-1)).toMatch(/^1 bob ringing {2}0:00> $/);
    await clock.advance(2000);
    expect(here.terminal.lines.prompts.at(-1)).toBe("1 bob ringing  0:02> ");
    await type(there, "answer");
    await type(here, "mute", 3000);
    expect(here.terminal.lines.prompts.at(-1)).toMatch(
      /^1 bob muted connected {2}0:0[23] {2}PCMU {2}loss 0\.0 % {2}jitter \d\.\d ms {2}MOS \S+> $/,
    );
    await type(here, "hangup");
    expect(here.terminal.lines.prompts.at(-1)).toBe("alice registered> ");
    expect(here.terminal.out).not.toContain("> hangup"); // the terminal has shown it
  });

  test("does not wait for one line before the next", async () => {
    const { registrar, alice, clock, type } = phoneLine();
    await registrar();
    const here = alice("", { interactive: true });
    await clock.advance(200);
    await type(here, "sleep 100");
    await type(here, "accounts");
    await type(here, "register");
    expect(here.terminal.screen.at(-2)).toBe("sip:alice@10.0.0.2 registered as sip:alice@10.0.0.1:5060 for 3600 s");
    await type(here, "accounts");
    expect(here.terminal.screen.at(-2)).toMatch(/^alice@10\.0\.0\.2 {2}registered {2}for \d+ s as sip:alice@10\.0\.0\.1:5060$/);
  });

  test.each([
    ["quit", (lines: { type(line: string): void }) => lines.type("quit")],
    ["Ctrl-D", (lines: { end(): void }) => lines.end()],
  ])("%s hangs up, un-registers and ends with 0", async (_name, leave) => {
    const { registrar, alice, bob, clock, type, end } = phoneLine();
    const { terminal: registry } = await registrar();
    const there = bob("", { interactive: true });
    const here = alice("", { interactive: true });
    await clock.advance(200);
    await type(here, "call bob");
    await type(there, "answer");
    leave(here.terminal.lines);
    expect(await end(here)).toBe(0);
    expect(there.terminal.out).toContain("[1] call ended: hung up by the other side");
    expect(registry.out).toContain("alice@any left");
    expect(here.terminal.screen.slice(-4)).toEqual([
      "[1] hanging up",
      expect.stringMatching(/^\[1\] call ended: hung up here/),
      "sip:alice@10.0.0.2 un-registered",
      "",
    ]);
  });

  test("Ctrl-C leaves; while a call lasts only the second one", async () => {
    const { alice, clock, runThere } = phoneLine();
    const here = alice("--no-register", { interactive: true });
    await clock.advance(100);
    const { options } = here.terminal.lines;
    expect(options.mayInterrupt()).toBe(true);
    runThere("call sip:alice@10.0.0.1");
    await clock.advance(100);
    expect(options.mayInterrupt()).toBe(false);
    expect(here.terminal.screen.at(-2)).toBe("Ctrl-C once more hangs up and leaves");
    expect(options.mayInterrupt()).toBe(true);
  });

  test("the password is asked for when the registrar wants it, by one who has the keyboard for himself", async () => {
    const { registrar, run, clock, end } = phoneLine();
    await registrar();
    let answer: (password: string) => void = () => {};
    const askSecret = (): Promise<string> => new Promise((resolve) => (answer = resolve));
    const here = run("phone sip:alice@10.0.0.2 --listen 10.0.0.1:5060", { interactive: true, askSecret });
    await clock.advance(500);
    expect(here.terminal.lines.isPaused).toBe(true);
    answer("secret");
    await clock.advance(500);
    expect(here.terminal.lines.isPaused).toBe(false);
    expect(here.terminal.out).toContain("sip:alice@10.0.0.2 registered as");
    here.terminal.lines.end();
    expect(await end(here)).toBe(0);
  });

  test("lines and calls are kept for the next run, for their owner alone", async () => {
    const { alice, peer, clock, type, end, folder } = phoneLine();
    const bob = await peer();
    bob.onIncoming((incoming) => incoming.reject());
    const options = { interactive: true, variables: { XDG_STATE_HOME: folder } };
    const first = alice("--no-register", options);
    await clock.advance(100);
    for (const line of ["call sip:bob@10.0.0.2", "list", "list", "", "# nothing"]) await type(first, line);
    first.terminal.lines.end();
    await end(first);
    expect(readFileSync(`${folder}/sidetone/phone-lines`, "utf8")).toBe("call sip:bob@10.0.0.2\nlist\n# nothing\n");
    for (const name of ["phone-lines", "phone-calls"]) expect(statSync(`${folder}/sidetone/${name}`).mode & 0o777).toBe(0o600);
    const second = alice("--no-register", options);
    await clock.advance(100);
    expect(second.terminal.lines.options.history).toEqual(["call sip:bob@10.0.0.2", "list", "# nothing"]);
    await type(second, "history");
    expect(second.terminal.screen.at(-2)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d {2}to {2}sip:bob@10\.0\.0\.2 {4}refused with 486 Busy Here$/);
  });

  test("from a pipe nothing is kept", async () => {
    const { alice, end, folder } = phoneLine();
    await end(alice("--no-register", { input: "list\nhistory", variables: { XDG_STATE_HOME: folder } }));
    expect(existsSync(`${folder}/sidetone`)).toBe(false);
  });

  test("a history that cannot be kept is warned of once, and all goes on", async () => {
    const { alice, clock, type } = phoneLine();
    const here = alice("--no-register", { interactive: true, variables: { XDG_STATE_HOME: "/dev/null" } });
    await clock.advance(100);
    await type(here, "list");
    await type(here, "accounts");
    expect(here.terminal.err.match(/warning: no history is kept/g)).toHaveLength(2); // of lines, and of calls
    expect(here.terminal.screen).toContain("no calls");
  });
});

describe("Tab", () => {
  test.each([
    ["", ["call", "quit", "switch"], ""],
    ["ha", ["hangup "], "ha"],
    ["q", ["quality", "quit"], "q"],
    ["call b", ["sip:bob@10.0.0.2 "], "b", "sip:b"],
    ["hangup ", ["1", "all"], ""],
    ["answer ", ["1 "], ""],
    ["wait con", ["connected "], "con"],
    ["help wai", ["wait "], "wai"],
    ["stop ", ["play", "record"], ""],
    ["unregister ", ["alice@10.0.0.2 "], ""],
    ["nonsense ", [], ""],
    ["hold x", [], "x"],
    ["play packages/cli/sr", ["packages/cli/src/"], "packages/cli/sr"],
    ["play packages/cli/package.j", ["packages/cli/package.json "], "packages/cli/package.j"],
    ["play /nowhere/x", [], "/nowhere/x"],
    ['play "x', [], 'play "x'],
  ] as [line: string, expected: string[], replaced: string, typedInstead?: string][])(
    "behind %j offers %j",
    async (line, expected, replaced, typedInstead) => {
      const { alice, clock, runThere } = phoneLine();
      const here = alice("--no-register", { interactive: true });
      await clock.advance(50);
      here.terminal.lines.type("call sip:bob@10.0.0.2");
      await clock.advance(50);
      here.terminal.lines.type("hangup");
      await clock.advance(50_000);
      runThere("call sip:alice@10.0.0.1");
      await clock.advance(100);
      const [candidates, typed] = here.terminal.lines.options.complete(
        typedInstead === undefined ? line : line.replace(/\S+$/, typedInstead),
      );
      if (line === "") expect(candidates).toEqual(expect.arrayContaining(expected));
      else expect(candidates).toEqual(expected);
      expect(typed).toBe(typedInstead ?? replaced);
    },
  );
});

describe("a line", () => {
  test.each([
    ["call  bob ", ["call", "bob"]],
    ['play "my file.wav"', ["play", "my file.wav"]],
    ["play 'it is.wav'", ["play", "it is.wav"]],
    ["play my\\ file.wav", ["play", "my file.wav"]],
    ['call "+49 30"12', ["call", "+49 3012"]],
    ["play C:\\music\\a.wav", ["play", "C:\\music\\a.wav"]],
    ['play "a\\"b"', ["play", 'a"b']],
    ["", []],
    ["   ", []],
  ])("%j is %j", (line, words) => expect(wordsOf(line).map(({ text }) => text)).toEqual(words));
});
