import { describe, expect, test } from "vitest";
import { Redirection } from "../../src/phone/redirection.ts";
import { after, phoneLine, script, type PhoneLine } from "../support/phone-line.ts";
import type { RunningCommand } from "../support/command-line.ts";

/** A phone that somebody sits at, without an account; callers come from 10.0.0.2. */
function setUp(args = ""): PhoneLine & { here: RunningCommand; calls(from: string, duration?: number): RunningCommand } {
  const line = phoneLine();
  const here = line.alice(`--no-register${args}`, { interactive: true, columns: 120 });
  return {
    ...line,
    here,
    calls: (from, duration = 3600) => line.runThere(`call sip:alice@10.0.0.1 --user ${from} --tone 500 --duration ${duration}`),
  };
}

describe("several calls at once", () => {
  test("the one that is answered is talked to, the others are held", async () => {
    const { here, calls, type, clock, end } = setUp();
    await clock.advance(100);
    const carol = calls("carol");
    await clock.advance(100);
    expect(here.terminal.screen.at(-2)).toBe("[1] \x07sip:carol@10.0.0.1 is calling: answer or reject");
    await type(here, "answer");
    const dave = calls("dave");
    await clock.advance(100);
    expect(here.terminal.screen.at(-2)).toBe("[2] \x07sip:dave@10.0.0.1 is calling: answer 2 or reject 2");
    expect(here.terminal.lines.prompts.at(-1)).toMatch(/^dave calls, answer 2 {2}1 carol connected {2}0:00 {2}PCMU/);
    await type(here, "answer");
    expect(carol.terminal.screen.at(-2)).toBe("held by the other side");
    await type(here, "list");
    expect(here.terminal.screen.slice(-3, -1)).toEqual([
      expect.stringMatching(/^ {3}1 {2}sip:carol@10\.0\.0\.1 {2}held here {2}0:00 {2}PCMU$/),
      expect.stringMatching(/^\* {2}2 {2}sip:dave@10\.0\.0\.1 {3}connected {2}0:00 {2}PCMU$/),
    ]);
    expect(here.terminal.lines.prompts.at(-1)).toMatch(/^2 dave connected {2}and 1 more {2}0:00|^2 dave connected {2}/);
    await type(here, "switch 1");
    expect(here.terminal.screen.slice(-4, -1)).toEqual(["[2] held by this side", "[1] no longer held", "you talk to carol now (call 1)"]);
    await type(here, "hangup");
    expect(await end(carol)).toBe(0);
    expect(here.terminal.screen.at(-2)).toBe("[2] this call with dave is selected now; it is on hold: resume talks to it");
    await type(here, "resume");
    expect(dave.terminal.screen.at(-2)).toBe("no longer held");
    await type(here, "hangup all");
    expect(await end(dave)).toBe(0);
    await type(here, "list");
    expect(here.terminal.screen.at(-2)).toBe("no calls");
    expect(here.terminal.lines.prompts.at(-1)).toBe("alice not registered> ");
  });

  test("who is called while one is talked to finds that one held", async () => {
    const { here, calls, peer, type, clock, end } = setUp();
    const bob = await peer();
    bob.onIncoming((incoming) => incoming.answer());
    const carol = calls("carol");
    await clock.advance(100);
    await type(here, "answer");
    await type(here, "call sip:bob@10.0.0.2");
    expect(carol.terminal.screen.at(-2)).toBe("held by the other side");
    expect(here.terminal.screen).toContain("[2] calling sip:bob@10.0.0.2 as sip:alice@10.0.0.2");
    await type(here, "hangup 1");
    expect(await end(carol)).toBe(0);
    await type(here, "hangup");
    expect(bob.calls).toEqual([]);
  });

  test.each([
    ["reject", 486],
    ["reject 603", 603],
    ["reject 1", 486],
    ["reject 1 480", 480],
    ["hangup", 480],
  ])("%s refuses who calls with %i", async (line, statusCode) => {
    const { here, calls, type, clock, end } = setUp();
    const carol = calls("carol");
    await clock.advance(100);
    await type(here, line);
    expect(await end(carol)).toBe(Math.floor(statusCode / 100));
    expect(carol.terminal.out).toContain(`refused with ${statusCode}`);
    expect(here.terminal.screen).toContainEqual(expect.stringMatching(`no call: refused here with ${statusCode}`));
  });

  test("a caller who gives up is told of, and is in the history", async () => {
    const { here, calls, type, clock, end } = setUp();
    const carol = calls("carol");
    await clock.advance(1000);
    carol.terminal.interrupt();
    expect(await end(carol)).toBe(130);
    expect(here.terminal.screen.at(-2)).toBe("[1] no call: the caller gave up");
    await type(here, "history");
    expect(here.terminal.screen.at(-2)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d {2}missed {2}sip:carol@10\.0\.0\.1 {4}the caller gave up$/);
  });
});

describe("a line that cannot be done is answered with advice", () => {
  test.each([
    ["hodl", '"hodl" is no command; did you mean hold? help lists them'],
    ["qu", '"qu" is no command; did you mean quality or quit? help lists them'],
    ["frobnicate", '"frobnicate" is no command; help lists them'],
    ['play "x', '" is opened and not closed'],
    ["call", "call whom? Like: call bob, or call sip:bob@192.0.2.7"],
    ["call +49 30 1234", 'behind +49 there can be "from" and an account; a number with spaces needs quotes'],
    ["call http://x", '"http://x" is no SIP URI'],
    ["call bob from work", "there is no account work; there are alice@10.0.0.2"],
    ["answer", "nobody calls"],
    ["answer 3", "there is no call 3"],
    ["answer two", '"two" is no number of a call; list shows them'],
    ["reject", "nobody calls"],
    ["reject 1 200", '"200" is no status from 400 to 699'],
    ["hangup", "there is no call"],
    ["hold", "there is no call"],
    ["hold 1", 'too much: "1" is not understood here'],
    ["switch", "switch to which call? Like: switch 2; list shows them"],
    ["dtmf", "row of key presses is missing"],
    ["dtmf 1x", '"1x" is no row of key presses: Give key presses of 0-9, *, # and A-D, without spaces.'],
    ["quality", "there is no call"],
    ["tone 5", '"5" is no frequency: Give a frequency in Hz, from 20 to 20000.'],
    ["tone 440", "there is no call"],
    ["echo", "there is no call"],
    ["stop now", "stop what? Like: stop, stop play, stop record"],
    ["wait", "wait for what? There are registered, unregistered, incoming"],
    ["wait conected", '"conected" is nothing to wait for; did you mean connected? there are registered'],
    ["wait ended soon", '"soon" is no time: Give a number of seconds, 0 or more.'],
    ["sleep", "time is missing"],
    ["history none", '"none" is no number: Give a whole number, 1 or more.'],
    ["register home", "there is no account home; there are alice@10.0.0.2"],
    ["help hodl", '"hodl" is no command; did you mean hold? help lists them'],
  ])("%s: %s", async (line, message) => {
    const { alice, end } = phoneLine();
    const here = alice("--no-register", script(line));
    expect(await end(here)).toBe(1);
    expect(here.terminal.err).toContain(`sidetone: line 1: ${message}`);
  });
});

test("help shows every command, and help COMMAND how to use one", async () => {
  const { alice, end } = phoneLine();
  const here = alice("--no-register", script("help", "help call", "help wait", "?"));
  expect(await end(here)).toBe(0);
  const all = after(here.terminal.screen, "> help");
  for (const verb of ["call", "answer", "hangup", "hold", "switch", "play", "record", "register", "wait", "quit"])
    expect(
      all.some((line) => line.startsWith(`  ${verb}`)),
      verb,
    ).toBe(true);
  expect(here.terminal.out).toContain("There is no microphone and no loudspeaker yet");
  expect(here.terminal.out).toContain('\n  call "+49 30 1234" from work\nthe same: dial\n');
  expect(here.terminal.out).toContain("\n  registered    every account is registered\n");
});

describe("a call that is redirected", () => {
  const end = { endedBy: "remote", setupMs: undefined, contacts: [] as string[] } as never as Parameters<Redirection["next"]>[0];
  const redirected = (...contacts: string[]): typeof end => ({ ...end, cause: "Redirected", statusCode: 302, contacts });
  const refused = (statusCode: number): typeof end => ({ ...end, cause: "Refused", statusCode });

  test("is tried at one contact after the other, until one refuses for all (RFC 3261 §8.1.3.4)", () => {
    const redirection = new Redirection("sip:bob@a");
    expect(redirection.next(redirected("sip:bob@b", "mailto:bob@b", "sip:bob@c"))).toBe("sip:bob@b");
    expect(redirection.next(redirected("sip:bob@d"))).toBe("sip:bob@d");
    expect(redirection.next(refused(486))).toBe("sip:bob@c");
    expect(redirection.next(refused(603))).toBeUndefined();
    expect(new Redirection("sip:bob@a").next(refused(486))).toBeUndefined();
  });

  test("is called nowhere twice, and in ten places at most", () => {
    const redirection = new Redirection("sip:0@a");
    expect(redirection.next(redirected("sip:0@a"))).toBeUndefined();
    let tries = 1;
    while (redirection.next(redirected(`sip:${tries}@a`, "sip:0@a")) !== undefined) tries++;
    expect(tries).toBe(10);
  });

  test("is not tried any more when it was given up here", () => {
    expect(new Redirection("sip:bob@a").next({ ...redirected("sip:bob@b"), endedBy: "local" })).toBeUndefined();
  });
});
