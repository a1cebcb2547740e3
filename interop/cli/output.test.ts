import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { PeerProcess } from "../peers/process/peer-process.ts";

const cwd = fileURLToPath(new URL("../..", import.meta.url));

test("npx sidetone ends with 1, and says why, when its output goes to a disk that is full", async () => {
  const command = 'exec "$0" packages/sidetone/bin/sidetone.js help >/dev/full';
  await using run = new PeerProcess("sh", ["-c", command, process.execPath], { cwd, atMostSeconds: 30 });
  expect(await run.exited).toBe(1);
  expect(run.output).toBe("sidetone: the output cannot be written: ENOSPC: no space left on device, write\n");
});
