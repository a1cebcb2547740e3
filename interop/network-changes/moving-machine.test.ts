import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { baresipAccount, baresipConfig, baresipToneHz } from "../peers/baresip/baresip-config.ts";
import { MovingMachine, serverAddress } from "../peers/network/moving-machine.ts";
import { namespaceProblem } from "../peers/network/network-namespace.ts";
import { eventually } from "../peers/process/eventually.ts";
import { isInstalled } from "../peers/process/installed.ts";
import { PeerProcess } from "../peers/process/peer-process.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const next = "192.168.78.20";
const phone = `sip:phone@${serverAddress}:5080`;

/** Our client on a machine that moves, registered at `sidetone registrar`; beside that a baresip that answers by itself. */
async function setUp(listen = "0.0.0.0:5060") {
  const machine = await MovingMachine.open();
  onTestFinished(() => machine[Symbol.asyncDispose]());
  const folder = await ScratchFolder.make("moving");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const run = (place: "machine" | "server", program: string, args: readonly string[], input?: "open") => {
    const [started, all] = machine.commandAt(place, program, args);
    const cwd = program === "baresip" ? folder.path : checkout;
    const process = new PeerProcess(started, all, {
      cwd,
      atMostSeconds: 100,
      signalOnce: program === "baresip",
      ...(input ? { input } : {}),
    });
    onTestFinished(() => process[Symbol.asyncDispose]());
    onTestFailed(() => console.log(process.lastWords));
    return process;
  };
  await writeFile(folder.file("users"), "alice:secret\n", { mode: 0o600 });
  const config = baresipConfig(folder.path, { sip: 5080, control: 5082, firstRtp: 20_000, lastRtp: 20_099 })
    .replace("net_interface\t127.0.0.1", "net_interface\teth0")
    .replace("sip_listen\t127.0.0.1", `sip_listen\t${serverAddress}`);
  await writeFile(folder.file("config"), config);
  await writeFile(folder.file("accounts"), baresipAccount({ domain: `${serverAddress}:5080`, answers: "auto" }));
  await writeFile(folder.file("contacts"), "");
  const registrar = run("server", process.execPath, [
    "packages/sidetone/bin/sidetone.js",
    "registrar",
    "--users",
    folder.file("users"),
    "--listen",
    `${serverAddress}:5060`,
    "--json",
  ]);
  await run("server", "baresip", ["-4", "-s", "-v", "-f", folder.path]).printed(/baresip is ready/);
  await registrar.printed(/listening/i);
  const account = { uri: `sip:alice@${serverAddress}`, password: "secret", registrar: `sip:${serverAddress}` };
  const script = fileURLToPath(new URL("client-on-machine.mjs", import.meta.url));
  const client = run("machine", process.execPath, [script, JSON.stringify({ listen, account })], "open");
  await client.printed(registeredAt(machine.address));
  const tell = (line: string): void => void client.input!.write(`${line}\n`);
  /** What it hears from now on, asked until it is that; resolves with all that it says. */
  const hears = (hz: number | undefined): Promise<string> =>
    eventually(`hearing ${hz}`, async () => {
      const before = client.output.length;
      tell("hear");
      const found = await eventually("an answer", () => /"type":"hearing".*/.exec(client.output.slice(before)) ?? undefined);
      const isThat = hz === undefined ? !found[0].includes('"hz"') : found[0].includes(`"hz":${hz}`);
      return isThat ? found[0] : undefined;
    });
  return { machine, client, tell, hears };
}

const registeredAt = (address: string): RegExp => new RegExp(`"Active","contact":"sip:alice@${address.replaceAll(".", "\\.")}:5060"`);

const problem = namespaceProblem() ?? (isInstalled("baresip") ? undefined : "apt-get install baresip-core");
if (problem) console.warn(`skipped: a machine that moves (${problem})`);

describe.skipIf(problem !== undefined)(`a machine that moves${problem ? ` [${problem}]` : ""}`, () => {
  test.each(["0.0.0.0:5060", "auto:5060"])(
    "listening on %s: registration and a call with baresip go on from the new address",
    async (listen) => {
      const { machine, client, tell, hears } = await setUp(listen);
      tell(`call ${phone}`);
      await client.printed(/"connected"/);
      await hears(baresipToneHz);
      const movedMs = Date.now();
      await machine.moveTo(next);
      await client.printed(registeredAt(next));
      const [recovered] = await client.printed(/"kind":"Recovered".*/);
      const recoveredMs = Date.now() - movedMs;
      expect(recovered).toMatch(/"registrationIds":\["default"\],"callIds":\["[^"]+"\],"refusedCallIds":\[\]/);
      expect(recoveredMs).toBeLessThan(4000);
      await hears(baresipToneHz);
      console.log(`recovered ${recoveredMs} ms after the address changed (${listen}): ${/"durationMs":\d+/.exec(recovered!)![0]}`);
    },
  );

  test("a held call stays held, and is heard again when it is resumed", async () => {
    const { machine, client, tell, hears } = await setUp();
    tell(`call ${phone}`);
    await client.printed(/"connected"/);
    await hears(baresipToneHz);
    tell("hold");
    await client.printed(/"held"/);
    await hears(undefined);
    await machine.moveTo(next);
    await client.printed(/"kind":"Recovered".*"refusedCallIds":\[\]/);
    expect(await hears(undefined)).toContain('"state":"OnHold"');
    tell("resume");
    await client.printed(/"resumed","local":false/);
    await hears(baresipToneHz);
  });

  test("a process that was stopped for 13 s counts as one that slept: it registers again, and its call is checked", async () => {
    const { client, tell, hears } = await setUp();
    tell(`call ${phone}`);
    await client.printed(/"connected"/);
    client.signalAll("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 13_000));
    client.signalAll("SIGCONT");
    await client.printed(/"kind":"SleepDetected","sleptMs":1\d{4}/);
    const [recovered] = await client.printed(/"kind":"Recovered".*/);
    expect(recovered).toMatch(/"registrationIds":\["default"\],"callIds":\["[^"]+"\],"refusedCallIds":\[\]/);
    await hears(baresipToneHz);
    console.log(`recovered after a sleep: ${/"durationMs":\d+/.exec(recovered!)![0]}`);
  });
});
