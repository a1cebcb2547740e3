import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { secretAsker } from "../../src/node/ask-secret.ts";

function setUp() {
  const input = new PassThrough();
  const parts = { shown: "", interrupts: 0 };
  const ask = secretAsker({ input, output: { write: (text) => (parts.shown += text) }, interrupt: () => parts.interrupts++ });
  const over = new AbortController();
  const answer = ask("Password: ", over.signal);
  return { input, parts, over, answer };
}

describe("a question for a secret", () => {
  test("gives the line that was typed, and shows none of it", async () => {
    const { input, parts, answer } = setUp();
    input.write("s3creX\u007ft\r");
    expect(await answer).toBe("s3cret");
    expect(parts.shown).toBe("Password: \n");
  });

  test("gives nothing for an empty line, and at the end of the input", async () => {
    const empty = setUp();
    empty.input.write("\r");
    expect(await empty.answer).toBeUndefined();
    const ended = setUp();
    ended.input.end();
    expect(await ended.answer).toBeUndefined();
  });

  test("makes of Ctrl-C the interrupt that it is elsewhere, before it gives nothing", async () => {
    const { input, parts, answer } = setUp();
    input.write("s3c\u0003");
    expect(await answer).toBeUndefined();
    expect(parts.interrupts).toBe(1);
  });

  test("is taken back when nobody waits for the answer any more", async () => {
    const { parts, over, answer } = setUp();
    over.abort();
    expect(await answer).toBeUndefined();
    expect(parts.shown).toBe("Password: \n");
  });
});
