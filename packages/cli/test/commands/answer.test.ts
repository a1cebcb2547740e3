import { findTone, ToneSource } from "@sidetone/media-core";
import { describe, expect, test } from "vitest";
import { commandLine } from "../support/command-line.ts";

const answer = "answer --listen 10.0.0.2:5060";
const target = "call sip:x@10.0.0.2";

describe("sidetone answer", () => {
  test("says where it listens, takes --max-calls calls, reports each, and ends", async () => {
    const { run, runThere, end, clock } = commandLine();
    const there = runThere(`${answer} --max-calls 2 --json`);
    await clock.advance(10);
    expect(there.terminal.json).toEqual([
      expect.objectContaining({
        type: "Listening",
        uri: "sip:sidetone@10.0.0.2:5060",
        listeningPoints: [
          { transport: "UDP", address: "10.0.0.2", port: 5060 },
          { transport: "TCP", address: "10.0.0.2", port: 5060 },
        ],
      }),
    ]);
    expect(await end(run(`${target} --duration 2`))).toBe(0);
    expect(await end(run(`${target} --duration 3`))).toBe(0);
    expect(await end(there)).toBe(0);
    const reports = there.terminal.of("CallReport");
    expect(reports.map(({ direction, cause, endedBy }) => [direction, cause, endedBy])).toEqual([
      ["incoming", "HungUp", "remote"],
      ["incoming", "HungUp", "remote"],
    ]);
    expect(there.terminal.json.at(-1)).toEqual(reports[1]);
    expect(there.terminal.of("IncomingCall").map(({ callId }) => callId)).toEqual(reports.map(({ callId }) => callId));
  });

  test("on every address says how it is called from elsewhere", async () => {
    const { run, runThere, end, clock } = commandLine();
    const there = runThere("answer --max-calls 1");
    await clock.advance(10);
    expect(there.terminal.screen[0]).toBe(
      "listening on UDP 0.0.0.0:5060 and TCP 0.0.0.0:5060; call sip:sidetone@127.0.0.1:5060, or sip:sidetone@10.0.0.2:5060 from elsewhere; Ctrl-C ends",
    );
    expect(await end(run(`${target} --duration 1`))).toBe(0);
    expect(await end(there)).toBe(0);
  });

  test("refuses with 486 who calls while the last of --max-calls lasts", async () => {
    const { run, runThere, end, clock } = commandLine();
    const there = runThere(`${answer} --max-calls 1`);
    await clock.advance(10);
    const first = run(`${target} --duration 5`);
    await clock.advance(1000);
    const second = run(`${target} --json`);
    expect(await end(second)).toBe(4);
    expect(second.terminal.json.at(-1)).toMatchObject({ cause: "Refused", statusCode: 486 });
    expect(await end(first)).toBe(0);
    expect(await end(there)).toBe(0);
    expect(there.terminal.out).toContain("call from <sip:sidetone@10.0.0.2> refused with 486\n");
  });

  test("without --max-calls takes calls side by side until it is interrupted, which hangs up", async () => {
    const { run, runThere, end, clock } = commandLine();
    const there = runThere(answer);
    await clock.advance(10);
    const callers = [run(target), run(target)];
    await clock.advance(2000);
    there.terminal.interrupt();
    expect(await end(there)).toBe(0);
    for (const caller of callers) {
      expect(await end(caller)).toBe(0);
      expect(caller.terminal.out).toContain("call ended: hung up by the other side");
    }
    expect(there.terminal.out.match(/call ended: hung up here/g)).toHaveLength(2);
  });

  test("--ring rings so long before it answers", async () => {
    const { run, runThere, end, clock } = commandLine();
    const there = runThere(`${answer} --max-calls 1 --ring 4`);
    await clock.advance(10);
    const caller = run(`${target} --duration 1 --json`);
    expect(await end(caller)).toBe(0);
    expect(caller.terminal.of("Progress")).toMatchObject([{ statusCode: 180 }]);
    expect(caller.terminal.json.at(-1)!["setupMs"]).toBeCloseTo(4000, -2);
    expect(await end(there)).toBe(0);
  });

  test("answers at once otherwise, without ringing", async () => {
    const { run, runThere, end, clock } = commandLine();
    const there = runThere(`${answer} --max-calls 1`);
    await clock.advance(10);
    const caller = run(`${target} --duration 1 --json`);
    await end(caller);
    expect(caller.terminal.of("Progress")).toEqual([]);
    expect(await end(there)).toBe(0);
  });

  test("a caller who gives up while it rings counts, and is reported", async () => {
    const { run, runThere, end, clock } = commandLine();
    const there = runThere(`${answer} --max-calls 1 --ring 30`);
    await clock.advance(10);
    const caller = run(target);
    await clock.advance(2000);
    caller.terminal.interrupt();
    expect(await end(caller)).toBe(130);
    expect(await end(there)).toBe(0);
    expect(there.terminal.out).toContain("no call: the caller gave up\n");
  });

  test.each([
    ["--echo", 440],
    ["--tone 880", 880],
  ])("%s: a caller who plays 440 Hz hears %i Hz", async (audio, hz) => {
    const { runThere, end, clock, caller } = commandLine();
    const there = runThere(`${answer} --max-calls 1 ${audio}`);
    const alice = await caller();
    const call = await clock.advanceUntil(alice.call("sip:x@10.0.0.2"));
    void call.play(new ToneSource({ frequenciesHz: [440] }));
    await clock.advance(1000);
    const heard: number[] = [];
    void (async () => {
      for await (const { samples } of call.audio.in({ sampleRate: 8000 })) heard.push(...samples);
    })();
    await clock.advance(1000);
    expect(findTone(Int16Array.from(heard), 8000)?.hz).toBeCloseTo(hz, 0);
    void call.hangUp();
    expect(await end(there)).toBe(0);
  });

  test.each([
    ["answer --play /no/such.wav", /\/no\/such\.wav.*no such file/],
    ["answer --record /no/such/call.wav", /--record: .*its folder does not exist/],
    ["answer --codecs opus", /opus.*PCMU/],
  ])("%s is refused before anybody can call", async (args, message) => {
    const { runThere, end } = commandLine();
    const command = runThere(args);
    expect(await end(command)).toBe(1);
    expect(command.terminal.err).toMatch(message);
    expect(command.terminal.out).toBe("");
  });

  test("a port that is taken is named", async () => {
    const { runThere, end, clock } = commandLine();
    const first = runThere(answer);
    await clock.advance(10);
    const second = runThere(answer);
    expect(await end(second)).toBe(1);
    expect(second.terminal.err).toMatch(/^sidetone: .*10\.0\.0\.2:5060.*in use.*\n$/);
    first.terminal.interrupt();
    await end(first);
  });
});
