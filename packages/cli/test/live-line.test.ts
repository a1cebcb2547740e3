import { describe, expect, test } from "vitest";
import { commandLine } from "./support/command-line.ts";

const target = "call sip:bob@10.0.0.2";

describe("what a person sees of a call", () => {
  test("is the state and the time, then codec and figures, anew each second", async () => {
    const { run, end, clock, peer } = commandLine();
    const bob = await peer();
    bob.onIncoming(async (incoming) => {
      incoming.ring();
      await new Promise<void>((resolve) => clock.setTimer(2500, () => resolve()));
      (await incoming.answer()).setEcho(true);
    });
    const command = run(`${target} --tone 440 --duration 8`, { interactive: true });
    const seen: string[] = [];
    for (let second = 0; second < 10; second++) {
      await clock.advance(second === 0 ? 10 : 1000);
      seen.push(command.terminal.screen.at(-1)!);
    }
    expect(seen.slice(0, 3)).toEqual(["ringing  0:00", "ringing  0:01", "ringing  0:02"]);
    expect(seen[3]).toBe("connected  0:00  PCMU  loss –  jitter –  MOS –");
    expect(seen[4]).toMatch(/^connected {2}0:01 {2}PCMU {2}loss 0\.0 % {2}jitter \d\.\d ms {2}MOS –$/); // no round trip yet
    expect(seen[9]).toMatch(/^connected {2}0:06 {2}PCMU {2}loss 0\.0 % {2}jitter \d\.\d ms {2}MOS 4\.\d\d$/);
    expect(await end(command)).toBe(0);
    expect(command.terminal.screen).toEqual([
      "calling sip:bob@10.0.0.2",
      "180 Ringing",
      "connected after 2.5 s, PCMU",
      "audio is heard",
      "hanging up",
      "call ended: hung up here after 8.0 s",
      "  codec       PCMU",
      expect.stringMatching(/^ {2}packets {5}40\d sent, \d+ received, 0 lost, 0 late$/),
      expect.stringMatching(/^ {2}jitter {6}[\d.]+ ms$/),
      expect.stringMatching(/^ {2}round trip {2}[\d.]+ ms$/),
      expect.stringMatching(/^ {2}quality {5}R 9\d\.?\d?, MOS 4\.\d+$/),
      "",
    ]);
  });

  test("tells who holds", async () => {
    const { run, end, clock, peer } = commandLine();
    const bob = await peer();
    bob.onIncoming((incoming) => incoming.answer());
    const command = run(target, { interactive: true });
    await clock.advance(1500);
    await clock.advanceUntil(bob.calls[0]!.hold());
    await clock.advance(1000);
    expect(command.terminal.screen.at(-1)).toMatch(/^held by the other side {2}0:02/);
    command.terminal.interrupt();
    expect(await end(command)).toBe(0);
    expect(command.terminal.screen).toContain("held by the other side");
  });

  test("is the wait, for a server that is asked", async () => {
    const { run, end, clock } = commandLine();
    const command = run("options 10.0.0.2", { interactive: true });
    await clock.advance(3100);
    expect(command.terminal.screen).toEqual(["waiting for sip:10.0.0.2  0:03"]);
    expect(await end(command)).toBe(7);
    expect(command.terminal.screen).toEqual([""]);
  });

  test("is the oldest call and the number of others, for one who answers", async () => {
    const { run, runThere, end, clock } = commandLine();
    const there = runThere("answer --listen 10.0.0.2:5060 --max-calls 2", { interactive: true });
    await clock.advance(10);
    expect(there.terminal.screen.at(-1)).toBe("");
    const callers = [run(`${target} --duration 3`), run(`${target} --duration 3`)];
    await clock.advance(2500);
    expect(there.terminal.screen.at(-1)).toMatch(/^connected {2}0:02 {2}PCMU {2}.*\(and 1 more\)$/);
    for (const command of [...callers, there]) expect(await end(command)).toBe(0);
    expect(there.terminal.screen.at(-1)).toBe("");
  });

  test("is not there between the objects that a program reads, whoever watches", async () => {
    const { run, runThere, end, clock } = commandLine();
    const there = runThere("answer --listen 10.0.0.2:5060 --max-calls 1 --json", { interactive: true });
    await clock.advance(10);
    const commands = [
      run(`${target} --duration 3 --json`, { interactive: true }),
      run("options 10.0.0.2 --json", { interactive: true }),
      run("phone --no-config --listen 10.0.0.1:5070 --json", { interactive: true, input: "call sip:nobody@10.0.0.3\nwait ended 40" }),
      run("doctor 10.0.0.2 --listen 10.0.0.1:5080 --json", { interactive: true }),
    ];
    for (const command of [there, ...commands]) await end(command);
    for (const { terminal } of [there, ...commands]) {
      expect(terminal.out).not.toContain("\r");
      expect(terminal.json.length).toBeGreaterThan(0);
    }
  });
});
