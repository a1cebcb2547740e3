import { describe, expect, test } from "vitest";
import { FakeTerminal } from "./support/fake-terminal.ts";

describe("a live line", () => {
  test("is written over by the next one, also by a shorter one", () => {
    const terminal = new FakeTerminal({ interactive: true });
    terminal.live("connected  0:09");
    terminal.live("ended");
    expect(terminal.out).toBe(`\rconnected  0:09\rended          `);
    expect(terminal.screen).toEqual(["ended"]);
  });

  test("stays below the lines that are written meanwhile, to either stream", () => {
    const terminal = new FakeTerminal({ interactive: true });
    terminal.live("connected");
    terminal.line("digit 1 heard");
    terminal.error("the disk is full");
    terminal.live("connected  0:01");
    expect(terminal.screen).toEqual(["digit 1 heard", "connected  0:01"]);
    expect(terminal.err).toBe("sidetone: the disk is full\n");
  });

  test("is wiped away at the end", () => {
    const terminal = new FakeTerminal({ interactive: true });
    terminal.live("connected");
    terminal.endLive();
    terminal.line("call ended");
    expect(terminal.screen).toEqual(["call ended", ""]);
  });

  test("is cut to the width of the terminal, so that it never takes two lines, with the ^C of a terminal behind it", () => {
    const terminal = new FakeTerminal({ interactive: true, columns: 12 });
    terminal.live("connected  0:01  PCMU");
    expect(terminal.screen).toEqual(["connected"]);
  });

  test("is for people only: nothing of it reaches a file or a pipe", () => {
    const terminal = new FakeTerminal();
    terminal.live("connected");
    terminal.line("call ended");
    expect(terminal.out).toBe("call ended\n");
  });
});

test("while a secret is asked for, nothing moves", async () => {
  let answer: (secret: string) => void = () => {};
  const terminal = new FakeTerminal({ interactive: true, askSecret: () => new Promise((resolve) => (answer = resolve)) });
  terminal.live("calling");
  const asked = terminal.askSecret!("Password: ", new AbortController().signal);
  const before = terminal.out;
  terminal.live("calling  0:01");
  expect(terminal.out).toBe(before);
  expect(terminal.screen).toEqual([""]);
  answer("secret");
  expect(await asked).toBe("secret");
  terminal.live("calling  0:02");
  expect(terminal.screen).toEqual(["calling  0:02"]);
});
