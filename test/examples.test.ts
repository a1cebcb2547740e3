import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, type Call, type Client } from "@sidetone/client-core";
import { findTone, openWavFile, readWavFile, rmsDbfs, ToneSource } from "@sidetone/media-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { root, runProgram, type RunningProgram } from "./support/run-program.ts";

// Each built example runs in a process of its own against a client here, and must do what its first lines say.

const built = (name: string): string => `examples/dist/${name}`;

async function openPeer(onTestFinish: (run: () => Promise<void>) => void): Promise<Client> {
  const client = await createClient({ listen: "127.0.0.1:0", account: { uri: "sip:peer@127.0.0.1" } });
  onTestFinish(() => client.close());
  return client;
}

/** Starts an example that answers, and calls it. */
async function call(name: string): Promise<{ example: RunningProgram; call: Call }> {
  const client = await openPeer(onTestFinished);
  const example = runProgram(built(name), ["127.0.0.1:0"]);
  const [, uri] = await example.waitFor(/^call (sip:\S+)$/m);
  return { example, call: await client.call(uri!) };
}

/** Collects what is heard until the call ends or `enough` holds. */
async function listen(to: Call, enough: (heard: Int16Array) => boolean = () => false): Promise<Int16Array> {
  const heard: number[] = [];
  for await (const { samples } of to.audio.in({ sampleRate: 8000 })) {
    heard.push(...samples);
    if (heard.length % 800 === 0 && enough(Int16Array.from(heard))) break;
  }
  return Int16Array.from(heard);
}

/** An example that answers goes on until it is interrupted, and leaves then. */
async function interrupt(example: RunningProgram): Promise<void> {
  example.kill("SIGINT");
  expect(await example.ended, example.output).toBe(0);
  expect(example.stderr).toBe("");
}

const seconds = (samples: Int16Array): number => samples.length / 8000;
const lastSecond = (samples: Int16Array): Int16Array => samples.subarray(-8000);

/** Sound takes its time, whatever else the machine does meanwhile: packets of a program that had to wait are late and not heard. */
const inRealTime = { retry: 2 };

describe("the examples", inRealTime, () => {
  test("01-call plays the file to who answers, and hangs up", async () => {
    const client = await openPeer(onTestFinished);
    const heard = new Promise<Int16Array>((resolve) => client.onIncoming(async (incoming) => resolve(listen(await incoming.answer()))));
    const example = runProgram(built("01-call/call.js"), [client.uri]);
    expect(await example.ended, example.output).toBe(0);
    expect(example.output).toMatch(/^sip:peer@\S+ answered, codec PCMU\nplayed 4\.2 s\n$/);
    const { samples, sampleRate } = await readWavFile(join(root, "examples/media/hello.wav"));
    expect(seconds(await heard)).toBeCloseTo(samples.length / sampleRate, 0);
    expect(rmsDbfs(await heard)).toBeCloseTo(rmsDbfs(samples), -1);
  });

  test("02-answer-and-play greets every caller, and hangs up", async () => {
    const { example, call: first } = await call("02-answer-and-play/answer.js");
    const { samples, sampleRate } = await readWavFile(join(root, "examples/media/answer.wav"));
    const heard = await listen(first);
    expect(seconds(heard)).toBeCloseTo(samples.length / sampleRate, 0);
    expect(rmsDbfs(heard)).toBeCloseTo(rmsDbfs(samples), -1);
    expect(await first.ended).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    expect(example.output).toContain("call from sip:peer@127.0.0.1\nheard the greeting\n");
    await interrupt(example);
  });

  test("03-echo sends back what it hears", async () => {
    const { example, call: caller } = await call("03-echo/echo.js");
    void caller.play(new ToneSource({ frequenciesHz: [620] }));
    const heard = await listen(caller, (samples) => seconds(samples) >= 2);
    expect(findTone(lastSecond(heard), 8000)?.hz).toBeCloseTo(620, -1);
    await caller.hangUp();
    await example.waitFor(/echoed [\d.]+ s: \d+ packets, \d+ lost/);
    await interrupt(example);
  });

  test("04-dtmf-menu: 2 plays a tone, 1 interrupts it with the greeting, 0 hangs up", async () => {
    const { example, call: caller } = await call("04-dtmf-menu/menu.js");
    await caller.sendDtmf("2");
    const tone = await listen(caller, (samples) => seconds(samples) >= 1.2);
    expect(findTone(tone.subarray(-4000), 8000)?.hz).toBeCloseTo(440, -1);
    await caller.sendDtmf("1");
    const greeting = lastSecond(await listen(caller, (samples) => seconds(samples) >= 1.2));
    expect(rmsDbfs(greeting)).toBeGreaterThan(-40);
    expect(findTone(greeting, 8000)?.hz).not.toBeCloseTo(440, -1);
    await caller.sendDtmf("0");
    expect(await caller.ended).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    expect(example.output).toContain("pressed 2\npressed 1\npressed 0\n");
    await interrupt(example);
  });

  test("05-audio-as-data says back what it heard, and falls silent when the caller speaks", async () => {
    const { example, call: caller } = await call("05-audio-as-data/agent.js");
    await caller.play(new ToneSource({ frequenciesHz: [500], durationMs: 1000 }));
    const echo = await listen(caller, (samples) => seconds(samples) >= 1.2);
    expect(findTone(lastSecond(echo).subarray(0, 4000), 8000)?.hz).toBeCloseTo(500, -1);
    void caller.play(await openWavFile(join(root, "examples/media/hello.wav")));
    await example.waitFor(/saying back \d+ ms\ninterrupted after \d+ ms/);
    await caller.hangUp();
    await interrupt(example);
  });

  test("06-raw-options prints what a phone allows", async () => {
    const client = await openPeer(onTestFinished);
    const example = runProgram(built("06-raw-options/options.js"), [client.uri]);
    expect(await example.ended, example.output).toBe(0);
    expect(example.output).toMatch(/^200 OK\nallows INVITE, ACK, /);
  });

  test("have at most 40 lines each, and open with the command to run them", () => {
    const folders = readdirSync(join(root, "examples")).filter((name) => /^\d\d-/.test(name));
    expect(folders).toHaveLength(6);
    for (const folder of folders) {
      const [file, ...others] = readdirSync(join(root, "examples", folder));
      expect(others).toEqual([]);
      const lines = readFileSync(join(root, "examples", folder, file!), "utf8")
        .trimEnd()
        .split("\n");
      expect(lines.length, folder).toBeLessThanOrEqual(40);
      expect(lines[1], folder).toContain(`node examples/dist/${folder}/${file!.replace(".ts", ".js")}`);
    }
  });
});

describe("npm start", inRealTime, () => {
  test("is a whole call, told in states, ladder, figures of both sides and a recording, in under 20 s", async () => {
    const demo = runProgram(built("demo/demo.js"));
    const startedAt = process.hrtime.bigint();
    expect(await demo.ended, demo.output).toBe(0);
    expect(Number(process.hrtime.bigint() - startedAt) / 1e9).toBeLessThan(20);
    expect(demo.stderr).toBe("");
    for (const side of ["alice", "bob  "]) {
      for (const state of ["Ringing", "Connected, PCMU", "hears the first audio", "Ended: HungUp by"])
        expect(demo.stdout).toContain(`${side}  ${state}`);
    }
    expect(demo.stdout.match(/bob {4}hears key [159#], \d+ ms/g)).toHaveLength(4);
    const ladder = demo.stdout.slice(demo.stdout.indexOf("What went over the wire"), demo.stdout.indexOf("What each side measured"));
    expect(ladder).toMatch(/^ +alice +bob$/m);
    expect(ladder.match(/INVITE \(SDP\)|180 Ringing|200 OK|ACK|INVITE \(SDP sendonly\)|BYE/g)!.join(" ")).toBe(
      "INVITE (SDP) 180 Ringing 200 OK INVITE (SDP) ACK INVITE (SDP sendonly) 200 OK ACK INVITE (SDP) 200 OK INVITE (SDP) ACK BYE 200 OK BYE",
    );
    const row = (label: string): number[] =>
      new RegExp(`^  ${label} +([\\d.]+)(?: ms)? +([\\d.]+)`, "m").exec(demo.stdout)!.slice(1).map(Number);
    for (const label of ["packets sent", "packets received"]) for (const count of row(label)) expect(count, label).toBeGreaterThan(300);
    for (const label of ["jitter", "round trip", "R factor"]) expect(row(label), label).toHaveLength(2);
    for (const mos of row("MOS \\(1 to 4.5\\)")) expect(mos).toBeGreaterThan(1);
    const [path] = /\S+call\.wav/.exec(demo.stdout)!;
    const { samples, sampleRate } = await readWavFile(path);
    expect(samples.length / sampleRate).toBeGreaterThan(8);
    expect(rmsDbfs(samples)).toBeGreaterThan(-40);
  });
});
