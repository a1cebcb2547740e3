import { PassThrough } from "node:stream";
import { setImmediate as turnOfTheEventLoop } from "node:timers/promises";
import { Terminal } from "@sidetone/cli";
import { describe, expect, onTestFinished, test } from "vitest";
import { secretAsker } from "../../src/node/ask-secret.ts";
import { LineEditor } from "../../src/node/line-editor.ts";
import { PipedLines } from "../../src/node/piped-lines.ts";
import type { LineReader } from "../../src/line-reader.ts";
import { Screen } from "../support/screen.ts";

interface SetUp {
  screen: Screen;
  terminal: Terminal;
  reader: LineReader;
  /** Lines that were read. */
  lines: string[];
  interrupts: number;
  mayInterrupt: boolean;
  ended: Promise<void>;
  /** As keys, one after the other; gives the screen. */
  type(keys: string): Promise<string[]>;
  /** As one piece. */
  paste(text: string): Promise<string[]>;
}

/** A terminal of 40 columns with a line editor on it. */
function setUp(history: string[] = []): SetUp {
  const screen = new Screen();
  const input = new PassThrough();
  const state = { interrupts: 0, mayInterrupt: true, lines: [] as string[] };
  const interrupt = (): void => void state.interrupts++;
  const terminal = new Terminal({
    out: screen,
    err: screen,
    openLines: (options) => new LineEditor({ input, output: screen, interrupt }, options),
    askSecret: secretAsker({ input, output: screen, interrupt }),
  });
  const reader = terminal.readLines({
    edits: true,
    history,
    complete: (line) => [["hangup", "hold"].filter((word) => word.startsWith(line)), line],
    mayInterrupt: () => state.mayInterrupt,
  })!;
  onTestFinished(() => reader[Symbol.dispose]());
  const ended = (async () => {
    for await (const line of reader.lines) state.lines.push(line);
  })();
  const paste = async (text: string): Promise<string[]> => {
    input.write(text);
    await turnOfTheEventLoop();
    await turnOfTheEventLoop();
    return screen.lines;
  };
  const type = async (keys: string): Promise<string[]> => {
    for (const key of keys.match(/\x1b\[[A-D]|[^]/g) ?? []) await paste(key);
    return screen.lines;
  };
  return Object.assign(state, { screen, terminal, reader, ended, type, paste });
}

const long = "a line that is much longer than the forty columns";

describe("while a line is typed", () => {
  test("what is written goes above it, and the typing goes on where it was", async () => {
    const { terminal, type, screen, lines } = setUp();
    await type("call bob");
    terminal.line("somebody is calling");
    terminal.error("and something is wrong");
    expect(screen.lines).toEqual(["somebody is calling", "sidetone: and something is wrong", "> call bob"]);
    expect(screen.cursor).toEqual([2, 10]);
    expect(await type("by\r")).toEqual(["somebody is calling", "sidetone: and something is wrong", "> call bobby", ">"]);
    expect(lines).toEqual(["call bobby"]);
  });

  test.each(["type", "paste"] as const)(
    "a state before it changes without leaving anything behind, in a line of several rows too (%s)",
    async (how) => {
      const { terminal, screen, [how]: enter, type } = setUp();
      await enter(long);
      terminal.live("ringing  0:00");
      terminal.line("180 Ringing");
      terminal.live("connected  0:00");
      terminal.line("connected");
      expect(screen.lines).toEqual(["180 Ringing", "connected", "connected  0:00> a line that is much lon", "ger than the forty columns"]);
      expect(screen.cursor).toEqual([3, 26]);
      await type("\x1b[D".repeat(40)); // into the first row
      terminal.line("above");
      terminal.endLive();
      expect(screen.lines).toEqual(["180 Ringing", "connected", "above", "> a line that is much longer than the fo", "rty columns"]);
    },
  );

  test("a state that is long takes half of the row at most", async () => {
    const { terminal, type, screen } = setUp();
    await type("x");
    terminal.live("1 bob connected  0:07  PCMU  loss 0.0 %  jitter 0.3 ms");
    expect(screen.lines).toEqual(["1 bob connected> x"]);
  });

  test("a password is asked for below, unseen, and what was typed comes back", async () => {
    const { terminal, type, screen, lines } = setUp();
    await type("call b");
    const asked = terminal.askSecret!("Password: ", new AbortController().signal);
    const second = terminal.askSecret!("Another: ", new AbortController().signal);
    expect(await type("secret")).toEqual(["Password:"]);
    await type("\r");
    expect(await asked).toBe("secret");
    expect(await type("x\r")).toEqual(["Password:", "Another:", "> call b"]);
    expect(await second).toBe("x");
    expect(await type("ob\r")).toEqual(["Password:", "Another:", "> call bob", ">"]);
    expect(lines).toEqual(["call bob"]);
    expect(screen.lines.join()).not.toContain("secret");
  });
});

test("the arrow keys bring earlier lines back", async () => {
  const { type } = setUp(["call alice", "call bob"]);
  expect(await type("\x1b[A")).toEqual(["> call bob"]);
  expect(await type("\x1b[A")).toEqual(["> call alice"]);
  expect(await type("\x1b[B")).toEqual(["> call bob"]);
});

test("Tab completes, and shows what there is when it is several", async () => {
  const { type } = setUp();
  expect(await type("ha\t")).toEqual(["> hangup"]);
  expect((await type("\x15h\t\t")).join("\n")).toMatch(/hangup +hold/);
});

test("Ctrl-C takes the typed text away, and interrupts where there is none and it may", async () => {
  const editor = setUp();
  expect(await editor.type("call bob\x1b[D\x1b[D\x03")).toEqual([">"]);
  expect(editor.interrupts).toBe(0);
  editor.mayInterrupt = false;
  await editor.type("\x03");
  expect(editor.interrupts).toBe(0);
  editor.mayInterrupt = true;
  await editor.type("\x03");
  expect(editor.interrupts).toBe(1);
  expect(editor.lines).toEqual([]);
});

test("Ctrl-D ends the lines, and the prompt does not stay", async () => {
  const { type, ended, terminal, screen } = setUp();
  await type("list\r\x04");
  await ended;
  terminal.line("un-registered");
  terminal.live("nothing");
  expect(screen.lines).toEqual(["> list", "un-registered"]);
});

describe("lines from a pipe", () => {
  test("come in order, the last without an end of line too; many wait until they are read", async () => {
    const input = new PassThrough();
    const reader = new PipedLines(input);
    const wanted = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
    input.end(wanted.join("\r\n"));
    const lines: string[] = [];
    for await (const line of reader.lines) {
      lines.push(line);
      if (lines.length % 100 === 0) await turnOfTheEventLoop();
    }
    expect(lines).toEqual(wanted);
  });

  test("end when the reader is disposed of", async () => {
    const reader = new PipedLines(new PassThrough());
    reader[Symbol.dispose]();
    for await (const line of reader.lines) expect.fail(line);
  });
});
