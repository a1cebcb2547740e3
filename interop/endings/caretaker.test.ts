import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../peers/process/eventually.ts";

const caretaker = new URL("../../bench/lib/caretaker.mjs", import.meta.url).href;

/** Starts a shell with a child, and one that wants to be on its own, makes a folder, and does `last` when it is told to. */
const program = (last: string): string => `
  import { mkdtempSync } from "node:fs";
  import { tmpdir } from "node:os";
  import { join } from "node:path";
  import { atTheEnd, spawnGroup } from ${JSON.stringify(caretaker)};
  const folder = mkdtempSync(join(tmpdir(), "sidetone's folder "));
  atTheEnd("rm", "-rf", folder);
  const kept = mkdtempSync(join(tmpdir(), "sidetone-kept-"));
  atTheEnd("rm", "-rf", kept)();
  const child = spawnGroup("sh", ["-c", "setsid sleep 60 & own=$!; sleep 60 & echo $$ $! $own; wait"], { stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.once("data", (pids) => console.log(JSON.stringify({ pids: String(pids).trim().split(" ").map(Number), folder, kept })));
  process.stdin.once("data", () => { ${last} });
`;

interface Left {
  readonly pids: readonly number[];
  readonly folder: string;
  readonly kept: string;
}

/** A process that has ended may wait for its parent to notice. */
function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

async function run(last = ""): Promise<{ child: ReturnType<typeof spawn>; left: Left }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program(last)], { stdio: ["pipe", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [text] = (await once(child.stdout!, "data")) as [Buffer];
  const left = JSON.parse(String(text)) as Left;
  onTestFinished(() => void spawn("rm", ["-rf", left.folder, left.kept]));
  expect(left.pids.filter(lives)).toHaveLength(3);
  return { child, left };
}

async function nothingIsLeft({ pids, folder, kept }: Left): Promise<void> {
  await eventually("nothing is left", () => !pids.some(lives) && !existsSync(folder));
  expect(existsSync(kept)).toBe(true);
}

test.for(["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const)("what a benchmark or test has started ends with it at %s", async (signal) => {
  const { child, left } = await run();
  child.kill(signal);
  await nothingIsLeft(left);
});

test.for([
  ["when it ends by itself", "process.exit(0)"],
  ["when it fails", "throw new Error('as intended')"],
] as const)("what a benchmark or test has started ends with it %s", async ([, last]) => {
  const { child, left } = await run(last);
  child.stdin!.write("\n");
  await nothingIsLeft(left);
});

test("what is left of a group ends with its first program, at once", async () => {
  const { child, left } = await run();
  process.kill(left.pids[0]!, "SIGTERM");
  await eventually("the group has ended", () => !left.pids.slice(0, 2).some(lives));
  expect(child.exitCode).toBeNull();
  expect(existsSync(left.folder)).toBe(true);
});
