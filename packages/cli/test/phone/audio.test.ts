import { readdirSync } from "node:fs";
import { findTone, readWavFile } from "@sidetone/media-core";
import { describe, expect, test } from "vitest";
import { phoneLine, script } from "../support/phone-line.ts";

async function toneIn(path: string, fromHz: number, toHz: number): Promise<number | undefined> {
  const { samples, sampleRate } = await readWavFile(path);
  return findTone(samples, sampleRate, { fromHz, toHz })?.hz;
}

describe("the audio of a phone", () => {
  test("--tone is sent in every call, --record takes each to a file of a folder", { retry: 2 }, async () => {
    const { alice, runThere, end, folder, until, clock } = phoneLine();
    const there = runThere(`answer --listen 10.0.0.2:5080 --tone 1000 --record ${folder}/there.wav --max-calls 2`);
    await until(() => there.terminal.out.includes("Ctrl-C ends"));
    await clock.advance(10);
    const one = ["call sip:bob@10.0.0.2:5080", "wait audio", "sleep 5", "hangup"];
    const here = alice(`--no-register --tone 440 --record ${folder}`, script(...one, ...one));
    expect(await end(here)).toBe(0);
    expect(await end(there)).toBe(0);
    const own = readdirSync(folder).filter((name) => /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-[12]-bob\.wav$/.test(name));
    expect(own).toHaveLength(2);
    for (const name of own) {
      expect(await toneIn(`${folder}/${name}`, 300, 600)).toBeCloseTo(440, 0);
      expect(await toneIn(`${folder}/${name}`, 800, 1200)).toBeCloseTo(1000, 0);
      expect(here.terminal.out).toContain(`to ${folder}/${name}\n`);
    }
    expect(await toneIn(`${folder}/there.wav`, 300, 600)).toBeCloseTo(440, 0);
  });

  // The clock is virtual and the files are not: there is time for them to be opened.
  test("play, tone, echo, record and stop change it while the call lasts", { retry: 2 }, async () => {
    const { alice, peer, end, folder } = phoneLine();
    const bob = await peer();
    bob.onIncoming(async (incoming) => {
      const call = await incoming.answer();
      await call.record(`${folder}/there.wav`, { channels: "separate" });
    });
    const first = script(
      "call sip:bob@10.0.0.2",
      "wait connected",
      `record ${folder}/a.wav`,
      "tone 700",
      "sleep 10",
      "stop record",
      "stop play",
      "sleep 1",
      "hangup",
    );
    expect(await end(alice("--no-register", first))).toBe(0);
    expect(await toneIn(`${folder}/a.wav`, 500, 900)).toBeCloseTo(700, 0);
    // What was recorded is played, to its end.
    const second = script("call sip:bob@10.0.0.2", "wait connected", `play ${folder}/a.wav`, "wait played", "echo", "stop", "hangup");
    const here = alice("--no-register", second);
    expect(await end(here)).toBe(0);
    expect(here.terminal.err).toBe("");
    expect(here.terminal.screen).toContain(`playing ${folder}/a.wav`);
    const { samples, sampleRate } = await readWavFile(`${folder}/there.wav`);
    expect(samples.length / sampleRate).toBeGreaterThan(0.9);
    expect(await toneIn(`${folder}/there.wav`, 500, 900)).toBeCloseTo(700, 0);
  });

  test("what cannot be played or recorded is told, and the call goes on", async () => {
    const { alice, peer, end, folder } = phoneLine();
    const bob = await peer();
    bob.onIncoming((incoming) => incoming.answer());
    const here = alice(
      "--no-register",
      script(
        "call sip:bob@10.0.0.2",
        "wait connected",
        "play /nowhere.wav",
        "record /nowhere/x.wav",
        `record ${folder}/x.wav`,
        `record ${folder}/y.wav`,
        "list",
        "hangup",
      ),
    );
    expect(await end(here)).toBe(1);
    expect(here.terminal.err.split("\n")).toEqual([
      expect.stringMatching(/^sidetone: line 3: .*\/nowhere\.wav/),
      'sidetone: line 4: record: cannot write "/nowhere/x.wav": its folder does not exist',
      `sidetone: line 6: already recording to ${folder}/x.wav; "stop record" ends that`,
      "",
    ]);
    expect(here.terminal.out).toContain(`PCMU, recording to ${folder}/x.wav`);
    expect(here.terminal.out).toContain("call ended: hung up here");
  });

  test("--record FILE is numbered from the second call on", async () => {
    const { alice, peer, end, folder } = phoneLine();
    const bob = await peer();
    bob.onIncoming((incoming) => incoming.answer());
    const one = ["call sip:bob@10.0.0.2", "wait connected", "sleep 1", "hangup"];
    expect(await end(alice(`--no-register --record ${folder}/call.wav`, script(...one, ...one)))).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(["call-2.wav", "call.wav"]);
  });
});
